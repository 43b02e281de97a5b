"""A real daemon and a real receiver: calls arrive, come again after a kill, and never hold mail up."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maild.clock import system_clock
from maild.model import OutgoingCall
from maild.notify.webhook import signature
from maild.store import calls
from maild.store.engine import open_store
from tests.scenarios.world import World, a_mail
from tests.servers.requirement import wait_until
from tests.servers.webhook import Receiver, Reply, a_receiver

SECRET = "s3cret"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with a_receiver() as receiver:
        yield receiver


@pytest.fixture
def world(build: Callable[..., World], receiver: Receiver, tmp_path: Path) -> World:
    """A running daemon that knows the receiver as `crm`."""
    (tmp_path / "secret").write_text(SECRET)
    made = build(webhooks=[{"name": "crm", "url": receiver.url, "secret_file": str(tmp_path / "secret")}])
    made.start()
    return made


def want(world: World, *ids: str) -> None:
    """As a decision does it."""
    store = open_store(str(world.engine.url))
    now = system_clock()
    made = [calls.QueuedCall(None, one, OutgoingCall(one, "crm", b'{"type":"x"}'), now) for one in ids]
    store.retrying(lambda tx: calls.add(tx, made))
    store.close()


def stand(world: World) -> list[str]:
    return [row.state for row in world.rows("SELECT state FROM outbox_entry WHERE channel = 'webhook' ORDER BY id")]


def test_a_call_arrives_signed_after_a_person_has_mended_what_was_refused(world: World, receiver: Receiver) -> None:
    receiver.replies[:] = [Reply(410)]
    want(world, "msg_1")
    wait_until(lambda: stand(world) == ["failed"], f"the call failed; {world.log()}", 20)
    assert "webhook is gone" in world.log()
    assert "not-sent" in {need["code"] for need in world.json("status")["needs"]}
    (entry,) = world.json("outbox", "list", "--state", "failed")
    assert (entry["channel"], entry["kind"], entry["recipient"]) == ("webhook", "rule", "crm")
    world.maild("outbox", "retry", str(entry["id"]))
    wait_until(lambda: stand(world) == ["sent"], f"the call is made; {world.log()}", 20)
    refused, told = receiver.told
    signed = signature(SECRET.encode(), "msg_1", told.headers["webhook-timestamp"], told.body)
    assert (told.headers["webhook-signature"], told.body) == (signed, refused.body)
    shown = world.maild("outbox", "show", str(entry["id"]))
    assert "webhook id    msg_1" in shown and "refused: 410 Gone" in shown and "sent: 204 No Content" in shown
    assert world.maild("outbox", "show", str(entry["id"]), "--raw") == '{"type":"x"}'


def test_a_receiver_that_hangs_delays_no_mail_and_after_a_kill_is_told_again(world: World, receiver: Receiver) -> None:
    receiver.usual = Reply(hangs=True)
    want(world, *(f"msg_{number}" for number in range(20)))
    receiver.until(1)
    world.send(a_mail())
    wait_until(lambda: world.mails_to("ada@acme.example") != [], f"the mail went out; {world.log()}", 8)
    called = {told.id for told in receiver.told}
    world.stop(signal.SIGKILL)
    assert "sending" in stand(world) and "sent" not in stand(world)
    receiver.usual = Reply()
    world.start()
    wait_until(lambda: set(stand(world)) == {"sent"}, f"all calls are made; {world.log()}", 20)
    times = Counter(told.id for told in receiver.told)
    assert len(times) == 20 and {one for one, many in times.items() if many > 1} >= called
