"""Tickets that were kept as long as their desk keeps them: which, the oldest first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Select, exists, literal_column, select

from maild.desks.life_cycle import SETTLED
from maild.model import TicketId
from maild.store.erasing.emptying import KIND
from maild.store.schema import RUN_LIVE, event, hold, ticket, workflow_run

_settled = ticket.c.status.in_([literal_column(f"'{one}'") for one in sorted(SETTLED)])
HELD = exists().where(hold.c.ticket_id == ticket.c.id)
BUSY = exists().where(workflow_run.c.ticket_id == ticket.c.id, RUN_LIVE)
GONE = exists().where(event.c.ticket_id == ticket.c.id, event.c.kind == KIND)
"""What keeps a ticket of the query from being put away: a hold, a request that is under way, an erasure."""


def settled_before(desk: str, before: datetime) -> Select[int]:
    """Tickets of a desk that were settled before this moment, the oldest first. A merged one goes with the one it goes
    on as."""
    old = select(ticket.c.id).where(ticket.c.desk == desk, _settled, ticket.c.settled_at < before)
    return old.where(ticket.c.merged_into.is_(None)).order_by(ticket.c.settled_at, ticket.c.id)


def expired(tx: Connection, desk: str, before: datetime, limit: int) -> tuple[TicketId, ...]:
    """Tickets of a desk that were settled before this moment, of which nothing was erased yet and nothing must stay."""
    free = settled_before(desk, before).where(~HELD, ~BUSY, ~GONE)
    return tuple(map(TicketId, tx.scalars(free.limit(limit))))
