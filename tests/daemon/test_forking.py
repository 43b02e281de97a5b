"""The server that workers are forked from, in a process of its own: a test's own process has threads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.servers.requirement import wait_until

ROOT = Path(__file__).parents[2]


def told(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.daemon.forked", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    return dict(json.loads(done.stdout))


def test_workers_have_what_was_loaded_before_the_fork_and_none_of_its_open_files() -> None:
    seen = told()
    assert (seen["shared"], seen["loaded"], seen["open"]) == (True, True, False)


def test_the_server_ends_with_the_process_it_was_forked_from_however_that_ends() -> None:
    server = Path(f"/proc/{told('die')['server']}/stat")
    wait_until(lambda: not server.exists() or ") Z " in server.read_text(), "the server has ended")
