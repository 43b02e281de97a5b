"""What has come into an IMAP folder since last time: sessions in; pages of mails and a moved position out.

Laws: a mail is known by (account, folder, UIDVALIDITY, UID). The position is moved by the same call that stores the
mails, never before (law 1); the next mails are fetched meanwhile, so the reader's own idea of the position may be one
page ahead, and each look takes it from the ledger anew. No mail stops the ones behind it: one that the server does not
hand over is *missed*: the ledger keeps it, and it is asked for again later.
Another UIDVALIDITY means other UIDs: the whole folder is read anew, and the ledger knows the bytes it has seen. Before
a page is stored its UIDVALIDITY is asked once more: what was fetched while it was numbered anew is thrown away (a
UIDVALIDITY never comes back, so the same number before and after means that it held in between).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain, islice, takewhile
from typing import Final

from maild.clock import Clock
from maild.errors import SourceUnavailable
from maild.ingest.batches import ALONE, BEGINNING, batches, beginning, groups
from maild.ingest.header.scan import noted
from maild.ingest.imap.answers import Folder, Outline
from maild.ingest.imap.behind import Behind
from maild.ingest.imap.ledger import Ledger
from maild.ingest.imap.place import answers, begins, is_before
from maild.ingest.imap.session import ImapSession
from maild.model import Missed, Page, Position, ReceivedMail, Source, Tally
from maild.settings import ImapAccount, note_of

OUTLINES_AT_ONCE: Final = 500
# A look ends after so many mails, so that flagging, moving and counting need not wait for an import.
LOOK_AT_ONCE: Final = 5_000
# A mail that breaks the connection this often counts as missed: a server can fall over one mail.
BREAKS: Final = 3
# So many refusals without one mail in between are no matter of the mails.
REFUSALS: Final = 10
RETRIES_AT_ONCE: Final = 10
LONGEST_RETRY: Final = timedelta(hours=1)


class FolderReader:
    """Reads one folder, over as many sessions as that takes. Used by one thread."""

    def __init__(
        self, account: ImapAccount, folder: str, ledger: Ledger, clock: Clock, size_limit: int, *, once: bool = False
    ) -> None:
        """`size_limit` is in bytes: mails up to twice that size are taken whole. `once` reads a rescan, no new mail."""
        self._account = account
        self._folder = folder
        self._ledger = ledger
        self._behind = Behind(ledger)
        self._clock = clock
        self._size_limit = size_limit
        self._once = once
        self.warning = ""
        self._start(Position(0, 0))

    def _start(self, at: Position) -> None:
        self._position = at
        self._trying: Sequence[int] = ()
        self._alone: set[int] = set()
        self._breaks: dict[int, int] = {}
        self._refusals = 0

    def look(self, session: ImapSession) -> int:
        """Store what is new, LOOK_AT_ONCE mails at most; how many were dealt with, 0 at the end of the folder.

        Errors are those of the session and of the ledger.
        """
        folder = session.examine()
        self._align(folder, session)
        self._suspect()
        return self._news(session, folder) + sum(self._retry(session, one) for one in self._due())

    def _news(self, session: ImapSession, folder: Folder) -> int:
        """Read what stands beyond the position; all of it is stored at the end."""
        uids: Iterator[int] = chain.from_iterable(session.uids_after(self._position.uid, folder))
        if self._once:
            uids = takewhile(lambda uid: uid <= self._position.rescan_upto, uids)
        try:
            return sum(self._group(session, some) for some in groups(islice(uids, LOOK_AT_ONCE), OUTLINES_AT_ONCE))
        finally:
            self._behind.settle()

    def count(self, session: ImapSession) -> Tally | None:
        """The folder held against the ledger; None if it was numbered anew meanwhile. Look again afterwards."""
        folder = session.examine()
        uids = list(chain.from_iterable(session.uids_after(0, folder)))
        if session.uidvalidity() != folder.uidvalidity:
            return None
        return self._ledger.tally(folder.uidvalidity, uids)

    def _align(self, folder: Folder, session: ImapSession) -> None:
        """Go on where the ledger is, or begin."""
        was = self._ledger.position()
        last = (folder.uidnext or session.highest() + 1) - 1
        at = begins(was, folder.uidvalidity, last, self._account, self._clock())
        self.warning = ""
        if at is not None:
            self._start(at)
            self._ledger.store(Page(at, {}))
        elif was is not None and was.uidvalidity != self._position.uidvalidity:
            self._start(was)
        elif was is not None:
            self._position = was
        if folder.uidnext and last < self._position.uid:
            # Against RFC 9051 2.3.1.1, as after a rebuilt index: new mails have UIDs that are in the ledger already.
            self.warning = f"the server gives UIDs anew from {last + 1} on without a new UIDVALIDITY: rename the folder"

    def _suspect(self) -> None:
        """The connection broke over these mails: ask for each alone, and not for ever."""
        self._alone.update(self._trying)
        if len(self._trying) == 1:
            uid = self._trying[0]
            self._breaks[uid] = self._breaks.get(uid, 0) + 1
        self._trying = ()

    def _group(self, session: ImapSession, uids: Sequence[int]) -> int:
        """Read these mails, and leave out those from before our time."""
        outlines = session.outlines(uids)
        before = {uid for uid in uids if uid in outlines and self._is_before(uid, outlines[uid])}
        if before:
            self._store(session, Page(self._position, {}, before=sorted(before)))
        ours = {uid: self._weight(uid, outlines) for uid in uids if uid not in before}
        for batch in batches(ours):
            self._read(session, batch, outlines)
        if self._position.uid < uids[-1]:
            self._store(session, Page(replace(self._position, uid=uids[-1]), {}))
        return len(uids)

    def _is_before(self, uid: int, outline: Outline) -> bool:
        return is_before(self._position, self._account, uid, outline.arrived)

    def _weight(self, uid: int, outlines: Mapping[int, Outline]) -> int:
        """Bytes; a mail that is doubtful in any way counts as one that fills a batch."""
        doubtful = uid in self._alone or uid not in outlines or outlines[uid].size > 2 * self._size_limit
        return ALONE if doubtful else outlines[uid].size

    def _read(self, session: ImapSession, batch: Sequence[int], outlines: Mapping[int, Outline]) -> None:
        """Fetch and store one batch, and go past it."""
        hopeless = any(self._breaks.get(uid, 0) >= BREAKS for uid in batch)
        found = {} if hopeless else self._fetch(session, batch, outlines)
        absent = [uid for uid in batch if uid not in found]
        refused = sorted(session.still_there(absent)) if absent else []
        missed = [self._missed(uid, 1) for uid in refused]
        self._store(
            session, Page(replace(self._position, uid=batch[-1]), self._received(found, outlines), missed=missed)
        )
        self._refusals = 0 if found else self._refusals + len(refused)
        if self._refusals >= REFUSALS:
            self._refusals = 0
            raise SourceUnavailable(f"the server hands over no mail: {session.refusal}")

    def _fetch(
        self, session: ImapSession, batch: Sequence[int], outlines: Mapping[int, Outline]
    ) -> Mapping[int, bytes]:
        """The mails of one batch; a missing or doubtful one is asked for once more, alone."""
        self._trying = batch
        sizes = {uid: outline.size for uid, outline in outlines.items()}
        if sizes.get(batch[0], 0) > 2 * self._size_limit:
            found = self._beginning(session, batch[0], sizes[batch[0]])
        else:
            found = session.bodies(batch)
            for uid in batch:
                # Shorter than announced is only a hint: some servers miscount, so the longer answer is taken.
                if uid not in found or len(found[uid]) < sizes.get(uid, 0):
                    again = session.bodies([uid])
                    found |= {uid: max(again[uid], found.get(uid, b""), key=len)} if again else {}
        self._trying = ()
        return found

    def _beginning(self, session: ImapSession, uid: int, size: int) -> dict[int, bytes]:
        found = session.beginning(uid, BEGINNING)
        return {uid: beginning(text, size) for uid, text in found.items()}

    def _missed(self, uid: int, tries: int) -> Missed:
        pause = min(timedelta(seconds=2.0 ** min(tries, 20)), LONGEST_RETRY)
        return Missed(uid, tries, self._clock() + pause)

    def _due(self) -> Iterator[Missed]:
        now = self._clock()
        return islice((one for one in self._ledger.missed() if one.due <= now), RETRIES_AT_ONCE)

    def _retry(self, session: ImapSession, missed: Missed) -> int:
        """Ask for a missed mail again; 1 if it came or is gone."""
        # Noted before it is tried: it may be the one that breaks the connection, or us.
        self._ledger.store(Page(self._position, {}, missed=[self._missed(missed.uid, missed.tries + 1)]))
        outlines = session.outlines([missed.uid])
        found = self._fetch(session, [missed.uid], outlines)
        if not found and session.still_there([missed.uid]):
            return 0
        gone = [] if found else [missed.uid]
        self._store(session, Page(self._position, self._received(found, outlines), gone=gone))
        self._behind.settle()
        return 1

    def _store(self, session: ImapSession, page: Page) -> None:
        """Have stored what was fetched, if the folder is still numbered as it was."""
        if session.uidvalidity() != page.position.uidvalidity:
            raise SourceUnavailable("the folder was numbered anew while it was read; it is read again")
        self._behind.store(page)
        self._position = page.position
        self._alone.difference_update(page.mails)
        for uid in page.mails:
            self._breaks.pop(uid, None)

    def _received(self, found: Mapping[int, bytes], outlines: Mapping[int, Outline]) -> dict[int, ReceivedMail]:
        return {uid: self._mail(uid, found[uid], outlines.get(uid)) for uid in sorted(found)}

    def _mail(self, uid: int, raw: bytes, outline: Outline | None) -> ReceivedMail:
        message_id, parent_id = noted(raw)
        account, now = self._account, self._clock()
        arrived = outline.arrived if outline and outline.arrived and outline.arrived <= now else None
        return ReceivedMail(
            raw=raw,
            source=Source.IMAP,
            mail_from=None,
            recipients=(account.recipient,),
            received_at=arrived or now,
            peer=account.host,
            source_key=f"imap:{account.name}:{self._folder}:{self._position.uidvalidity}:{uid}",
            message_id=message_id,
            parent_id=parent_id,
            kept_at=now,
            answers=answers(self._position, account, uid, arrived),
            border=note_of(account.border),
        )
