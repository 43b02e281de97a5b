"""Files that change under a running daemon: taken by themselves when they are right, named when they are not."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios.world import World, a_mail
from tests.servers.requirement import wait_until

ADMIN = "admin@example.org"
RULE = """
- rule: everything is urgent
  when: { desk: service }
  then: { priority: 1 }
"""


def policy_of(world: World) -> str:
    return str(world.rows("SELECT value FROM setting WHERE key = 'policy'")[0].value)


def test_a_daemon_takes_what_is_saved_and_tells_the_admin_of_what_it_cannot_take(build: Callable[..., World]) -> None:
    world = build(alarms={"mail": ADMIN})
    world.start()
    rule, before = world.folder / "rules" / "90-urgent.yaml", policy_of(world)

    rule.write_text(RULE.replace("desk:", "dsk:"))
    wait_until(lambda: "policy not taken" in world.log(), "the broken file is refused")
    assert policy_of(world) == before and "90-urgent.yaml:3" in world.log()
    told = world.maild("status", fine=False)
    assert "90-urgent.yaml:3" in told and "did you mean `desk`" in told
    world.send(a_mail())
    world.until_quiet(1)
    wait_until(lambda: world.mails_to(ADMIN), "the admin gets a mail")

    rule.write_text(RULE)
    wait_until(lambda: world.log().count("policy in force") == 1, "the mended file is taken")
    wait_until(lambda: len(world.mails_to(ADMIN)) == 2, "the admin hears that all is well")
    world.send(a_mail("bob@acme.example"))
    world.until_quiet(2)
    assert [row.priority for row in world.rows("SELECT priority FROM ticket ORDER BY id")] == [3, 1]
    refused, well = world.mails_to(ADMIN)
    assert "90-urgent.yaml:3" in refused.get_content() and policy_of(world)[:12] in well.get_content()
    assert "policy" not in world.maild("status", "--json", fine=False).partition('"needs"')[2]
