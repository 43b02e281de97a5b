"""Which tickets may a contact see? The question of `decide.who.sight`, asked of all tickets at once, as SQL.

In: a contact, and the desks there are; out: a condition on `ticket`. Laws: neither more nor less than `sight` shows one
by one (a test holds the two together); a merged ticket is seen as the one that it goes on as; the tickets of a desk
that the policy no longer has are nobody's. Each part begins at a contact, never at all tickets.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, union

from maild.decide.who.sight import sees_all
from maild.desks.policy import Desk
from maild.model import Contact, Register, Role
from maild.store.schema import contact, participant, ticket

TAKES_PART = and_(
    participant.c.waits.is_(False),
    participant.c.has_left.is_(False),
    or_(participant.c.role != Role.GUEST, participant.c.since.is_not(None)),
)
"""Who waits, has left, or is a guest of nobody knows since when does not."""
REQUESTER = (
    select(func.min(participant.c.contact_id))
    .where(participant.c.ticket_id == ticket.c.id, participant.c.role == Role.REQUESTER)
    .scalar_subquery()
    .correlate(ticket)
)
"""The contact who asked for a ticket of the query around it."""
_others = participant.alias("others")
_asked = ticket.alias("asked")
_ASKED_FIRST = participant.c.contact_id == (
    select(func.min(_others.c.contact_id))
    .where(_others.c.ticket_id == participant.c.ticket_id, _others.c.role == Role.REQUESTER)
    .scalar_subquery()
)


def visible_to(who: Contact, desks: Sequence[Desk], *, colleagues: bool = True) -> ColumnElement[bool]:
    """What this contact may see at these desks. Without `colleagues`: of that, what they take part in themselves."""
    if who.register is Register.INACTIVE:
        return false()
    whose = taking_part(who)
    shared = [one.desk for one in desks if colleagues and sees_all(who, one)]
    seen = union(whose, asked_by(who.organisation, shared)) if shared else whose
    here = ticket.c.desk.in_([one.desk for one in desks])
    return and_(ticket.c.id.in_(seen), ticket.c.merged_into.is_(None), here)


def taking_part(who: Contact) -> Select[tuple[int]]:
    """Numbers of tickets that this person takes part in, under whichever of their addresses."""
    theirs = participant.c.contact_id == who.id
    if who.person:
        theirs = participant.c.contact_id.in_(select(contact.c.id).where(contact.c.person == who.person))
    return select(participant.c.ticket_id).where(theirs, TAKES_PART)


def asked_by(organisation: str, desks: Collection[str]) -> Select[tuple[int]]:
    """Numbers of tickets of these desks that somebody of the organisation asked for."""
    theirs = select(participant.c.ticket_id).join(contact, contact.c.id == participant.c.contact_id)
    here = theirs.join(_asked, _asked.c.id == participant.c.ticket_id).where(_asked.c.desk.in_(desks))
    return here.where(contact.c.organisation == organisation, _ASKED_FIRST)
