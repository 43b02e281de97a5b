"""What time brings: stored deadlines that have passed (design: time is just another message)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from maild.decide.facts import KnownTicket
from maild.store.rows import as_ticket, known_tickets
from maild.store.schema import ticket


def due_reminders(tx: Connection, now: datetime, limit: int) -> tuple[KnownTicket, ...]:
    """Tickets whose reminder is due, the longest due first, locked: no other clock finds them until the end."""
    query = select(ticket).where(ticket.c.remind_at <= now).order_by(ticket.c.remind_at, ticket.c.id).limit(limit)
    tickets = [as_ticket(row) for row in tx.execute(query.with_for_update(skip_locked=True))]
    return tuple(known_tickets(tx, tickets).values())
