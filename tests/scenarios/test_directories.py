"""Directories that others keep: a running daemon follows them, says which one fails, and goes on with what it knows."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tests.scenarios.world import World
from tests.servers.requirement import wait_until

HEAD = "addresses,register\n"
CAROL, DAN, EVE = "carol@file.example", "dan@program.example", "eve@file.example"


def known(world: World) -> set[str]:
    return {row.address for row in world.rows("SELECT address FROM contact WHERE register = 'authorised'")}


def test_a_daemon_follows_its_directories_and_says_which_one_fails(build: Callable[..., World], tmp_path: Path) -> None:
    people, printed = tmp_path / "people.csv", tmp_path / "printed.csv"
    people.write_text(f"{HEAD}{CAROL},authorised\n")
    printed.write_text(f"{HEAD}{DAN},authorised\n")
    program = [sys.executable, "-c", f"print(open({str(printed)!r}).read())"]
    hr, ldap = {"name": "hr", "kind": "file", "file": str(people)}, {"name": "ldap", "kind": "command"}
    world = build(directories=[hr, ldap | {"command": program}])
    world.start()
    wait_until(lambda: known(world) >= {CAROL, DAN}, "both were asked at start", 30)

    people.write_text(f"{HEAD}{CAROL},authorised\n{EVE},authorised\n")
    printed.unlink()
    assert world.daemon
    world.daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: EVE in known(world), "both were asked anew", 30)
    failing = "SELECT value FROM setting WHERE key LIKE 'trouble:directory ldap:%'"
    wait_until(lambda: world.rows(failing), "the daemon says which one fails", 30)
    assert "ended with code 1" in world.rows(failing)[0].value and known(world) >= {CAROL, DAN, EVE}
    assert "directory not taken" in world.log() and ".example," not in world.log()
