"""Reading the inbox, for people: what waits, what was set aside and why, and the bytes of a mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from maild.errors import NotFound
from maild.model import Answers, Disposition, EntryId, Reason, Source, TicketId
from maild.store.raw import pieces_by_id, raw_by_id
from maild.store.rows import AnyRow
from maild.store.schema import INBOX_OPEN, QUARANTINED, inbox_entry
from maild.store.states import InboxState

_entry = inbox_entry.c


@dataclass(frozen=True, slots=True)
class EntryView:
    """An inbox entry as people see it. `due_at` is None where nothing is left to do."""

    id: EntryId
    state: InboxState
    source: Source
    mail_from: str | None
    recipient: str
    received_at: datetime
    answers: Answers
    login: str
    size: int
    message_id: str
    owner: str
    due_at: datetime | None
    attempts: int
    alone: bool
    disposition: Disposition | None
    reasons: tuple[Reason, ...]
    ticket: TicketId | None
    duplicate_of: EntryId | None
    cause: str
    detail: str


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many entries stand where; `oldest` is since when the oldest waits, None where none does."""

    waiting: int
    claimed: int
    quarantined: int
    done: int
    oldest: datetime | None = None
    quarantined_oldest: datetime | None = None


def list_entries(tx: Connection, state: InboxState | None = None, limit: int = 100) -> tuple[EntryView, ...]:
    """Entries in one state, or in any; the newest first."""
    wanted = select(inbox_entry).order_by(_entry.id.desc()).limit(limit)
    match state:
        case None:
            pass
        case InboxState.QUARANTINED:
            wanted = wanted.where(QUARANTINED)
        case InboxState.DONE:
            wanted = wanted.where(_entry.state == state)
        case _:
            wanted = wanted.where(INBOX_OPEN, _entry.state == state)
    return tuple(_view(row) for row in tx.execute(wanted))


def show(tx: Connection, entry: EntryId) -> EntryView:
    """One entry. Raises NotFound."""
    return _view(_row(tx, entry))


def raw_of(tx: Connection, entry: EntryId) -> bytes:
    """The bytes of an entry's mail. Raises NotFound."""
    number = _row(tx, entry).raw_id
    return raw_by_id(tx, {number})[number]


def pieces_of(tx: Connection, entry: EntryId) -> Iterator[bytes]:
    """The same, piece by piece, for mails that nobody needs whole. Raises NotFound at once."""
    return pieces_by_id(tx, _row(tx, entry).raw_id)


def counts(tx: Connection) -> InboxCounts:
    """How many entries stand where; cheap however many are done."""
    is_open = select(_entry.state, func.count()).where(INBOX_OPEN).group_by(_entry.state)
    found = {row[0]: row[1] for row in tx.execute(is_open)}
    quarantined = tx.execute(select(func.count()).select_from(inbox_entry).where(QUARANTINED)).scalar_one()
    total = tx.execute(select(func.count()).select_from(inbox_entry)).scalar_one()
    waiting, claimed = found.get(InboxState.WAITING, 0), found.get(InboxState.CLAIMED, 0)
    done = total - waiting - claimed - quarantined
    oldest = _first(tx, and_(INBOX_OPEN, _entry.state == InboxState.WAITING))
    return InboxCounts(waiting, claimed, quarantined, done, oldest, _first(tx, QUARANTINED))


def _first(tx: Connection, which: ColumnElement[bool]) -> datetime | None:
    kept = func.coalesce(_entry.kept_at, _entry.received_at, type_=_entry.kept_at.type)
    return tx.execute(select(kept).where(which).order_by(_entry.id).limit(1)).scalar_one_or_none()


def _row(tx: Connection, entry: EntryId) -> AnyRow:
    row = tx.execute(select(inbox_entry).where(_entry.id == entry)).first()
    if row is None:
        raise NotFound(f"there is no inbox entry {entry}")
    return row


def _view(row: AnyRow) -> EntryView:
    return EntryView(
        id=EntryId(row.id),
        state=row.state,
        source=row.source,
        mail_from=row.mail_from,
        recipient=row.recipient,
        received_at=row.received_at,
        answers=row.answers,
        login=row.login,
        size=row.size,
        message_id=row.message_id,
        owner=row.owner,
        due_at=row.due_at,
        attempts=row.attempts,
        alone=row.alone,
        disposition=row.disposition,
        reasons=tuple(Reason(*why) for why in row.reasons),
        ticket=row.ticket_id,
        duplicate_of=row.duplicate_of,
        cause=row.cause,
        detail=row.detail,
    )
