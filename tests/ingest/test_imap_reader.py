"""Whatever a server does between two looks: every mail that stays is stored, and the cursor never passes one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import IMAPClientAbortError

from maild.errors import StoreUnavailable, TemporaryFailure
from maild.ingest.imap.reader import BATCH_BYTES, BATCH_MAILS, Cursor, FolderReader, batches
from maild.ingest.imap.session import Folder, ImapSession
from maild.model import ReceivedMail
from tests.ingest.imap_ledger import NOON, Ledger, account, mail

UIDS = st.sets(st.integers(1, 60), max_size=40)
FEW = st.sets(st.integers(1, 60), max_size=4)


@dataclass
class FakeFolder:
    """A folder as the reader sees it. `breaks` says for each coming command whether the connection dies in it."""

    mails: dict[int, bytes]
    uidvalidity: int = 1
    refused: set[int] = field(default_factory=set)
    deadly: set[int] = field(default_factory=set)
    vanishing: set[int] = field(default_factory=set)
    breaks: Iterator[bool] = field(default_factory=lambda: iter(()))
    refusal: str = "NO"

    def step(self) -> None:
        if next(self.breaks, False):
            raise IMAPClientAbortError("EOF")

    def examine(self) -> Folder:
        self.step()
        return Folder(self.uidvalidity, max(self.mails, default=0) + 1)

    def uids_after(self, last: int, uidnext: int) -> Iterator[Sequence[int]]:
        self.step()
        yield sorted(uid for uid in self.mails if uid > last)

    def still_there(self, uids: Sequence[int]) -> frozenset[int]:
        self.step()
        return frozenset(self.mails) & frozenset(uids)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        self.step()
        return {uid: len(self.mails[uid]) for uid in uids if uid in self.mails}

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        self.step()
        if self.deadly.intersection(uids):
            raise IMAPClientAbortError("EOF")
        for uid in self.vanishing.intersection(uids):
            self.mails.pop(uid, None)
        return {} if self.refused.intersection(uids) else {uid: self.mails[uid] for uid in uids if uid in self.mails}


@dataclass
class World:
    """A folder, a store and a reader in between, with a clock that stands still until told otherwise."""

    folder: FakeFolder
    ledger: Ledger = field(default_factory=Ledger)
    now: datetime = NOON
    failing: Iterator[bool] = field(default_factory=lambda: iter(()))

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.reader = FolderReader(account(143), self.ledger, self.take, lambda: self.now, 1 << 20)

    def take(self, mails: Sequence[ReceivedMail], cursor: Cursor) -> None:
        if next(self.failing, False):
            raise StoreUnavailable
        self.ledger.take(mails, cursor)
        passed = {self.key(uid) for uid in self.folder.mails if uid <= cursor.uid}
        assert cursor.uidvalidity != self.folder.uidvalidity or passed <= self.ledger.mails.keys()

    def look(self, times: int = 1) -> None:
        for _ in range(times):
            with suppress(IMAPClientAbortError, TemporaryFailure):
                self.reader.look(cast(ImapSession, self.folder))

    def key(self, uid: int) -> str:
        return f"imap:main:INBOX:{self.folder.uidvalidity}:{uid}"

    def absent(self) -> set[int]:
        """UIDs of mails that are in the folder and not in the store."""
        return {uid for uid in self.folder.mails if self.key(uid) not in self.ledger.mails}


def numbered(uids: set[int]) -> dict[int, bytes]:
    return {uid: mail(f"m{uid}") for uid in uids}


@given(UIDS, FEW, FEW, FEW)
def test_no_mail_stops_the_ones_behind_it(
    uids: set[int], refused: set[int], deadly: set[int], vanishing: set[int]
) -> None:
    world = World(FakeFolder(numbered(uids), refused=refused, deadly=deadly, vanishing=vanishing))
    world.look(times=40)
    assert world.absent() == (refused | deadly) & world.folder.mails.keys()
    assert set(world.reader.missed) == world.absent()
    assert world.ledger.taken == len(world.ledger.mails)


@given(st.data(), UIDS, FEW, FEW)
def test_whatever_breaks_meanwhile_every_mail_is_stored_in_the_end(
    data: st.DataObject, uids: set[int], refused: set[int], deadly: set[int]
) -> None:
    world = World(FakeFolder(numbered(uids), refused=refused, deadly=deadly))
    for _ in range(data.draw(st.integers(0, 6))):
        world.folder.breaks = iter(data.draw(st.lists(st.booleans(), max_size=12)))
        world.failing = iter(data.draw(st.lists(st.booleans(), max_size=4)))
        world.look(times=2)
        match data.draw(st.sampled_from(["mail", "restart", "renumber", "later", "nothing"])):
            case "mail":
                uid = max(world.folder.mails, default=0) + 1
                world.folder.mails[uid] = mail(f"late {uid}")
            case "restart":
                world.restart()
            case "renumber":
                world.folder.mails = dict(enumerate(world.folder.mails.values(), 1))
                world.folder.uidvalidity += 1
            case "later":
                world.now += timedelta(minutes=30)
    world.folder.refused, world.folder.deadly, world.folder.breaks, world.failing = set(), set(), iter(()), iter(())
    for _ in range(10):
        world.now += timedelta(hours=2)
        world.look()
    assert world.absent() == set()
    assert all(world.ledger.mails[world.key(uid)].raw == raw for uid, raw in world.folder.mails.items())
    assert world.ledger.cursor == (world.folder.uidvalidity, max(world.folder.mails, default=0))


def test_a_server_that_refuses_everything_is_left_alone_for_a_while() -> None:
    world = World(FakeFolder(numbered(set(range(1, 200))), refused=set(range(1, 200))))
    with pytest.raises(TemporaryFailure, match="hands over no mail: NO"):
        world.reader.look(cast(ImapSession, world.folder))
    world.folder.refused = set(range(1, 60))
    world.look(times=3)
    assert world.absent() == set(range(1, 60))


def test_a_mail_shorter_than_announced_is_asked_for_again_and_the_longer_answer_kept() -> None:
    class Stuttering(FakeFolder):
        def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
            found = super().bodies(uids)
            return found if len(uids) == 1 else {uid: raw[:20] for uid, raw in found.items()}

    world = World(Stuttering(numbered({1, 2})))
    world.look()
    assert [stored.raw for stored in world.ledger.mails.values()] == [mail("m1"), mail("m2")]


def test_a_cursor_set_back_by_hand_is_followed() -> None:
    world = World(FakeFolder(numbered({1, 2, 3})))
    world.look()
    del world.ledger.mails[world.key(2)], world.ledger.mails[world.key(3)]
    world.ledger.cursor = (1, 1)
    world.look()
    assert world.ledger.subjects == ["m1", "m2", "m3"]


@given(st.lists(st.integers(0, BATCH_BYTES * 2), max_size=200))
def test_batches_keep_every_mail_in_order_and_within_bounds(sizes: list[int]) -> None:
    weights = dict(enumerate(sizes))
    groups = list(batches(weights))
    assert [uid for group in groups for uid in group] == list(weights)
    for group in groups:
        assert 1 <= len(group) <= BATCH_MAILS
        assert len(group) == 1 or sum(weights[uid] for uid in group) <= BATCH_BYTES
