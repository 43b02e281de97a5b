"""Reading the outbox, for people: what waits, what failed and why, each attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from maild.errors import NotFound
from maild.model import CallKind, Channel, Delivery, NotificationKind, OutboxId, OutboxState, Reason, TicketId
from maild.store.rows import AnyRow
from maild.store.schema import NOT_SENT, OUTBOX_OPEN, PARKED, delivery, outbox_entry

_entry = outbox_entry.c
_SHOWN = tuple(column for column in _entry if column.name != "raw")
_SETTLED = (OutboxState.FAILED, OutboxState.UNKNOWN)
_OPEN = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.DEFERRED)


@dataclass(frozen=True, slots=True)
class OutboxView:
    """An outbox entry as people see it. `reasons`: why it was not sent, if it was suppressed.

    Of a call `recipient` is the webhook's name, and `message_id` the id that receivers know it by.
    """

    id: OutboxId
    ticket: TicketId | None
    event: str
    kind: NotificationKind | CallKind
    recipient: str
    message_id: str
    by_person: bool
    state: OutboxState
    created_at: datetime
    due_at: datetime | None
    attempts: int
    ambiguous: bool
    reasons: tuple[Reason, ...]
    deliveries: tuple[Delivery, ...] = ()
    raw: bytes = b""
    channel: Channel = Channel.MAIL


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How many mails and calls stand where; `oldest` is when the oldest one that waits was made."""

    queued: int
    sending: int
    deferred: int
    failed: int
    unknown: int
    oldest: datetime | None
    parked: int = 0


def list_entries(
    tx: Connection, state: OutboxState | None = None, limit: int = 100, ticket: TicketId | None = None
) -> tuple[OutboxView, ...]:
    """Entries in one state or any, of one ticket or any; the newest first, without their attempts and bytes."""
    wanted = select(*_SHOWN).order_by(_entry.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(_entry.state == state)
    if state in _OPEN:
        wanted = wanted.where(OUTBOX_OPEN)
    if state is OutboxState.PARKED:
        wanted = wanted.where(PARKED)
    if state in _SETTLED:
        wanted = wanted.where(NOT_SENT)
    if ticket is not None:
        wanted = wanted.where(_entry.ticket_id == ticket)
    return tuple(_view(row) for row in tx.execute(wanted))


def show(tx: Connection, entry: OutboxId) -> OutboxView:
    """One entry with its attempts and its bytes. Raises NotFound."""
    row = tx.execute(select(outbox_entry).where(_entry.id == entry)).first()
    if row is None:
        raise NotFound(f"there is no outbox entry {entry}")
    attempts = select(delivery).where(delivery.c.outbox_id == entry).order_by(delivery.c.id)
    made = tuple(Delivery(entry, one.at, one.result, one.answer) for one in tx.execute(attempts))
    return _view(row, made, row.raw)


def counts(tx: Connection) -> OutboxCounts:
    """How many mails and calls stand where; cheap however many were sent."""
    waiting = select(_entry.state, func.count()).where(OUTBOX_OPEN).group_by(_entry.state)
    settled = select(_entry.state, func.count()).where(NOT_SENT).group_by(_entry.state)
    found = {row[0]: row[1] for row in (*tx.execute(waiting), *tx.execute(settled))}
    waits = (OUTBOX_OPEN, _entry.state != OutboxState.SUPPRESSED)
    oldest = tx.execute(select(_entry.created_at).where(*waits).order_by(_entry.id).limit(1)).scalar_one_or_none()
    parked = tx.execute(select(func.count()).select_from(outbox_entry).where(PARKED)).scalar_one()
    numbers = {state.value: found.get(state, 0) for state in (*_OPEN, *_SETTLED)}
    return OutboxCounts(**numbers, oldest=oldest, parked=parked)


def _view(row: AnyRow, deliveries: tuple[Delivery, ...] = (), raw: bytes = b"") -> OutboxView:
    return OutboxView(
        id=OutboxId(row.id),
        ticket=row.ticket_id,
        event=row.event,
        kind=row.kind,
        recipient=row.recipient,
        message_id=row.message_id,
        by_person=row.by_person,
        state=row.state,
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        ambiguous=row.ambiguous,
        reasons=tuple(Reason(*why) for why in row.reasons),
        deliveries=deliveries,
        raw=raw,
        channel=row.channel,
    )
