"""One folder of a mailbox, kept in the database: the ledger its reader works with, and how it does, for people.

Laws: every page is fenced by the lease of its account; nothing is kept while there is no room for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from maild import pipeline
from maild.errors import StoreFull, TemporaryFailure
from maild.model import MailboxState, Missed, Page, Position, Tally
from maild.steps.house import House
from maild.store import leases, ledger, mailbox_states
from maild.store.ledger import FolderId

log = structlog.get_logger()
TOLD_EVERY = 15.0
"""Seconds between two notes that all is well: a busy folder must not write one for each mail."""


def lease_of(account: str) -> str:
    """The name of the lease on an account."""
    return f"imap:{account}"


@dataclass
class FolderLedger:
    """The `Ledger` of one folder for one node. `full`: why there is no room, "" while there is."""

    house: House
    of: FolderId
    node: str
    finishes: bool
    full: Callable[[], str] = lambda: ""
    wake: Callable[[], None] = lambda: None
    _at: Position | None = field(default=None, init=False)

    def position(self) -> Position | None:
        with self.house.store.reading() as tx:
            self._at = ledger.position(tx, self.of)
        return self._at

    def missed(self) -> Sequence[Missed]:
        with self.house.store.reading() as tx:
            return ledger.missed(tx, self.of, self._uidvalidity)

    def store(self, page: Page) -> None:
        if page.mails and (why := self.full()):
            raise StoreFull(why)
        pipeline.receive_page(self.house.store, self.of, page, self._fence, finishes=self.finishes)
        self._at = page.position
        if page.mails:
            self.wake()

    def looked_at(self) -> datetime | None:
        """When the folder was last read to its end, as far as the database knows."""
        with self.house.store.reading() as tx:
            states = mailbox_states.list_states(tx)
        here = (one.looked_at for one in states if (one.account, one.folder) == (self.of.account, self.of.folder))
        return next(here, None)

    def to_finish(self, limit: int) -> Sequence[int]:
        with self.house.store.reading() as tx:
            return ledger.to_finish(tx, self.of, self._uidvalidity, limit)

    def finished(self, uids: Sequence[int]) -> None:
        def write(tx: Connection) -> None:
            self._fence(tx)
            ledger.finished(tx, self.of, self._uidvalidity, uids)

        self.house.store.retrying(write)

    def tally(self, uidvalidity: int, uids: Sequence[int]) -> Tally:
        with self.house.store.reading() as tx:
            found = mailbox_states.count(tx, self.of, uidvalidity, uids)
        self.house.store.retrying(lambda tx: mailbox_states.keep_tally(tx, self.of, found, self.house.clock()))
        return found

    @property
    def _uidvalidity(self) -> int:
        return self._at.uidvalidity if self._at else 0

    def _fence(self, tx: Connection) -> None:
        leases.require(tx, lease_of(self.of.account), self.node)


class Teller:
    """Writes down how a folder does: at once when that changes, else now and then."""

    def __init__(self, house: House, node: str) -> None:
        self._house = house
        self._node = node
        self._last: MailboxState | None = None
        self._at = 0.0

    def __call__(self, state: MailboxState) -> None:
        now = time.monotonic()
        if self._last and _news(state) == _news(self._last) and now - self._at < TOLD_EVERY:
            return
        self._last, self._at = state, now
        try:
            told = replace(state, node=self._node)
            self._house.store.retrying(lambda tx: mailbox_states.tell(tx, told))
        except TemporaryFailure as error:
            log.warning("mailbox state not kept", account=state.account, because=str(error).partition("\n")[0])


def _news(state: MailboxState) -> tuple[str, str, bool]:
    return state.error, state.warning, state.looked_at is None
