"""The loop of calls with a real receiver: once, again with the same bytes, at least once, and past what fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from maild import pipeline
from maild.daemon import calls as daemon
from maild.daemon.calls import CallLoop, caller_for
from maild.daemon.vitals import Pulse
from maild.errors import ConfigError, StoreUnavailable
from maild.model import Delivery, OutboxState, OutgoingCall
from maild.notify.calling import SIDE_BY_SIDE
from maild.notify.render import Renderer
from maild.settings import Settings, Webhook
from maild.steps.house import House
from maild.store import calls, outbox
from maild.store.engine import Store
from tests.builders import NOON, TOKENS, a_policy
from tests.servers.webhook import Receiver, Reply, a_receiver


class Clock:
    """A clock that a test sets."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setattr(daemon, "PAUSE", 0.01)
    with a_receiver() as receiver:
        yield receiver


def queue(store: Store, *events: str, webhook: str = "crm") -> None:
    with store.transaction() as tx:
        made = [OutgoingCall(f"msg_{event}", webhook, event.encode()) for event in events]
        calls.add(tx, [calls.QueuedCall(None, call.id, call, NOON) for call in made])


def states(store: Store) -> list[OutboxState]:
    with store.reading() as tx:
        return [entry.state for entry in reversed(outbox.list_entries(tx))]


def settings_for(folder: Path, **urls: str) -> Settings:
    secret = folder / "secret"
    secret.write_text("s3cret\n")
    return Settings(webhooks=tuple(Webhook(name=name, url=url, secret_file=secret) for name, url in urls.items()))


def run(store: Store, settings: Settings, clock: Clock, enough: Callable[[], bool]) -> None:
    """Run the loop and wake it again and again, until it is enough."""
    house = House(store, clock, a_policy(), TOKENS, Renderer((), TOKENS, "mx.desk.example"))

    async def main() -> None:
        loop = CallLoop("n", lambda: house, caller_for(settings, clock), Pulse("calls", 60, time.monotonic))
        task = asyncio.create_task(loop.run())
        async with asyncio.timeout(20):
            while not enough():
                loop.wake()
                await asyncio.sleep(0.01)
        task.cancel()
        await loop.close()

    asyncio.run(main())


def test_a_call_is_made_once(store: Store, receiver: Receiver, tmp_path: Path) -> None:
    queue(store, "one")
    looks = iter(range(20))

    def called_and_looked_at_again() -> bool:
        return states(store) == [OutboxState.SENT] and next(looks, None) is None

    run(store, settings_for(tmp_path, crm=receiver.url), Clock(), called_and_looked_at_again)
    assert [told.id for told in receiver.told] == ["msg_one"]


def test_a_receiver_in_trouble_is_told_again_with_the_same_id_and_body(
    store: Store, receiver: Receiver, tmp_path: Path
) -> None:
    queue(store, "one")
    receiver.replies[:] = [Reply(500)]
    clock = Clock()

    def sent() -> bool:
        clock.now += timedelta(seconds=10)
        return states(store) == [OutboxState.SENT]

    run(store, settings_for(tmp_path, crm=receiver.url), clock, sent)
    first, second = receiver.told
    assert (first.id, first.body) == (second.id, second.body) == ("msg_one", b"one")
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]


def test_more_calls_than_fit_into_one_round_are_all_made(store: Store, receiver: Receiver, tmp_path: Path) -> None:
    events = [str(number) for number in range(3 * SIDE_BY_SIDE)]
    queue(store, *events)
    run(store, settings_for(tmp_path, crm=receiver.url), Clock(), lambda: set(states(store)) == {OutboxState.SENT})
    assert sorted(told.id for told in receiver.told) == sorted(f"msg_{event}" for event in events)


def test_a_webhook_that_is_down_costs_the_others_nothing_and_its_own_calls_no_attempt(
    store: Store, receiver: Receiver, tmp_path: Path
) -> None:
    queue(store, *(f"down-{number}" for number in range(3 * SIDE_BY_SIDE)), webhook="down")
    queue(store, "one")
    settings = settings_for(tmp_path, down="http://127.0.0.1:1/", crm=receiver.url)
    run(store, settings, Clock(), lambda: OutboxState.SENT in states(store))
    found = states(store)
    assert found.count(OutboxState.DEFERRED) == SIDE_BY_SIDE and found.count(OutboxState.QUEUED) == 2 * SIDE_BY_SIDE


def test_a_webhook_that_is_no_longer_there_fails_with_a_reason(store: Store, tmp_path: Path) -> None:
    queue(store, "one")
    run(store, settings_for(tmp_path), Clock(), lambda: states(store) == [OutboxState.FAILED])
    with store.reading() as tx:
        (entry,) = outbox.list_entries(tx)
        (attempt,) = outbox.show(tx, entry.id).deliveries
    assert "no webhook crm in maild.yaml" in attempt.answer


def test_what_was_said_while_the_database_was_away_is_recorded_and_not_called_again(
    store: Store, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(store, "one")
    outages, real = [StoreUnavailable(), StoreUnavailable()], pipeline.record

    def record(house: House, deliveries: Sequence[Delivery]) -> None:
        if outages:
            raise outages.pop()
        real(house, deliveries)

    monkeypatch.setattr(pipeline, "record", record)
    run(store, settings_for(tmp_path, crm=receiver.url), Clock(), lambda: states(store) == [OutboxState.SENT])
    assert len(receiver.told) == 1 and not outages


def test_a_bug_does_not_end_the_loop(
    store: Store, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(store, "one")
    bugs, real = [LookupError("a bug")], calls.is_due

    def is_due(*words: object) -> bool:
        if bugs:
            raise bugs.pop()
        return real(*words)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(calls, "is_due", is_due)
    run(store, settings_for(tmp_path, crm=receiver.url), Clock(), lambda: states(store) == [OutboxState.SENT])
    assert not bugs


def test_the_end_does_not_wait_for_a_receiver_that_hangs(store: Store, receiver: Receiver, tmp_path: Path) -> None:
    queue(store, "one")
    receiver.usual = Reply(hangs=True)
    began = time.monotonic()
    run(store, settings_for(tmp_path, crm=receiver.url), Clock(), lambda: len(receiver.told) == 1)
    assert time.monotonic() - began < daemon.GOODBYE
    assert states(store) == [OutboxState.DEFERRED]


def test_a_secret_that_is_none_stops_the_start_and_is_not_quoted(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, crm="https://crm.example/")
    (tmp_path / "secret").write_text("whsec_???\n")
    with pytest.raises(ConfigError, match="no Base64") as told:
        caller_for(settings, Clock())
    assert "???" not in str(told.value)
