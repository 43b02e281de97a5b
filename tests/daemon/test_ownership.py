"""Who reads a mailbox: one node at a time, and another one soon after it has died."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from maild.daemon.ownership import Ownership, Pace, Thing
from maild.errors import StoreUnavailable
from maild.store import leases
from maild.store.engine import Store
from maild.store.leases import Lease
from tests.servers.requirement import wait_until

QUICK = Pace(0.3)


class Box:
    """A thing that notes whether it is being worked on."""

    def __init__(self, name: str = "imap:main") -> None:
        self.owned = False
        self.times = 0
        self.thing = Thing(name, self.begin, self.end)

    def begin(self) -> None:
        self.owned = True
        self.times += 1

    def end(self) -> None:
        self.owned = False


@contextmanager
def keeping(store: Store, node: str, *boxes: Box, pace: Pace = QUICK) -> Iterator[Ownership]:
    ownership = Ownership(store, node, [box.thing for box in boxes], pace)
    ownership.start()
    try:
        yield ownership
    finally:
        ownership.close()


def owner(store: Store, name: str = "imap:main") -> str:
    with store.reading() as tx:
        return leases.look(tx, name).owner


def test_what_nobody_has_is_taken_at_once_and_given_up_at_the_end(store: Store) -> None:
    box = Box()
    with keeping(store, "a", box):
        wait_until(lambda: box.owned, "what the lease says")
        assert owner(store) == "a"
    assert not box.owned
    assert owner(store) == ""


def test_of_many_nodes_one_owns_each_mailbox(store: Store) -> None:
    boxes = [Box() for _ in range(4)]
    with (
        keeping(store, "a", boxes[0]), keeping(store, "b", boxes[1]),
        keeping(store, "c", boxes[2]), keeping(store, "d", boxes[3]),
    ):  # fmt: skip
        wait_until(lambda: any(box.owned for box in boxes), "what the lease says")
        seen = {tuple(box.owned for box in boxes) for _ in range(200)}
        assert {sum(each) for each in seen} == {1}
    assert sum(box.times for box in boxes) >= 1


def test_an_owner_that_lives_keeps_it_however_long_it_takes(store: Store) -> None:
    mine, other = Box(), Box()
    with keeping(store, "a", mine):
        wait_until(lambda: mine.owned, "what the lease says")
        with keeping(store, "b", other):
            with store.reading() as tx:
                begun = leases.look(tx, "imap:main").beats
            wait_until(lambda: beats(store) > begun + 2 * QUICK.lease / QUICK.round, "what the lease says")
            assert not other.owned


def beats(store: Store) -> int:
    with store.reading() as tx:
        return leases.look(tx, "imap:main").beats


def test_the_mailbox_of_a_node_that_died_is_taken_over_after_a_lease(store: Store) -> None:
    with store.transaction() as tx:
        leases.take(tx, "imap:main", "dead", Lease("", 0))
    box = Box()
    with keeping(store, "a", box):
        assert not box.owned
        wait_until(lambda: box.owned, "what the lease says")


def test_a_node_that_starts_anew_takes_its_own_back_without_waiting(store: Store) -> None:
    with store.transaction() as tx:
        leases.take(tx, "imap:main", "a", Lease("", 0))
    box = Box()
    with keeping(store, "a", box, pace=Pace(60)):
        wait_until(lambda: box.owned, "what the lease says")


def test_who_slept_too_long_lets_go_when_it_sees_another_owner(store: Store) -> None:
    box = Box()
    with keeping(store, "a", box):
        wait_until(lambda: box.owned, "what the lease says")
        steal(store, "b")
        wait_until(lambda: not box.owned, "what the lease says")


def steal(store: Store, node: str) -> None:
    def write(tx: Connection) -> None:
        assert leases.take(tx, "imap:main", node, leases.look(tx, "imap:main"))

    store.retrying(write)


def test_while_the_database_is_away_a_mailbox_is_let_go_before_others_may_take_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, away = Box(), threading.Event()

    def perhaps(work: Callable[..., object], attempts: int = 5) -> object:
        if away.is_set():
            raise StoreUnavailable("gone")
        return Store.retrying(store, work, attempts)

    monkeypatch.setattr(store, "retrying", perhaps)
    with keeping(store, "a", box):
        wait_until(lambda: box.owned, "what the lease says")
        away.set()
        wait_until(lambda: not box.owned, "what the lease says")
        away.clear()
        wait_until(lambda: box.owned, "what the lease says")


def test_what_cannot_begin_is_begun_again_in_the_next_round(store: Store) -> None:
    box = Box()

    def fails_at_first() -> None:
        box.times += 1
        if box.times < 3:
            raise StoreUnavailable("gone")
        box.owned = True

    box.thing.begin = fails_at_first
    with keeping(store, "a", box):
        wait_until(lambda: box.owned, "it has begun")
    assert not box.owned


def test_what_begins_in_part_is_ended_before_it_is_begun_again_whatever_stopped_it(store: Store) -> None:
    box = Box()
    threads: list[bool] = []

    def fails_at_first() -> None:
        threads.append(True)
        if len(threads) == 1 and box.times == 0:
            box.times = 1
            raise RuntimeError("can't start new thread")
        box.owned = True

    box.thing.begin, box.thing.end = fails_at_first, threads.clear
    with keeping(store, "a", box):
        wait_until(lambda: box.owned, "it has begun")
        assert threads == [True], "one reads it, not two"
