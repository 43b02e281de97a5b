"""Policy that changes while mail comes in (law 13), and a daemon that comes back (REQ-L9)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from tests.scenarios.world import World, a_mail
from tests.servers.requirement import wait_until

RULE = """
- rule: everything is urgent
  when: { desk: service }
  then: { priority: 1 }
"""


def priorities(world: World) -> list[int]:
    return [row.priority for row in world.rows("SELECT priority FROM ticket ORDER BY id")]


def policies(world: World) -> int:
    return len(world.rows("SELECT hash FROM policy"))


def test_a_new_rule_is_followed_by_all_workers_without_a_restart(world: World) -> None:
    world.send(a_mail())
    world.until_quiet(1)
    (world.folder / "rules" / "90-urgent.yaml").write_text(RULE)
    world.maild("reload")
    wait_until(lambda: "policy in force" in world.log(), "the daemon follows")
    for number in range(6):
        world.send(a_mail(f"p{number}@people.example"))
    world.until_quiet(7)
    assert priorities(world) == [3, 1, 1, 1, 1, 1, 1]
    used = world.rows("SELECT DISTINCT policy FROM decision")
    assert len(used) == policies(world) == 2, "each plan names the version it was made with"


def test_broken_files_never_replace_the_last_good_policy_not_even_after_a_restart(build: Callable[..., World]) -> None:
    world = build()
    world.start()
    (world.folder / "rules" / "90-urgent.yaml").write_text(RULE.replace("desk:", "dsk:"))
    assert world.exit_code("reload") == 78
    world.stop()
    world.start()
    world.send(a_mail())
    world.until_quiet(1)
    assert priorities(world) == [3]
    told = world.maild("status", fine=False)
    assert "90-urgent.yaml:3" in told and "did you mean `desk`" in told
    assert world.exit_code("status") == 1


def test_a_killed_daemon_comes_back_and_the_month_shows_what_was_missing(build: Callable[..., World]) -> None:
    world = build()
    world.start()
    world.send(a_mail())
    world.until_quiet(1)
    world.stop(signal.SIGKILL)
    world.start()
    world.send(a_mail("late@people.example"))
    world.until_quiet(2)
    status = world.json("status")
    assert 0 < status["health"]["availability"] <= 1
    assert len(world.rows("SELECT id FROM node")) == 2


def test_while_a_heavy_mail_is_read_others_are_accepted_at_once(build: Callable[..., World]) -> None:
    """Law 2: reading holds no lock of the database."""
    world = build(workers=1)
    world.start()
    heavy = a_mail(subject="heavy")
    heavy.add_attachment(os.urandom(16 << 20), maintype="application", subtype="octet-stream", filename="a.bin")
    world.send(heavy)
    wait_until(lambda: world.rows("SELECT id FROM inbox_entry WHERE state = 'claimed'"), "somebody reads it")
    begin = time.monotonic()
    world.send(a_mail("quick@people.example"))
    accepted_in = time.monotonic() - begin
    still_reading = not world.dispositions()
    world.until_quiet(2, seconds=40)
    assert accepted_in < 1 and still_reading
