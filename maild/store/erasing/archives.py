"""What an erasure has to know of archives: which hold words of a person or a ticket, and which files must go.

Table `archived`: a row for each file. It is live as long as the words are there and not here; then it was brought back,
or doomed: its file must go, and is known as long as nobody has seen it go. Law: a file is doomed in the transaction
that erases, and goes after it (`archiving.files`), so that none is left because a process died in between.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from maild.model import TicketId
from maild.store.among import among
from maild.store.merged import family, home_of
from maild.store.rows import AnyRow, rows_among
from maild.store.schema import ARCHIVED, archived, archived_mark

_LOCK = 0x61726368
"""Any number will do, as long as every version of maild uses the same, and `migrate` another."""
_ROWS = select(archived).order_by(archived.c.id)
_OF_TICKETS = _ROWS.where(among(archived.c.ticket_id))
_MARKED = select(archived_mark.c.archived_id).where(among(archived_mark.c.mark))
_WITH_MARKS = _ROWS.where(archived.c.id.in_(_MARKED), archived.c.gone_at.is_(None))


@dataclass(frozen=True, slots=True)
class Archived:
    """A ticket, with those merged into it, that was archived `at` (UTC) by `actor` into the file `place`, relative to
    the folder of archives; what became of it since. `after_erasure`: the last erasure that the file knows of."""

    id: int
    ticket: TicketId
    at: datetime
    actor: str
    place: str
    sha256: str
    size: int
    after_erasure: int
    returned_at: datetime | None = None
    doomed_at: datetime | None = None
    gone_at: datetime | None = None

    @property
    def live(self) -> bool:
        return self.returned_at is None and self.doomed_at is None


def alone(tx: Connection) -> None:
    """Whoever archives, brings back or erases does so alone, to the end of the transaction: an erasure could otherwise
    look for archives before, and for words after, one was made. SQLite has one writer anyway."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def of_tickets(tx: Connection, tickets: Collection[TicketId]) -> tuple[Archived, ...]:
    """Every archive of these tickets there ever was."""
    return tuple(map(as_archived, rows_among(tx, _OF_TICKETS, tickets)))


def with_marks(tx: Connection, marks: Collection[str]) -> tuple[Archived, ...]:
    """Archives in which an address with one of these marks stands, as long as their files are not known to be gone."""
    return tuple(map(as_archived, rows_among(tx, _WITH_MARKS, marks)))


def doom_files(tx: Connection, tickets: Collection[TicketId], at: datetime) -> None:
    """Whatever lies in files of these tickets must go."""
    doom(tx, [one.id for one in of_tickets(tx, tickets)], at)


def doom_copies(tx: Connection, marks: Collection[str], at: datetime) -> int:
    """Files that are left of tickets which were brought back must go; how many archives with these marks are live."""
    found = with_marks(tx, marks)
    doom(tx, [one.id for one in found if not one.live], at)
    return sum(one.live for one in found)


def doom(tx: Connection, archives: Collection[int], at: datetime) -> None:
    """These files must go."""
    these = update(archived).where(among(archived.c.id), archived.c.doomed_at.is_(None)).values(doomed_at=at)
    tx.execute(these, {"values": archives})


def live_among(tx: Connection, tickets: Collection[TicketId]) -> Archived | None:
    """The archive in which words of these tickets lie, and which is not brought back."""
    row = tx.execute(_OF_TICKETS.where(ARCHIVED).limit(1), {"values": tickets}).first()
    return as_archived(row) if row else None


def live_of(tx: Connection, number: TicketId) -> Archived | None:
    """The archive in which the words of a ticket lie, or of one that is merged with it."""
    return live_among(tx, family(tx, home_of(tx, number).id))


def as_archived(row: AnyRow) -> Archived:
    times = (row.returned_at, row.doomed_at, row.gone_at)
    return Archived(
        row.id, TicketId(row.ticket_id), row.at, row.actor, row.place, row.sha256, row.size, row.after_erasure, *times
    )
