"""Tickets that were kept as long as their desk keeps them: which, the oldest first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, literal_column, select

from maild.desks.life_cycle import SETTLED
from maild.model import TicketId
from maild.store.erasing.emptying import KIND
from maild.store.schema import RUN_LIVE, event, hold, ticket, workflow_run

_settled = ticket.c.status.in_([literal_column(f"'{one}'") for one in sorted(SETTLED)])
_held = exists().where(hold.c.ticket_id == ticket.c.id)
_busy = exists().where(workflow_run.c.ticket_id == ticket.c.id, RUN_LIVE)
_erased = exists().where(event.c.ticket_id == ticket.c.id, event.c.kind == KIND)


def expired(tx: Connection, desk: str, before: datetime, limit: int) -> tuple[TicketId, ...]:
    """Tickets of a desk that were settled before this moment, of which nothing was erased yet and nothing must stay.

    A merged ticket goes with the one it goes on as.
    """
    old = select(ticket.c.id).where(ticket.c.desk == desk, _settled, ticket.c.settled_at < before)
    free = old.where(ticket.c.merged_into.is_(None), ~_held, ~_busy, ~_erased)
    return tuple(map(TicketId, tx.scalars(free.order_by(ticket.c.settled_at, ticket.c.id).limit(limit))))
