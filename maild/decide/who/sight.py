"""Who may see which ticket? One answer for mail, pages, lists and notices. Pure.

Laws: people see the tickets they take part in, a guest only what came after the invitation. Authorised contacts see all
tickets of their organisation, at some desks every registered contact does (REQ-H7, A3, D5); a ticket is of the
organisation its requester belongs to. Who is inactive sees nothing (REQ-H9), and nobody is told what that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maild.decide.facts import KnownTicket
from maild.desks.policy import Desk, Sees
from maild.model import Contact, Participant, Register, Role

TRUSTED = frozenset({Register.REGISTERED, Register.AUTHORISED})


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees of a ticket: all of it, or what came since then (UTC)."""

    since: datetime | None = None


def sight(contact: Contact, known: KnownTicket, desk: Desk) -> Sight | None:
    """What this contact may see of this ticket; None for nothing."""
    if contact.register is Register.INACTIVE:
        return None
    if speaks_for(contact, known.requester, desk):
        return Sight()
    parts = [_sight(one) for one in parts_of(contact, known.participants) if one.takes_part]
    return next((one for one in parts if one and one.since is None), next(filter(None, parts), None))


def speaks_for(contact: Contact, requester: Contact | None, desk: Desk) -> bool:
    """Whether the ticket is one of the contact's organisation, all of whose tickets they see."""
    return requester is not None and sees_all(contact, desk) and contact.organisation == requester.organisation


def sees_all(contact: Contact, desk: Desk) -> bool:
    """Whether the contact sees all tickets of their organisation."""
    if not contact.organisation or contact.register not in TRUSTED:
        return False
    return contact.register is Register.AUTHORISED or desk.members_see is Sees.ALL


def parts_of(contact: Contact, participants: Iterable[Participant]) -> list[Participant]:
    """How this person takes part, under whichever of their addresses."""
    return [one for one in participants if same_person(contact, one.contact)]


def same_person(one: Contact, other: Contact) -> bool:
    """One address, or two that the directory says are one person's."""
    return one.address == other.address or one.person == other.person != ""


def same_organisation(one: Contact, other: Contact) -> bool:
    """Whether both are of one organisation; whether they are registered there is another question."""
    return one.organisation == other.organisation != ""


def are_colleagues(one: Contact, other: Contact) -> bool:
    """Whether both are registered people of one organisation."""
    return {one.register, other.register} <= TRUSTED and same_organisation(one, other)


def _sight(part: Participant) -> Sight | None:
    """A guest of whom nobody knows since when sees nothing."""
    if part.role is Role.GUEST and part.since is None:
        return None
    return Sight(part.since)
