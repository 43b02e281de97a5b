"""Proposals, as people decide them: lists of what is open, one at a time, what is too old. Writing is the sheet's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, select

from maild.errors import NotFound
from maild.model import Proposal, ProposalId, TicketId
from maild.store.among import among
from maild.store.rows import AnyRow, rows_among
from maild.store.schema import PROPOSAL_OPEN, proposal, ticket

_OF_TICKETS = (
    select(proposal).where(among(proposal.c.ticket_id), PROPOSAL_OPEN).order_by(proposal.c.ticket_id, proposal.c.id)
)


def open_proposals(tx: Connection, tickets: Collection[TicketId]) -> dict[TicketId, tuple[Proposal, ...]]:
    """What is still to be decided, by ticket, in the order in which it was asked for."""
    found = map(as_proposal, rows_among(tx, _OF_TICKETS, tickets))
    return {number: tuple(ones) for number, ones in groupby(found, lambda one: one.ticket)}


def list_proposals(
    tx: Connection, desks: Collection[str] | None = None, *, all_of_them: bool = False, limit: int = 1000
) -> tuple[Proposal, ...]:
    """What waits on tickets of these desks, or of all, the oldest first; `all_of_them`: what was decided, too."""
    query = select(proposal).order_by(proposal.c.id).limit(limit)
    if desks is not None:
        query = query.join(ticket, ticket.c.id == proposal.c.ticket_id).where(ticket.c.desk.in_(desks))
    return tuple(map(as_proposal, tx.execute(query if all_of_them else query.where(PROPOSAL_OPEN))))


def find_proposal(tx: Connection, number: int, *, lock: bool = False) -> Proposal:
    """One proposal; `lock` holds it to the end of the transaction. Raises NotFound."""
    query = select(proposal).where(proposal.c.id == number)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound(f"there is no proposal {number}: `maild proposals` lists those that wait")
    return as_proposal(row)


def overdue(tx: Connection, now: datetime, limit: int) -> tuple[Proposal, ...]:
    """What nobody has decided in time, the longest due first, locked: no other clock finds it until the end."""
    late = select(proposal).where(PROPOSAL_OPEN, proposal.c.due_at <= now).order_by(proposal.c.due_at).limit(limit)
    return tuple(map(as_proposal, tx.execute(late.with_for_update(skip_locked=True))))


def as_proposal(row: AnyRow) -> Proposal:
    return Proposal(
        id=ProposalId(row.id),
        ticket=TicketId(row.ticket_id),
        kind=row.kind,
        state=row.state,
        organisation=row.organisation,
        address=row.address,
        name=row.name,
        asked_by=row.asked_by,
        created_at=row.created_at,
        due_at=row.due_at,
        decided_by=row.decided_by,
    )
