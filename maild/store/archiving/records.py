"""Table archived: which archives there are, and which of their files must go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from maild.model import Role
from maild.store.erasing.archives import Archived, as_archived
from maild.store.schema import DOOMED, archived, archived_mark, contact, participant, ticket

_ALL = (
    select(archived, ticket.c.prefix, ticket.c.desk)
    .join(ticket, ticket.c.id == archived.c.ticket_id)
    .order_by(archived.c.id)
)
_ASKED = (
    select(participant.c.ticket_id, contact.c.organisation)
    .join(contact, contact.c.id == participant.c.contact_id)
    .where(participant.c.role == Role.REQUESTER)
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An archive, with its ticket's number and desk."""

    number: str
    desk: str
    archive: Archived


def every(tx: Connection, *, desk: str = "", organisation: str = "") -> tuple[Listed, ...]:
    """All whose files are not known to be gone, the oldest first: of a desk, of what an organisation asked for."""
    query = _ALL.where(archived.c.gone_at.is_(None))
    if desk:
        query = query.where(ticket.c.desk == desk)
    if organisation:
        asked = _ASKED.where(contact.c.organisation == organisation).subquery()
        query = query.where(ticket.c.id.in_(select(asked.c.ticket_id)))
    rows = tx.execute(query)
    return tuple(Listed(f"{row.prefix}-{row.ticket_id}", row.desk, as_archived(row)) for row in rows)


def doomed(tx: Connection) -> tuple[Archived, ...]:
    """Those whose files must go, and nobody has seen them go."""
    return tuple(map(as_archived, tx.execute(select(archived).where(DOOMED).order_by(archived.c.id))))


def gone(tx: Connection, one: Archived, at: datetime) -> None:
    """Its file is gone, and with it what it was known by."""
    tx.execute(update(archived).where(archived.c.id == one.id).values(gone_at=at))
    tx.execute(delete(archived_mark).where(archived_mark.c.archived_id == one.id))
