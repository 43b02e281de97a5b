"""Calls of webhooks in the outbox: queued with what caused them, claimed for one attempt. The rest is as for mail.

Laws: one call per (ticket, event, webhook), whoever asks twice. An attempt is counted and visible before it is made.
Calls of one ticket to one webhook go in order. A call counts against no budget of mail (law 9).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, select, update

from maild.model import CallEntry, CallKind, Channel, OutboxId, OutboxState, OutgoingCall, TicketId
from maild.store.bulk import insert_rows
from maild.store.rows import AnyRow
from maild.store.schema import OUTBOX_OPEN, outbox_entry

_entry = outbox_entry.c
_earlier = outbox_entry.alias("earlier")
_WAITING = (OutboxState.QUEUED, OutboxState.DEFERRED)
_CLAIMED = (_entry.id, _entry.ticket_id, _entry.message_id, _entry.recipient, _entry.raw, _entry.attempts)
_IS_FIRST = ~exists().where(
    _earlier.c.due_at.is_not(None),
    _earlier.c.state != OutboxState.SUPPRESSED,
    _earlier.c.id < _entry.id,
    _earlier.c.ticket_id == _entry.ticket_id,
    _earlier.c.recipient == _entry.recipient,
)


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """A finished call, to be made. `parked`: it goes only when a person releases it."""

    ticket: TicketId | None
    event: str
    call: OutgoingCall
    created_at: datetime
    parked: bool = False


def add(tx: Connection, queued: Sequence[QueuedCall]) -> int:
    """Queue calls; how many are new. What a (ticket, event, webhook) has already is left as it is."""
    return insert_rows(tx, outbox_entry, [_queued(one) for one in queued], "DO NOTHING")


def _queued(one: QueuedCall) -> Mapping[str, object]:
    return {
        "channel": Channel.WEBHOOK,
        "ticket_id": one.ticket,
        "event": one.event,
        "kind": CallKind.RULE,
        "recipient": one.call.webhook,
        "message_id": one.call.id,
        "raw": one.call.body,
        "state": OutboxState.PARKED if one.parked else OutboxState.QUEUED,
        "created_at": one.created_at,
        "due_at": None if one.parked else one.created_at,
        "reasons": (),
    }


def claim(
    tx: Connection, owner: str, now: datetime, lease: timedelta, limit: int, resting: Collection[str] = ()
) -> tuple[CallEntry, ...]:
    """Take due calls until now + lease, oldest first, none for the webhooks that are `resting`; each is counted here
    as an attempt, before it is made.
    """
    wanted = select(*_CLAIMED, _entry.created_at).where(_due(now, resting), _IS_FIRST).order_by(_entry.id)
    rows = tx.execute(wanted.limit(limit).with_for_update(skip_locked=True, of=outbox_entry)).all()
    if not rows:
        return ()
    mine = {"state": OutboxState.SENDING, "owner": owner, "due_at": now + lease, "attempts": _entry.attempts + 1}
    tx.execute(update(outbox_entry).where(_entry.id.in_([row.id for row in rows])).values(**mine))
    return tuple(_claimed(row) for row in rows)


def is_due(tx: Connection, now: datetime, resting: Collection[str] = ()) -> bool:
    """Whether any call waits to be made by now. Cheap: a look, without a lock."""
    waiting: Select[tuple[int]] = select(_entry.id).where(_due(now, resting)).limit(1)
    return tx.execute(waiting).first() is not None


def _due(now: datetime, resting: Collection[str]) -> ColumnElement[bool]:
    return and_(
        OUTBOX_OPEN,
        _entry.channel == Channel.WEBHOOK,
        _entry.state.in_(_WAITING),
        _entry.due_at <= now,
        _entry.recipient.not_in(sorted(resting)),
    )


def _claimed(row: AnyRow) -> CallEntry:
    call = OutgoingCall(row.message_id, row.recipient, row.raw)
    return CallEntry(OutboxId(row.id), row.ticket_id, call, row.attempts + 1, row.created_at)
