"""What became of an attempt: Delivery -> the entry's next state, a record, and an event where people should know.

| result              | first                          | again                                |
|---------------------|--------------------------------|--------------------------------------|
| SENT                | sent                           |                                      |
| DEFERRED            | deferred until next_due        | failed when next_due gives up        |
| RELAY_REFUSED       | as DEFERRED: it says nothing of the recipient                          |
| REFUSED             | failed, event                  |                                      |
| AMBIGUOUS           | queued again, ambiguous        | unknown, event: two copies are enough |
| AMBIGUOUS, a call   | as DEFERRED: its receiver knows one that comes again                   |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from maild.model import Channel, Delivery, DeliveryResult, OutboxId, OutboxState
from maild.store.among import among
from maild.store.bulk import insert_rows, update_rows
from maild.store.rows import AnyRow, rows_among
from maild.store.schema import OUTBOX_OPEN, delivery, event, outbox_entry

NextDue = Callable[[int, datetime], datetime | None]
_entry = outbox_entry.c
_SEEN = ("id", "ticket_id", "state", "attempts", "ambiguous", "recipient", "channel")
_COLUMNS = tuple(_entry[name] for name in _SEEN)
_WORDS = {Channel.MAIL: "mail", Channel.WEBHOOK: "call"}
_LOCKED = select(*_COLUMNS).where(among(_entry.id)).order_by(_entry.id).with_for_update()


@dataclass(frozen=True, slots=True)
class _Next:
    """Where an entry goes; `told` is the event's text, "" for none."""

    state: OutboxState
    due: datetime | None = None
    ambiguous: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What a dead sender had noted: mails the relay has taken, and mails whose answer nobody heard."""

    taken: frozenset[OutboxId]
    dotted: frozenset[OutboxId]


def record(tx: Connection, deliveries: Sequence[Delivery], now: datetime, next_due: NextDue) -> None:
    """Record attempts and move their entries on. `next_due(attempts, now)` gives the next attempt's time, or None."""
    entries = {row.id: row for row in rows_among(tx, _LOCKED, sorted({one.outbox for one in deliveries}))}
    known = [(one, entries[one.outbox]) for one in deliveries if one.outbox in entries]
    # A late word about an entry that has been given up or handed on counts only if it says that the mail arrived.
    moved = [
        (row, _next(one, row, now, next_due))
        for one, row in known
        if row.state is OutboxState.SENDING or one.result is DeliveryResult.SENT
    ]
    insert_rows(tx, delivery, [_recorded(one) for one, _ in known])
    update_rows(tx, outbox_entry, ("id",), [_moved(row, to) for row, to in moved])
    insert_rows(tx, event, [_told(row, to, now) for row, to in moved if to.told and row.ticket_id is not None])


def recover(tx: Connection, node: str | None, now: datetime, known: LeftOver | None = None) -> int:
    """Entries a dead owner left in sending: they may have arrived, or not. How many.

    `node`: all that this node's senders (`node/…`) had, at its start; None: those whose lease has ended.
    `known`: what the dead owner noted; what is not in there has certainly not arrived. None: nobody knows.
    """
    prefix = f"{node}/"
    whose = _entry.due_at <= now if node is None else func.substr(_entry.owner, 1, len(prefix)) == prefix
    left = tx.scalars(select(_entry.id).where(OUTBOX_OPEN, _entry.state == OutboxState.SENDING, whose)).all()
    lost = "the sender ended before it could tell"
    results = [(OutboxId(one), _left_as(OutboxId(one), known)) for one in left]
    record(tx, [Delivery(one, now, result, lost) for one, result in results], now, _at_once)
    return len(left)


def _left_as(one: OutboxId, known: LeftOver | None) -> DeliveryResult:
    if known is not None and one in known.taken:
        return DeliveryResult.SENT
    return DeliveryResult.AMBIGUOUS if known is None or one in known.dotted else DeliveryResult.DEFERRED


def _at_once(_attempts: int, now: datetime) -> datetime | None:
    return now


def _next(one: Delivery, row: AnyRow, now: datetime, next_due: NextDue) -> _Next:
    match one.result:
        case DeliveryResult.SENT:
            return _Next(OutboxState.SENT)
        case DeliveryResult.REFUSED:
            return _Next(OutboxState.FAILED, told=f"refused: {one.answer}")
        case DeliveryResult.AMBIGUOUS if row.channel is Channel.MAIL:
            return _ambiguous(one, row, now)
        case DeliveryResult.DEFERRED | DeliveryResult.RELAY_REFUSED | DeliveryResult.AMBIGUOUS:
            return _later(one, row, next_due(row.attempts, now))


def _ambiguous(one: Delivery, row: AnyRow, now: datetime) -> _Next:
    if row.ambiguous:
        return _Next(OutboxState.UNKNOWN, ambiguous=True, told=f"may or may not have arrived, twice: {one.answer}")
    return _Next(OutboxState.QUEUED, now, ambiguous=True)


def _later(one: Delivery, row: AnyRow, due: datetime | None) -> _Next:
    """Not before the server wants it."""
    if due is None:
        return _Next(OutboxState.FAILED, told=f"given up after {row.attempts} attempts: {one.answer}")
    ambiguous = row.ambiguous or one.result is DeliveryResult.AMBIGUOUS
    return _Next(OutboxState.DEFERRED, max(due, one.not_before or due), ambiguous)


def _moved(row: AnyRow, to: _Next) -> Mapping[str, object]:
    return {"id": row.id, "state": to.state, "due_at": to.due, "ambiguous": to.ambiguous, "owner": ""}


def _recorded(one: Delivery) -> Mapping[str, object]:
    return {"outbox_id": one.outbox, "at": one.at, "result": one.result, "answer": one.answer}


def _told(row: AnyRow, to: _Next, now: datetime) -> Mapping[str, object]:
    text = f"{_WORDS[row.channel]} {row.id} to {row.recipient}: {to.told}"
    return {"ticket_id": row.ticket_id, "at": now, "actor": "outbox", "kind": f"delivery/{to.state}", "text": text}
