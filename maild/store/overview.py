"""What an overview is made of: open tickets of a contact, and of their organisation, with how the contact takes part.

Laws: who is inactive is shown nothing; who takes part in what is `visible`'s to say. The latest changed first, at most
MOST_LISTED of theirs and as many of their organisation's. Which of these may be shown is `decide.asked.overview`'s to
say.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Select, select

from maild.decide.asked.overview import ORGANISATION
from maild.decide.facts import KnownTicket, Listed, LookupKeys
from maild.decide.who.sight import parts_of
from maild.model import Contact, Register, Role, Status, Ticket
from maild.store.rows import as_ticket, known_tickets
from maild.store.schema import ticket
from maild.store.visible import asked_by, taking_part

MOST_LISTED = 50
_OPEN = ticket.c.status.in_((Status.NEW, Status.OPEN, Status.WAITING, Status.THIRD_PARTY))
_STRENGTH = {role: place for place, role in enumerate(Role)}


def overview_for(tx: Connection, key: LookupKeys, asker: Contact | None) -> tuple[Listed, ...]:
    """What there is to be shown to the sender of a mail that asks (`LookupKeys.asks`)."""
    if asker is None or asker.register is Register.INACTIVE:
        return ()
    found = {one.id: one for whose in _whose(key, asker) for one in _open_tickets(tx, key.desk, whose)}
    latest = sorted(found.values(), key=lambda one: (one.changed_at, one.id), reverse=True)
    return tuple(_listed(known, asker) for known in known_tickets(tx, latest).values())


def _whose(key: LookupKeys, asker: Contact) -> Iterator[Select[tuple[int]]]:
    """The numbers of the tickets asked for, of their own and of their organisation's."""
    yield taking_part(asker)
    if key.asks == ORGANISATION and asker.organisation:
        yield asked_by(asker.organisation, [key.desk])


def _open_tickets(tx: Connection, desk: str, whose: Select[tuple[int]]) -> list[Ticket]:
    chosen = select(ticket).where(ticket.c.desk == desk, _OPEN, ticket.c.id.in_(whose))
    latest = chosen.order_by(ticket.c.changed_at.desc(), ticket.c.id.desc()).limit(MOST_LISTED)
    return [as_ticket(row) for row in tx.execute(latest)]


def _listed(known: KnownTicket, asker: Contact) -> Listed:
    asked_by = known.requester
    return Listed(known.ticket, _role(known, asker), (asked_by.name or asked_by.address) if asked_by else "")


def _role(known: KnownTicket, asker: Contact) -> Role | None:
    """The strongest of the roles in which they see the ticket."""
    parts = (one for one in parts_of(asker, known.participants) if one.takes_part)
    roles = (one.role for one in parts if one.role is not Role.GUEST or one.since is not None)
    return min(roles, key=_STRENGTH.__getitem__, default=None)
