"""Mails that were held back and are to be summed up: found when due, and done with (law 9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, bindparam, select, update

from maild.decide.told.digests import Unsent
from maild.model import Address, OutboxId, OutboxState, Register
from maild.store.rows import AnyRow, as_ticket
from maild.store.schema import OUTBOX_OPEN, contact, outbox_entry, ticket

_entry = outbox_entry.c
_DUE = (
    select(
        _entry.id.label("entry"),
        _entry.recipient,
        contact.c.name.label("name"),
        contact.c.language.label("language"),
        contact.c.register.label("register"),
        *ticket.c,
    )
    .join(ticket, ticket.c.id == _entry.ticket_id)
    .outerjoin(contact, contact.c.address == _entry.recipient)
    .where(OUTBOX_OPEN, _entry.state == OutboxState.SUPPRESSED, _entry.due_at <= bindparam("now"))
    .order_by(_entry.recipient, ticket.c.desk, _entry.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=outbox_entry)
)
_WHOSE = attrgetter("recipient", "desk")


def due_digests(tx: Connection, now: datetime, limit: int) -> tuple[Unsent, ...]:
    """What is to be summed up by now, one for each person and desk; locked, and marked as done with."""
    rows = tx.execute(_DUE, {"now": now, "most": limit}).all()
    if rows:
        tx.execute(update(outbox_entry).where(_entry.id.in_([row.entry for row in rows])).values(due_at=None))
    return tuple(_unsent(list(group)) for _, group in groupby(rows, _WHOSE))


def _unsent(rows: Sequence[AnyRow]) -> Unsent:
    first = rows[0]
    return Unsent(
        tuple(OutboxId(row.entry) for row in rows),
        Address(first.name or "", first.recipient),
        first.language or "",
        first.register or Register.UNKNOWN,
        tuple(as_ticket(row) for row in rows),
    )
