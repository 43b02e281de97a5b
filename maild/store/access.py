"""The access log: every reading, export and erasure by a person (REQ-L10). Rows are only ever added.

Law: a reading that cannot be written down does not happen; the caller writes first and shows then. What stands in
`detail` are words of our own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from maild.model import TicketId
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.schema import access, contact, participant

READ, EXPORT, ERASE = "read", "export", "erase"


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody (`actor`: the name of a member of staff, or of an operator's account) looked at a ticket, at `at` (UTC);
    no ticket where it was about more than one."""

    at: datetime
    actor: str
    ticket: TicketId | None
    what: str
    detail: str = ""


def note(tx: Connection, *looks: Access) -> None:
    """Write down looks, with one insert."""
    rows = [
        {"at": one.at, "actor": one.actor, "ticket_id": one.ticket, "what": one.what, "detail": one.detail}
        for one in looks
    ]
    insert_rows(tx, access, rows)


def latest(
    tx: Connection,
    *,
    ticket: TicketId | None = None,
    addresses: Collection[str] | None = None,
    actor: str = "",
    limit: int = 1000,
) -> tuple[Access, ...]:
    """The newest first: of one ticket, of tickets that a person takes part in, by one who looked."""
    query = select(access).order_by(access.c.id.desc()).limit(limit)
    values: dict[str, object] = {}
    if ticket is not None:
        query = query.where(access.c.ticket_id == ticket)
    if actor:
        query = query.where(access.c.actor == actor)
    if addresses is not None:
        theirs = select(participant.c.ticket_id).join(contact, contact.c.id == participant.c.contact_id)
        query = query.where(access.c.ticket_id.in_(theirs.where(among(contact.c.address))))
        values["values"] = sorted(addresses)
    return tuple(
        Access(row.at, row.actor, TicketId(row.ticket_id) if row.ticket_id else None, row.what, row.detail)
        for row in tx.execute(query, values)
    )
