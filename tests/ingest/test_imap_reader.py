"""Whatever a server does between two looks: every mail that stays is stored, and the cursor never passes one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import IMAPClientAbortError

from maild.errors import StoreUnavailable, TemporaryFailure
from maild.ingest.batches import BATCH_BYTES, BATCH_MAILS, batches
from maild.ingest.imap.answers import Folder, Outline
from maild.ingest.imap.reader import FolderReader
from maild.ingest.imap.session import ImapSession
from maild.model import Fate, Page
from tests.ingest.imap_ledger import NOON, Ledger, account, mail

UIDS = st.sets(st.integers(1, 60), max_size=40)
FEW = st.sets(st.integers(1, 60), max_size=4)


@dataclass
class FakeFolder:
    """A folder as the reader sees it. `breaks` says for each coming command whether the connection dies in it."""

    mails: dict[int, bytes]
    uidvalidity_now: int = 1
    refused: set[int] = field(default_factory=set)
    deadly: set[int] = field(default_factory=set)
    vanishing: set[int] = field(default_factory=set)
    breaks: Iterator[bool] = field(default_factory=lambda: iter(()))
    dates: dict[int, datetime] = field(default_factory=dict)
    refusal: str = "NO"

    def step(self) -> None:
        if next(self.breaks, False):
            raise IMAPClientAbortError("EOF")

    def examine(self) -> Folder:
        self.step()
        return Folder(self.uidvalidity_now, max(self.mails, default=0) + 1, len(self.mails))

    def uidvalidity(self) -> int:
        self.step()
        return self.uidvalidity_now

    def uids_after(self, last: int, folder: Folder) -> Iterator[Sequence[int]]:
        self.step()
        yield sorted(uid for uid in self.mails if uid > last)

    def still_there(self, uids: Sequence[int]) -> frozenset[int]:
        self.step()
        return frozenset(self.mails) & frozenset(uids)

    def outlines(self, uids: Sequence[int]) -> dict[int, Outline]:
        self.step()
        return {uid: Outline(len(self.mails[uid]), self.dates.get(uid)) for uid in uids if uid in self.mails}

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        self.step()
        if self.deadly.intersection(uids):
            raise IMAPClientAbortError("EOF")
        for uid in self.vanishing.intersection(uids):
            self.mails.pop(uid, None)
        return {} if self.refused.intersection(uids) else {uid: self.mails[uid] for uid in uids if uid in self.mails}


class FailingLedger(Ledger):
    """A ledger whose database is away at times."""

    failing: Iterator[bool] = iter(())

    def store(self, page: Page) -> None:
        if next(self.failing, False):
            raise StoreUnavailable
        super().store(page)


@dataclass
class World:
    """A folder, a ledger and a reader in between, with a clock that stands still until told otherwise."""

    folder: FakeFolder
    ledger: FailingLedger = field(default_factory=FailingLedger)
    now: datetime = NOON
    first_look: str = "import"

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        box = account(143, first_look=self.first_look)
        self.reader = FolderReader(box, "INBOX", self.ledger, lambda: self.now, 1 << 20)

    def look(self, times: int = 1) -> None:
        for _ in range(times):
            with suppress(IMAPClientAbortError, TemporaryFailure):
                self.reader.look(cast(ImapSession, self.folder))
            self.check()

    def check(self) -> None:
        """Every mail that the position has passed is in the ledger (law 1)."""
        if self.ledger.at and self.ledger.at.uidvalidity == self.folder.uidvalidity_now:
            passed = {uid for uid in self.folder.mails if self.ledger.at.first_uid < uid <= self.ledger.at.uid}
            assert passed <= {uid for validity, uid in self.ledger.fates if validity == self.folder.uidvalidity_now}

    def key(self, uid: int) -> str:
        return f"imap:main:INBOX:{self.folder.uidvalidity_now}:{uid}"

    def absent(self) -> set[int]:
        """UIDs of mails that are in the folder and not in the store."""
        kept = {key for key, fate in self.ledger.fates.items() if fate in (Fate.TAKEN, Fate.KNOWN)}
        return {uid for uid in self.folder.mails if (self.folder.uidvalidity_now, uid) not in kept}


def numbered(uids: set[int]) -> dict[int, bytes]:
    return {uid: mail(f"m{uid}") for uid in uids}


@given(UIDS, FEW, FEW, FEW)
def test_no_mail_stops_the_ones_behind_it(
    uids: set[int], refused: set[int], deadly: set[int], vanishing: set[int]
) -> None:
    world = World(FakeFolder(numbered(uids), refused=refused, deadly=deadly, vanishing=vanishing))
    world.look(times=40)
    assert world.absent() == (refused | deadly) & world.folder.mails.keys()
    assert set(world.ledger.missing) == world.absent()
    assert world.ledger.taken == len(world.ledger.mails)


@given(st.data(), UIDS, FEW, FEW)
def test_whatever_breaks_meanwhile_every_mail_is_stored_in_the_end(
    data: st.DataObject, uids: set[int], refused: set[int], deadly: set[int]
) -> None:
    world = World(FakeFolder(numbered(uids), refused=refused, deadly=deadly))
    for _ in range(data.draw(st.integers(0, 6))):
        world.folder.breaks = iter(data.draw(st.lists(st.booleans(), max_size=12)))
        world.ledger.failing = iter(data.draw(st.lists(st.booleans(), max_size=4)))
        world.look(times=2)
        match data.draw(st.sampled_from(["mail", "restart", "renumber", "later", "nothing"])):
            case "mail":
                uid = max(world.folder.mails, default=0) + 1
                world.folder.mails[uid] = mail(f"late {uid}")
            case "restart":
                world.restart()
            case "renumber":
                world.folder.mails = dict(enumerate(world.folder.mails.values(), 1))
                world.folder.uidvalidity_now += 1
            case "later":
                world.now += timedelta(minutes=30)
    world.folder.refused, world.folder.deadly, world.folder.breaks = set(), set(), iter(())
    world.ledger.failing = iter(())
    for _ in range(10):
        world.now += timedelta(hours=2)
        world.look()
    assert world.absent() == set()
    assert {*world.folder.mails.values()} <= {stored.raw for stored in world.ledger.mails.values()}
    assert len(world.ledger.mails) == len({stored.raw for stored in world.ledger.mails.values()}), "nothing doubled"
    assert world.ledger.cursor == (world.folder.uidvalidity_now, max(world.folder.mails, default=0))


def test_a_server_that_refuses_everything_is_left_alone_for_a_while() -> None:
    world = World(FakeFolder(numbered(set(range(1, 3 * BATCH_MAILS))), refused=set(range(1, 3 * BATCH_MAILS))))
    with pytest.raises(TemporaryFailure, match="hands over no mail: NO"):
        world.reader.look(cast(ImapSession, world.folder))
    world.folder.refused = {1, 2, 3}
    world.look(times=3)
    assert world.absent() == set(range(1, BATCH_MAILS + 1)), "the others were not passed"
    world.now += timedelta(hours=2)
    world.look(times=BATCH_MAILS // 10 + 1)
    assert world.absent() == {1, 2, 3}


def test_a_mail_shorter_than_announced_is_asked_for_again_and_the_longer_answer_kept() -> None:
    class Stuttering(FakeFolder):
        def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
            found = super().bodies(uids)
            return found if len(uids) == 1 else {uid: raw[:20] for uid, raw in found.items()}

    world = World(Stuttering(numbered({1, 2})))
    world.look()
    assert [stored.raw for stored in world.ledger.mails.values()] == [mail("m1"), mail("m2")]


def test_a_position_set_back_by_hand_is_followed() -> None:
    world = World(FakeFolder(numbered({1, 2, 3})))
    world.look()
    del world.ledger.fates[1, 2], world.ledger.fates[1, 3]
    assert world.ledger.at
    world.ledger.at = replace(world.ledger.at, uid=1)
    world.look()
    assert world.absent() == set()


@given(st.lists(st.integers(0, BATCH_BYTES * 2), max_size=200))
def test_batches_keep_every_mail_in_order_and_within_bounds(sizes: list[int]) -> None:
    weights = dict(enumerate(sizes))
    groups = list(batches(weights))
    assert [uid for group in groups for uid in group] == list(weights)
    for group in groups:
        assert 1 <= len(group) <= BATCH_MAILS
        assert len(group) == 1 or sum(weights[uid] for uid in group) <= BATCH_BYTES
