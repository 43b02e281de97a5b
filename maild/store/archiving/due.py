"""Which tickets may go into the archive, and what keeps one here.

Law: a ticket stays as long as anything is to be done on it, anybody has to have it at hand, or it came back not long
ago; and so does the ticket that any of these was merged into.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, exists, or_, select

from maild.model import Role, TicketId
from maild.store.among import among
from maild.store.erasing.expired import BUSY, GONE, HELD, settled_before
from maild.store.rows import rows_among
from maild.store.schema import (
    ARCHIVED,
    INBOX_OPEN,
    OUTBOX_OPEN,
    PROPOSAL_OPEN,
    archived,
    contact,
    inbox_entry,
    kept_at_hand,
    outbox_entry,
    participant,
    proposal,
    ticket,
)

_AT_HAND = (
    select(participant.c.ticket_id)
    .join(contact, contact.c.id == participant.c.contact_id)
    .join(kept_at_hand, kept_at_hand.c.organisation == contact.c.organisation)
    .where(participant.c.ticket_id == ticket.c.id, participant.c.role == Role.REQUESTER)
    .exists()
)
_STAYS = or_(
    HELD,
    BUSY,
    GONE,
    _AT_HAND,
    exists().where(archived.c.ticket_id == ticket.c.id, ARCHIVED),
    exists().where(outbox_entry.c.ticket_id == ticket.c.id, OUTBOX_OPEN),
    exists().where(inbox_entry.c.ticket_id == ticket.c.id, or_(INBOX_OPEN, inbox_entry.c.prove_at.is_not(None))),
    exists().where(proposal.c.ticket_id == ticket.c.id, PROPOSAL_OPEN),
)
_STAYING = select(ticket.c.id).where(among(ticket.c.id), _STAYS)


def due(tx: Connection, desk: str, before: datetime, limit: int) -> tuple[TicketId, ...]:
    """Tickets of a desk that were settled, and brought back if ever, before this moment; the oldest first."""
    lately = exists().where(archived.c.ticket_id == ticket.c.id, archived.c.returned_at >= before)
    return tuple(map(TicketId, tx.scalars(settled_before(desk, before).where(~_STAYS, ~lately).limit(limit))))


def may_go(tx: Connection, tickets: Collection[TicketId]) -> bool:
    """Whether nothing keeps any of these tickets here."""
    return not rows_among(tx, _STAYING, tickets)
