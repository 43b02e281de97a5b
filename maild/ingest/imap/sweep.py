"""After a restore: what was moved away since the backup is read once more, from the folder it was moved to.

The restored database knows nothing of mails that were taken and moved (`after: move`) after the backup was made. So
whoever restores stores the position `sweep_from(...)` for (account, move_to); the watcher then reads that folder once,
up to what is in it at that moment. Mails that came before `since` are recorded as `before`, the ledger knows the bytes
it has, and what the others cause is parked. A cut costs nothing: the position says how far the sweep has come. A mail
that the server did not hand over is asked for again with a later session.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from maild.clock import Clock
from maild.ingest.imap.ledger import Ledger
from maild.ingest.imap.place import UPTO_NOW
from maild.ingest.imap.reader import FolderReader
from maild.ingest.imap.session import ImapSession
from maild.model import Page, Position
from maild.settings import ImapAccount


def sweep_from(since: datetime) -> Position:
    """The position that orders a sweep. `since` (UTC) must lie before the first mail the database may not know: the
    restored `looked_at` of the account's folders, less a day; their `began_at` where there is none."""
    return Position(uidvalidity=0, uid=0, began_at=since, rescan_upto=UPTO_NOW)


class Sweep:
    """Reads `move_to` once, if its ledger says so. Used by one thread."""

    def __init__(self, account: ImapAccount, ledger: Ledger, clock: Clock, size_limit: int) -> None:
        self.folder = account.move_to or ""
        plain = account.model_copy(update={"first_look": "new", "after": "leave"})
        self._ledger = ledger
        self._clock = clock
        self._reader = FolderReader(plain, self.folder, ledger, clock, size_limit, once=True)

    def due(self) -> bool:
        position = self._ledger.position()
        if not self.folder or position is None or not position.rescan_upto:
            return False
        return position.uid < position.rescan_upto or any(one.due <= self._clock() for one in self._ledger.missed())

    def run(self, session: ImapSession) -> None:
        """Read to the end. `session` is one of `folder`. Errors are those of the session and of the ledger."""
        while self._reader.look(session):
            pass
        position = self._ledger.position()
        if position is not None:
            self._ledger.store(Page(replace(position, uid=position.rescan_upto), {}))
