"""The delivery loop: when it bothers the relay, and what it survives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from maild import pipeline
from maild.daemon import delivery
from maild.daemon.delivery import DeliveryLoop, Watched
from maild.daemon.dots import Dots
from maild.daemon.vitals import Pulse
from maild.errors import StoreUnavailable
from maild.model import Delivery, DeliveryResult, OutboxEntry, OutboxState
from maild.notify.render import Renderer
from maild.settings import Settings
from maild.steps.house import House
from maild.store import outbox
from maild.store.engine import Store
from tests.builders import NOON, TOKENS, a_policy
from tests.store.kit import a_queued


@dataclass
class Carrier:
    """Counts how often it is asked; stumbles as often as told."""

    trouble = ""
    stumbles: int = 0
    asked: int = 0
    carried: list[OutboxEntry] = field(default_factory=list)

    async def ready(self) -> bool:
        self.asked += 1
        return True

    async def deliver(self, entries: Sequence[OutboxEntry]) -> tuple[Delivery, ...]:
        if self.stumbles:
            self.stumbles -= 1
            raise LookupError("a bug")
        self.carried += entries
        return tuple(Delivery(entry.id, NOON, DeliveryResult.SENT, "250 ok") for entry in entries)

    async def close(self) -> None:
        """Nothing is open."""


async def woken(loop: DeliveryLoop, enough: Callable[[int], bool]) -> None:
    """Run the loop and wake it again and again, until the number of times is enough."""
    task, times = asyncio.create_task(loop.run()), 0
    async with asyncio.timeout(20):
        while not enough(times):
            loop.wake()
            await asyncio.sleep(0.005)
            times += 1
    task.cancel()


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    made = Carrier()
    monkeypatch.setattr(delivery, "carrier_for", lambda *_: made)
    monkeypatch.setattr(delivery, "PAUSE", 0.01)
    return made


def run(store: Store, folder: Path, enough: Callable[[int], bool]) -> None:
    house = House(store, lambda: NOON, a_policy(), TOKENS, Renderer((), TOKENS, "mx.desk.example"))

    async def main() -> None:
        watched = Watched(Dots(folder / "dots"), Pulse("delivery", 60, time.monotonic), 60)
        await woken(DeliveryLoop(Settings(), "n", lambda: house, watched), enough)

    asyncio.run(main())


def queue(store: Store, event: str) -> None:
    with store.transaction() as tx:
        outbox.add(tx, [a_queued(None, event=event)])


def test_a_relay_is_left_alone_while_there_is_nothing_to_send(store: Store, tmp_path: Path, carrier: Carrier) -> None:
    run(store, tmp_path, lambda times: times > 20)
    assert carrier.asked == 0


def test_what_is_due_is_carried_once(store: Store, tmp_path: Path, carrier: Carrier) -> None:
    queue(store, "first")
    run(store, tmp_path, lambda times: times > 20 and len(carrier.carried) > 0)
    assert len(carrier.carried) == 1


def test_a_bug_while_sending_does_not_end_the_loop(store: Store, tmp_path: Path, carrier: Carrier) -> None:
    carrier.stumbles = 1
    queue(store, "first")

    def the_next_is_carried(_times: int) -> bool:
        if not carrier.stumbles and carrier.asked == 1:
            queue(store, "second")
        return len(carrier.carried) > 0

    run(store, tmp_path, the_next_is_carried)
    assert carrier.asked > 1


def test_what_the_relay_said_while_the_database_was_away_is_recorded_and_not_sent_again(
    store: Store, tmp_path: Path, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(store, "first")
    outages, real = [StoreUnavailable(), StoreUnavailable()], pipeline.record

    def record(house: House, deliveries: Sequence[Delivery]) -> None:
        if outages:
            raise outages.pop()
        real(house, deliveries)

    monkeypatch.setattr(pipeline, "record", record)
    run(store, tmp_path, lambda _: all_sent(store))
    assert len(carrier.carried) == 1
    assert not outages


def all_sent(store: Store) -> bool:
    with store.reading() as tx:
        return {entry.state for entry in outbox.list_entries(tx)} == {OutboxState.SENT}
