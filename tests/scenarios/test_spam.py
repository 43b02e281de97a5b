"""Spam and viruses come to a running daemon: nothing of it is answered, nothing that is none is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.scenarios.world import World, a_mail
from tests.servers.clamd import EICAR, a_clamd, a_fake_clamd, hanging
from tests.servers.requirement import wait_until
from tests.servers.rspamd import REJECT, RunningRspamd, a_rspamd

FLAG = {"name": "X-Spam-Flag", "value": "/^yes/i"}


@pytest.fixture(scope="module")
def rspamd() -> Iterator[RunningRspamd]:
    with a_rspamd() as running:
        yield running


def with_a_virus():
    mail = a_mail(subject="Invoice", text="See the attachment.")
    mail.add_attachment(EICAR, maintype="application", subtype="octet-stream", filename="invoice.com")
    return mail


def causes(world: World) -> list[str]:
    return [row.cause for row in world.rows("SELECT cause FROM inbox_entry ORDER BY id")]


def attempts(world: World) -> set[int]:
    return {row.attempts for row in world.rows("SELECT attempts FROM inbox_entry")}


def test_nothing_bad_is_answered_and_nothing_good_is_lost(build: Callable[..., World], rspamd: RunningRspamd) -> None:
    """The scanner for viruses hangs at first: mail waits, and status says why. Then it is there."""
    with a_fake_clamd(hanging) as hung:
        scanners = {"headers": [FLAG], "clamd": {"port": hung.port}, "rspamd": {"url": rspamd.url}, "timeout": 2}
        world = build(screening=scanners)
        world.start()
        world.send(a_mail("Bob <bob@acme.example>", "Printer"))
        world.send(with_a_virus())
        wait_until(lambda: causes(world) == ["unscanned"] * 2, f"both are held; {world.log()[-2000:]}")
        assert world.dispositions() == [] and "clamd: it took too long" in world.maild("status", fine=False)

    with a_clamd(port=hung.port):
        world.send(a_mail(subject="Win", text=REJECT))
        world.send(a_mail(subject="Flagged", X_Spam_Flag="YES"))
        world.until_quiet(4, seconds=60)
        assert causes(world) == ["", "virus", "spam", "spam"] and attempts(world) == {0}
        assert [row.title for row in world.rows("SELECT title FROM ticket")] == ["Printer"]
        assert world.mails_to("ada@acme.example") == [] and len(world.mails_to("bob@acme.example")) == 1
        assert "clamd says virus: Eicar-Test-Body" in world.maild("inbox", "show", "2")

        world.maild("ham", "4", "--as", "grace")
        wait_until(lambda: world.mails_to("ada@acme.example"), f"the confirmation; {world.log()[-2000:]}")
    assert causes(world) == ["", "virus", "spam", ""] and world.dispositions()[3] == "new ticket"
    assert "it took too long" not in world.maild("status", fine=False)
    assert "worker died" not in world.log()
