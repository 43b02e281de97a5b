"""The outbox: finished mail. Queued -> sending -> sent, deferred, failed or unknown (law 10).

Calls of webhooks lie in it too: `store.calls` queues and claims them, all else here is for both.

Laws: one mail per (ticket, event, recipient), whoever asks twice. An attempt is counted and visible before it is
made. Mails of one ticket to one recipient go in order. What may have arrived is sent again once, the same bytes.
An entry with nothing left to do has no due time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, or_, select, update

from maild.decide.told.budgets import likeness
from maild.errors import NotFound
from maild.model import (
    Channel,
    Notification,
    OutboxEntry,
    OutboxId,
    OutboxState,
    OutgoingMail,
    Suppressed,
    TicketId,
)
from maild.store.bulk import insert_rows
from maild.store.delivering import record, recover
from maild.store.outbox_views import OutboxCounts, OutboxView, counts, list_entries, show
from maild.store.rows import AnyRow
from maild.store.schema import NOT_SENT, OUTBOX_OPEN, PARKED, outbox_entry

_entry = outbox_entry.c
_earlier = outbox_entry.alias("earlier")
WAITING = (OutboxState.QUEUED, OutboxState.DEFERRED)
# Mails of one ticket to one recipient go in order (law 10): a ticket's mails are few, a recipient's may be many.
# `concat` keeps SQLite, which has no statistics, from searching by the recipient. Sighting: 10 of 45 waiting mails to
# people who had got 16,000 before took 269 ms to find, and 0.3 ms by the ticket.
_claimable = (
    select(
        _entry.id,
        _entry.ticket_id,
        _entry.message_id,
        _entry.mail_from,
        _entry.recipient,
        _entry.raw,
        _entry.attempts,
        _entry.created_at,
        _entry.ambiguous,
    )
    .where(
        OUTBOX_OPEN,
        _entry.channel == Channel.MAIL,
        _entry.state.in_(WAITING),
        _entry.due_at <= bindparam("now"),
        ~exists().where(
            _earlier.c.due_at.is_not(None),
            _earlier.c.state != OutboxState.SUPPRESSED,
            _earlier.c.id < _entry.id,
            _earlier.c.ticket_id == _entry.ticket_id,
            _earlier.c.recipient.concat("") == _entry.recipient,
        ),
    )
    .order_by(_entry.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=outbox_entry)
)


@dataclass(frozen=True, slots=True)
class Queued:
    """A notification with its finished mail, to be sent; `notification.by_person` is counted by no budget (law 9)."""

    ticket: TicketId | None
    notification: Notification
    mail: OutgoingMail
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Silent:
    """A mail that is not sent, with the ticket it would have been about."""

    suppressed: Suppressed
    ticket: TicketId | None


def add(tx: Connection, queued: Sequence[Queued]) -> int:
    """Queue mails; how many are new. What a (ticket, event, recipient) has already is left as it is."""
    return insert_rows(tx, outbox_entry, [_queued(one) for one in queued], "DO NOTHING")


def _queued(one: Queued) -> Mapping[str, object]:
    told = one.notification
    return {
        "ticket_id": one.ticket,
        "event": told.event,
        "kind": told.kind,
        "recipient": one.mail.recipient,
        "message_id": one.mail.message_id,
        "mail_from": one.mail.mail_from,
        "raw": one.mail.raw,
        "by_person": told.by_person,
        "state": OutboxState.PARKED if told.parked else OutboxState.QUEUED,
        "created_at": one.created_at,
        "due_at": None if told.parked else told.not_before or one.created_at,
        "reasons": (),
        "domain": "" if told.by_person else one.mail.recipient.rpartition("@")[2],
        "likeness": "" if told.by_person else likeness(told),
        "unverified": told.unverified,
    }


def suppress(tx: Connection, silent: Sequence[Silent], now: datetime) -> int:
    """Record mails that are not sent, each with its reason (law 9); how many are new."""
    return insert_rows(tx, outbox_entry, [_suppressed(one, now) for one in silent], "DO NOTHING")


def _suppressed(one: Silent, now: datetime) -> Mapping[str, object]:
    why = one.suppressed.reason
    return {
        "ticket_id": one.ticket,
        "event": one.suppressed.event,
        "kind": one.suppressed.kind,
        "recipient": one.suppressed.recipient,
        "raw": b"",
        "state": OutboxState.SUPPRESSED,
        "created_at": now,
        "due_at": one.suppressed.digest_at,
        "reasons": ((why.step, why.code, why.text),),
    }


def claim(tx: Connection, owner: str, now: datetime, lease: timedelta, limit: int) -> tuple[OutboxEntry, ...]:
    """Take due mail for sending until now + lease, oldest first; the attempt is counted here, before it is made."""
    rows = tx.execute(_claimable, {"now": now, "most": limit}).all()
    if not rows:
        return ()
    mine = {"state": OutboxState.SENDING, "owner": owner, "due_at": now + lease, "attempts": _entry.attempts + 1}
    tx.execute(update(outbox_entry).where(_entry.id.in_([row.id for row in rows])).values(**mine))
    return tuple(_claimed(row) for row in rows)


def is_due(tx: Connection, now: datetime) -> bool:
    """Whether any mail waits to go out by now. Cheap: asked before a relay is bothered."""
    waiting = select(_entry.id).where(OUTBOX_OPEN, _entry.channel == Channel.MAIL, _entry.state.in_(WAITING))
    return tx.execute(waiting.where(_entry.due_at <= now).limit(1)).first() is not None


def _claimed(row: AnyRow) -> OutboxEntry:
    mail = OutgoingMail(row.message_id, row.mail_from, row.recipient, row.raw)
    return OutboxEntry(OutboxId(row.id), row.ticket_id, mail, row.attempts + 1, row.created_at, row.ambiguous)


def retry(tx: Connection, entry: OutboxId, now: datetime) -> None:
    """Send a failed or unknown mail or call once more, from the beginning. Raises NotFound if there is none such."""
    again = update(outbox_entry).where(
        _entry.id == entry, _entry.state.in_((OutboxState.FAILED, OutboxState.UNKNOWN, OutboxState.DEFERRED))
    )
    if not tx.execute(again.values(state=OutboxState.QUEUED, due_at=now, attempts=0, owner="")).rowcount:
        raise NotFound(f"there is no outbox entry {entry} that failed or waits")


def release(tx: Connection, now: datetime, entries: Sequence[OutboxId] | None = None) -> int:
    """Let what is parked go, all of it or these entries; how many went. They are made `now` as far as budgets count."""
    return _unpark(tx, entries, state=OutboxState.QUEUED, due_at=now, created_at=now, reasons=())


def drop(tx: Connection, now: datetime, entries: Sequence[OutboxId] | None = None) -> int:
    """Give entries up: all that is parked, or these entries, parked or failed or unknown; how many it were.

    They stay to be looked at; nobody is called for them any more.
    """
    why = (("outbox", "dropped", f"dropped by a person at {now:%Y-%m-%d %H:%M} UTC"),)
    given_up = {"state": OutboxState.SUPPRESSED, "due_at": None, "reasons": why}
    if entries is None:
        return _unpark(tx, None, **given_up)
    these = update(outbox_entry).where(or_(PARKED, NOT_SENT), _entry.id.in_(entries))
    return tx.execute(these.values(**given_up)).rowcount


def _unpark(tx: Connection, entries: Sequence[OutboxId] | None, **values: object) -> int:
    parked = update(outbox_entry).where(PARKED).values(**values)
    if entries is None:
        return tx.execute(parked).rowcount
    return tx.execute(parked.where(_entry.id.in_(entries))).rowcount


__all__ = [
    "OutboxCounts",
    "OutboxView",
    "Queued",
    "Silent",
    "add",
    "claim",
    "counts",
    "drop",
    "list_entries",
    "record",
    "recover",
    "release",
    "retry",
    "show",
    "suppress",
]
