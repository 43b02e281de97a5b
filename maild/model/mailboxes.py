"""A mailbox that is read: what the ledger knows of its mails, and how the reading goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from maild.model.incoming import ReceivedMail


class Fate(StrEnum):
    """What became of a mail in a mailbox, as its ledger has it.

    TAKEN: kept in the inbox; KNOWN: the same bytes were taken before, under another UID; MISSED: there, but the server
    does not hand it over; GONE: it was missed, and is no longer there; BEFORE: older than our first look, not ours.
    """

    TAKEN = "taken"
    KNOWN = "known"
    MISSED = "missed"
    GONE = "gone"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Position:
    """How far a folder has been read: every UID up to `uid` is in the ledger, under this UIDVALIDITY.

    UIDs up to `first_uid` were there before the first look, and are none of ours. `began_at` (UTC) is the first look.
    Mails up to `rescan_upto` are read again (another UIDVALIDITY, a restore): what they cause is parked. Mails up to
    `import_upto` were there at the first look of an import: they cause no mail at all.
    """

    uidvalidity: int
    uid: int
    first_uid: int = 0
    began_at: datetime | None = None
    rescan_upto: int = 0
    import_upto: int = 0


@dataclass(frozen=True, slots=True)
class Missed:
    """A mail the server did not hand over: how often that was tried, and when it is tried again (UTC)."""

    uid: int
    tries: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """What one reading step adds to the ledger of a folder, all of it in one transaction, or none."""

    position: Position
    mails: Mapping[int, ReceivedMail]
    missed: Sequence[Missed] = ()
    gone: Sequence[int] = ()
    before: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """A folder's mails on the server, held against the ledger: `on_server` is the sum of the others.

    `processed` includes what a person dismissed; `to_read` came after the last look; `unexplained` should be none:
    mails that should be in the ledger and are not.
    """

    on_server: int
    processed: int = 0
    waiting: int = 0
    quarantined: int = 0
    missed: int = 0
    before: int = 0
    to_read: int = 0
    unexplained: int = 0


@dataclass(frozen=True, slots=True)
class MailboxState:
    """How the reading of one folder goes. `error` is in the server's own words, "" while all is well.

    `looked_at` is the last look that read the folder to its end; `warning` says what will go wrong some day (a secret
    that runs out); `tally` is the last count, made at `counted_at`. Times are UTC.
    """

    account: str
    folder: str
    node: str = ""
    looked_at: datetime | None = None
    error: str = ""
    error_at: datetime | None = None
    warning: str = ""
    counted_at: datetime | None = None
    tally: Tally | None = None
