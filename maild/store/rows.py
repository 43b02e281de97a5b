"""Rows -> nouns: the same few mappings that every reader of tickets and people needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, case, select

from maild.decide.facts import KnownTicket
from maild.model import Contact, ContactId, Duty, Participant, Role, Ticket, TicketId
from maild.store.among import among
from maild.store.schema import contact, participant, ticket

AnyRow = Row[*tuple[Any, ...]]

CONTACT = (
    contact.c.id,
    contact.c.address,
    contact.c.name,
    contact.c.register,
    contact.c.organisation,
    contact.c.language,
    contact.c.person,
    contact.c.is_primary,
    contact.c.follows,
    contact.c.duties,
    contact.c.until,
)
_ROLE_ORDER = case({role.value: place for place, role in enumerate(Role)}, value=participant.c.role)
_PART = tuple(participant.c[name] for name in ("ticket_id", "role", "since", "waits", "has_left"))
_PEOPLE = (
    select(*_PART, *CONTACT)
    .join(contact, contact.c.id == participant.c.contact_id)
    .where(among(participant.c.ticket_id))
    .order_by(participant.c.ticket_id, _ROLE_ORDER, contact.c.id)
)
_TICKETS = select(ticket).where(among(ticket.c.id)).order_by(ticket.c.id)
_TICKETS_LOCKED = _TICKETS.with_for_update()
CONTACTS = select(*CONTACT).where(among(contact.c.address)).order_by(contact.c.id)


def rows_among(tx: Connection, query: Select[*tuple[Any, ...]], values: Collection[Any]) -> Sequence[AnyRow]:
    """The rows of a query `.where(among(…))`; a query without values is not sent."""
    return tx.execute(query, {"values": values}).all() if values else ()


def as_contact(row: AnyRow) -> Contact:
    return Contact(
        id=ContactId(row.id),
        address=row.address,
        name=row.name,
        register=row.register,
        organisation=row.organisation or "",
        language=row.language,
        person=row.person,
        primary=row.is_primary,
        follows=row.follows,
        duties=tuple(map(Duty, row.duties)),
        until=row.until,
    )


def as_ticket(row: AnyRow) -> Ticket:
    return Ticket(
        id=TicketId(row.id),
        prefix=row.prefix,
        desk=row.desk,
        title=row.title,
        status=row.status,
        priority=row.priority,
        category=row.category,
        assignee=row.assignee,
        unverified=row.unverified,
        created_at=row.created_at,
        changed_at=row.changed_at,
        remind_at=row.remind_at,
        tags=row.tags,
        fields=row.fields,
        type=row.type,
        module=row.module,
        written_at=row.written_at,
        settled_at=row.settled_at,
        asked=row.asked,
        merged_into=TicketId(row.merged_into) if row.merged_into else None,
    )


def ticket_row(of: Ticket) -> Mapping[str, object]:
    """What the ticket table stores."""
    return {name: getattr(of, name) for name in ticket.c.keys()}  # noqa: SIM118 - a collection of columns, no dict


def tickets_by_id(tx: Connection, numbers: Collection[int], *, lock: bool = False) -> dict[TicketId, Ticket]:
    """Tickets that exist, in the order of their numbers; `lock` holds them to the end of the transaction."""
    rows = rows_among(tx, _TICKETS_LOCKED if lock else _TICKETS, sorted(numbers))
    return {TicketId(row.id): as_ticket(row) for row in rows}


def known_tickets(tx: Connection, tickets: Iterable[Ticket]) -> dict[TicketId, KnownTicket]:
    """Tickets with the people on them: requester first, then by role, then as they became known."""
    tickets = list(tickets)
    rows = rows_among(tx, _PEOPLE, [one.id for one in tickets])
    people = {number: tuple(map(_as_participant, group)) for number, group in groupby(rows, itemgetter(0))}
    return {one.id: KnownTicket(one, people.get(one.id, ())) for one in tickets}


def _as_participant(row: AnyRow) -> Participant:
    return Participant(as_contact(row), row.role, row.since, row.waits, row.has_left)
