"""Pages stored while the next is fetched: in their order, one at a time, and no error lost or told twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import pytest

from maild.errors import StoreFull, StoreUnavailable
from maild.ingest.batches import BATCH_MAILS
from maild.ingest.imap.behind import Behind
from maild.ingest.imap.session import ImapSession
from maild.model import Page, Position
from tests.ingest.imap_ledger import Ledger
from tests.ingest.test_imap_reader import FakeFolder, World, numbered

LIMIT = 10.0


def a_page(uid: int) -> Page:
    return Page(Position(7, uid), {})


@dataclass(slots=True)
class Slow(Ledger):
    """A ledger that stores when `go` is set, and shows how many pages it was in at once."""

    go: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    inside: int = 0
    most: int = 0
    order: list[int] = field(default_factory=list)

    def store(self, page: Page) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.begun.set()
        assert self.go.wait(LIMIT)
        self.order.append(page.position.uid)
        Ledger.store(self, page)
        self.inside -= 1


def beside(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_while_a_page_is_stored_its_reader_goes_on() -> None:
    ledger = Slow()
    behind = Behind(ledger)
    behind.store(a_page(1))
    assert ledger.begun.wait(LIMIT)
    assert ledger.at is None, "the reader is free, and nothing is stored yet"
    ledger.go.set()
    behind.settle()
    assert ledger.cursor == (7, 1)


def test_one_page_is_in_flight_and_a_later_one_waits_its_turn() -> None:
    ledger = Slow()
    behind = Behind(ledger)
    behind.store(a_page(1))
    second = beside(lambda: behind.store(a_page(2)))
    assert ledger.begun.wait(LIMIT)
    second.join(0.05)
    assert second.is_alive(), "the first is not stored yet"
    ledger.go.set()
    second.join(LIMIT)
    for uid in range(3, 30):
        behind.store(a_page(uid))
    behind.settle()
    assert ledger.order == list(range(1, 30))
    assert ledger.most == 1


@pytest.mark.parametrize("how", ["store", "settle"])
def test_what_went_wrong_is_raised_once_and_nothing_is_stored_on_top_of_it(how: str) -> None:
    ledger = Ledger(refusing=StoreFull("no room"))
    behind = Behind(ledger)
    behind.store(a_page(1))
    with pytest.raises(StoreFull, match="no room"):
        behind.settle() if how == "settle" else behind.store(a_page(2))
    behind.settle()
    ledger.refusing = None
    behind.settle()
    assert ledger.at is None
    behind.store(a_page(1))
    behind.settle()
    assert ledger.cursor == (7, 1)


def test_whatever_ends_the_storing_it_does_not_pass_for_stored() -> None:
    class Ending(Ledger):
        def store(self, page: Page) -> None:
            raise SystemExit

    behind = Behind(Ending())
    behind.store(a_page(1))
    with pytest.raises(SystemExit):
        behind.settle()


def test_where_no_thread_can_be_had_the_page_is_not_stored_and_the_next_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    ledger = Ledger()
    behind = Behind(ledger)
    with monkeypatch.context() as patched, pytest.raises(RuntimeError, match="new thread"):
        patched.setattr(threading.Thread, "start", none_left)
        behind.store(a_page(1))
    behind.settle()
    assert ledger.at is None
    behind.store(a_page(1))
    behind.settle()
    assert ledger.cursor == (7, 1)


@pytest.mark.parametrize("failing", [0, 1, 2, 3])
def test_a_reader_whose_page_was_not_stored_begins_again_where_the_ledger_is(failing: int) -> None:
    world = World(FakeFolder(numbered(set(range(1, 2 * BATCH_MAILS + 50)))))
    world.ledger.failing = iter([False] * failing + [True])
    with pytest.raises(StoreUnavailable):
        world.reader.look(cast(ImapSession, world.folder))
    world.check()
    # The first page is the beginning, which holds no mail.
    assert len(world.ledger.mails) == max(failing - 1, 0) * BATCH_MAILS
    world.look()
    assert world.absent() == set()
    assert world.ledger.taken == len(world.ledger.mails), "none twice"


def test_a_line_that_breaks_while_a_page_is_stored_leaves_nothing_in_flight() -> None:
    world = World(FakeFolder(numbered(set(range(1, 2 * BATCH_MAILS))), deadly={2 * BATCH_MAILS - 1}))
    world.look()
    assert world.ledger.cursor == (1, BATCH_MAILS)
    assert not [thread for thread in threading.enumerate() if thread.name == "imap-page"]
