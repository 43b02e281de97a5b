"""What has come into an IMAP folder since last time: sessions in, stored mails and a moved cursor out.

Laws: a mail is known by (account, folder, UIDVALIDITY, UID). The cursor is moved by the same call that stores the
mails, never before (law 1). No mail stops the ones behind it: one that the server does not hand over is *missed*,
and asked for again later. The cursor stays below the lowest missed mail, so that a restart forgets none; what is
read twice because of that has the same `source_key`, and counts once.
Another UIDVALIDITY means other UIDs: the whole folder is read anew, and content keys prevent doubles (law 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, NamedTuple, Protocol

from maild.clock import Clock
from maild.errors import SourceUnavailable
from maild.ingest.header.scan import noted
from maild.ingest.imap.session import Folder, ImapSession
from maild.model import ReceivedMail, Source
from maild.settings import ImapAccount

BATCH_MAILS: Final = 50
BATCH_BYTES: Final = 8 << 20
ALONE: Final = BATCH_BYTES + 1
SIZES_AT_ONCE: Final = 500
# A mail that breaks the connection this often counts as missed: a server can fall over one mail.
BREAKS: Final = 3
# So many refusals without one mail in between are no matter of the mails.
REFUSALS: Final = 10
RETRIES_AT_ONCE: Final = 10
LONGEST_RETRY: Final = timedelta(hours=1)
# Of a mail beyond twice the limit only the beginning is taken, marked with this header and the real size in bytes.
# The mark is for people: a sender may write it too.
BEGINNING: Final = 64 << 10
TRUNCATED: Final = "X-Maild-Truncated"


class Cursor(NamedTuple):
    """Everything up to and including `uid` is stored, under this UIDVALIDITY."""

    uidvalidity: int
    uid: int


class CursorStore(Protocol):
    """Where the account's cursor is kept: (UIDVALIDITY, UID), None before the first look."""

    def get(self) -> tuple[int, int] | None: ...


# Stores the mails and the cursor in one transaction; the sequence may be empty.
# Raises TemporaryFailure, and has then stored nothing.
Take = Callable[[Sequence[ReceivedMail], Cursor], None]


@dataclass(frozen=True, slots=True)
class Missed:
    """A mail the server did not hand over: how often that was tried, and when it is tried again."""

    tries: int
    due: datetime


class FolderReader:
    """Reads one account's folder, over as many sessions as that takes. Used by one thread."""

    def __init__(self, account: ImapAccount, cursor: CursorStore, take: Take, clock: Clock, size_limit: int) -> None:
        """`size_limit` is in bytes: mails up to twice that size are taken whole."""
        self._account = account
        self._cursor = cursor
        self._take = take
        self._clock = clock
        self._size_limit = size_limit
        self._start(Cursor(0, 0))

    def _start(self, at: Cursor) -> None:
        self._stored = at
        self._high = at.uid
        self._missed: dict[int, Missed] = {}
        self._trying: Sequence[int] = ()
        self._alone: set[int] = set()
        self._breaks: dict[int, int] = {}
        self._refusals = 0

    @property
    def missed(self) -> tuple[int, ...]:
        """UIDs of the mails that are there but could not be had so far."""
        return tuple(sorted(self._missed))

    def look(self, session: ImapSession) -> int:
        """Store everything new; the number of mails stored. Errors are those of the session and of `take`."""
        folder = session.examine()
        self._align(folder, session)
        self._suspect()
        stored = 0
        for uids in session.uids_after(self._high, folder.uidnext):
            stored += sum(self._read(session, batch, sizes) for batch, sizes in self._batches(session, uids))
        return stored + sum(self._retry(session, uid) for uid in self._due())

    def _align(self, folder: Folder, session: ImapSession) -> None:
        """Begin where the stored cursor is, unless this reader itself left it there."""
        kept = self._cursor.get()
        if kept == self._stored and self._stored.uidvalidity == folder.uidvalidity:
            return
        if kept is None and self._account.first_look == "new":
            uid = (folder.uidnext or session.highest() + 1) - 1
        else:
            uid = kept[1] if kept and kept[0] == folder.uidvalidity else 0
        self._start(Cursor(folder.uidvalidity, uid))
        if kept != self._stored:
            self._take((), self._stored)

    def _suspect(self) -> None:
        """The connection broke over these mails: ask for each alone, and not for ever."""
        self._alone.update(self._trying)
        if len(self._trying) == 1:
            uid = self._trying[0]
            self._breaks[uid] = self._breaks.get(uid, 0) + 1
        self._trying = ()

    def _batches(self, session: ImapSession, uids: Sequence[int]) -> Iterator[tuple[Sequence[int], Mapping[int, int]]]:
        """Groups of mails to fetch together, with their sizes as far as known."""
        rest = iter(uids)
        while some := list(islice(rest, SIZES_AT_ONCE)):
            sizes = session.sizes(some)
            weights = {uid: ALONE if self._by_itself(uid, sizes) else sizes[uid] for uid in some}
            yield from ((batch, sizes) for batch in batches(weights))

    def _by_itself(self, uid: int, sizes: Mapping[int, int]) -> bool:
        return uid in self._alone or uid not in sizes or sizes[uid] > 2 * self._size_limit

    def _read(self, session: ImapSession, batch: Sequence[int], sizes: Mapping[int, int]) -> int:
        """Fetch and store one group, and go past it; the number of mails stored."""
        hopeless = [uid for uid in batch if self._breaks.get(uid, 0) >= BREAKS]
        found = {} if hopeless else self._fetch(session, batch, sizes)
        absent = [uid for uid in batch if uid not in found]
        refused = session.still_there(absent) if absent else frozenset()
        for uid in refused:
            self._miss(uid)
        self._store(found, batch[-1])
        self._refusals = 0 if found else self._refusals + len(refused)
        if self._refusals >= REFUSALS:
            self._refusals = 0
            raise SourceUnavailable(f"the server hands over no mail: {session.refusal}")
        return len(found)

    def _fetch(self, session: ImapSession, batch: Sequence[int], sizes: Mapping[int, int]) -> dict[int, bytes]:
        """The mails of one group; a missing or doubtful one is asked for once more, alone."""
        self._trying = batch
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
        return {uid: f"{TRUNCATED}: {size}\r\n".encode() + text for uid, text in found.items()}

    def _miss(self, uid: int) -> None:
        tries = self._missed[uid].tries + 1 if uid in self._missed else 1
        pause = min(timedelta(seconds=2.0 ** min(tries, 20)), LONGEST_RETRY)
        self._missed[uid] = Missed(tries, self._clock() + pause)

    def _due(self) -> Sequence[int]:
        now = self._clock()
        return sorted(uid for uid, missed in self._missed.items() if missed.due <= now)[:RETRIES_AT_ONCE]

    def _retry(self, session: ImapSession, uid: int) -> int:
        """Ask for a missed mail again; 1 if it came. One that is gone is missed no longer."""
        # Counted before it is tried: it may be the one that breaks the connection.
        self._miss(uid)
        found = self._fetch(session, [uid], session.sizes([uid]))
        if found or not session.still_there([uid]):
            self._store(found, uid, over=uid)
        return len(found)

    def _store(self, found: Mapping[int, bytes], upto: int, over: int = 0) -> None:
        """Hand over what was found, with the cursor that is then true. `over` is missed no longer."""
        missed = self._missed.keys() - found.keys() - {over}
        high = max(self._high, upto)
        cursor = Cursor(self._stored.uidvalidity, min([high, *(uid - 1 for uid in missed)]))
        if found or cursor != self._stored:
            self._take([self._received(cursor, uid, found[uid]) for uid in sorted(found)], cursor)
        self._stored, self._high = cursor, high
        self._missed = {uid: self._missed[uid] for uid in missed}
        self._alone.difference_update(found)
        self._breaks = {uid: breaks for uid, breaks in self._breaks.items() if uid not in found}

    def _received(self, cursor: Cursor, uid: int, raw: bytes) -> ReceivedMail:
        message_id, parent_id = noted(raw)
        account = self._account
        return ReceivedMail(
            raw=raw,
            source=Source.IMAP,
            mail_from=None,
            recipients=(account.recipient,),
            received_at=self._clock(),
            peer=account.host,
            source_key=f"imap:{account.name}:{account.folders[0]}:{cursor.uidvalidity}:{uid}",
            message_id=message_id,
            parent_id=parent_id,
        )


def batches(sizes: Mapping[int, int]) -> Iterator[Sequence[int]]:
    """Groups of UIDs, in their order: at most BATCH_MAILS and BATCH_BYTES each, a bigger mail alone."""
    batch: list[int] = []
    total = 0
    for uid, size in sizes.items():
        if batch and (len(batch) >= BATCH_MAILS or total + size > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(uid)
        total += size
    if batch:
        yield batch
