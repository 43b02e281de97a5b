"""A worker that blocks in a mail without using CPU is killed and replaced; only that mail is charged (law 3)."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from maild.daemon import workers
from maild.daemon.slots import Slots, Work
from maild.daemon.vitals import Vitals
from maild.daemon.worker import Post
from maild.daemon.workers import LOOK, Hand, Workers
from maild.model import EntryId
from maild.settings import Limits, Settings
from maild.store import inbox
from maild.store.engine import Store
from tests.builders import NOON
from tests.daemon.test_metrics import a_house
from tests.store.kit import LEASE, a_received_mail, claim, keep


def a_work(entry: int = 7, cpu_before: float = 1.0) -> Work:
    return Work(EntryId(entry), cpu_before, alone=False)


@dataclass
class Process:
    """One that uses no CPU, as far as anybody can see."""

    pid: int = 0
    killed: int = 0

    def kill(self) -> None:
        self.killed += 1


@dataclass
class Watched:
    """One worker and who looks after it, look by look."""

    workers: Workers
    slots: Slots
    process: Process = field(default_factory=Process)
    hand: Hand = field(init=False)

    def __post_init__(self) -> None:
        self.hand = Hand(cast(Any, self.process), cast(Any, None), "n/0.1")

    def in_(self, work: Work | None, seconds: float) -> None:
        self.slots.write(0, work)
        for _ in range(round(seconds / LOOK)):
            self.workers._check_budget(0, self.hand)


def watched(folder: Path, **limits: Any) -> Watched:
    settings = Settings(state=folder, workers=1, limits=Limits(**limits))
    made = Workers(settings, cast(Any, None), "n", int)
    return Watched(made, Slots(folder / "workers.slots", 1))


@pytest.mark.parametrize(("cpu_alone", "seconds"), [(1, 120), (10, 120), (20, 240)])
def test_one_that_blocks_in_a_mail_is_killed_when_its_time_is_over_and_not_before(
    tmp_path: Path, cpu_alone: float, seconds: float
) -> None:
    one = watched(tmp_path, cpu_alone=cpu_alone, cpu_in_company=1)
    one.in_(a_work(), seconds)
    assert one.process.killed == 0
    one.in_(a_work(), 1)
    assert (one.process.killed, one.hand.killed_for) == (1, "time-budget")


def test_one_that_goes_from_mail_to_mail_or_waits_in_none_is_left_alone(tmp_path: Path) -> None:
    one = watched(tmp_path)
    for number in range(5):
        one.in_(a_work(), 100)
        one.in_(a_work(cpu_before=number + 2), 100)  # the same mail, decided after it was read
        one.in_(None, 300)
    assert one.process.killed == 0


def claims_and_blocks(post: Post, line: socket.socket) -> None:
    """Instead of a worker: in a mail that it says it has claimed, for ever."""
    Slots(post.slots, post.count).write(post.number, a_work(entry=1, cpu_before=0.0))
    threading.Event().wait(60)


def test_the_mail_is_charged_its_neighbours_return_and_another_worker_stands_there(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LONGEST", 0.3)
    monkeypatch.setattr(workers.worker, "run", claims_and_blocks)
    limits = Limits(cpu_alone=0.01, cpu_in_company=60)
    keep(store, a_received_mail(), a_received_mail())
    assert len(claim(store, "n/0.1")) == 2
    made = Workers(Settings(state=tmp_path, workers=1, limits=limits), a_house(store), "n", int)

    async def story() -> None:
        made.start()
        first = made._hands[0]
        watch = asyncio.create_task(made.watch(Vitals(60).pulse("workers")))
        async with asyncio.timeout(30):
            while made._hands[0] is first:
                await asyncio.sleep(0.02)
        assert (first.owner, first.killed_for, made._hands[0].owner, made.alive) == ("n/0.1", "time-budget", "n/0.2", 1)
        watch.cancel()
        made._hands[0].process.kill()
        await made.stop()

    asyncio.run(story())
    with store.transaction() as tx:
        again = inbox.claim(tx, "m", NOON, LEASE, 20, 1 << 20)
    assert {(int(one.id), one.attempts, one.cause) for one in again} == {(1, 1, "time-budget")}
    with store.transaction() as tx:
        assert [int(one.id) for one in inbox.claim(tx, "m", NOON, LEASE, 20, 1 << 20)] == [2]
