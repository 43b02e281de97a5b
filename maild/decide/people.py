"""Who are the people in this mail, and who of them takes part?

Identity is the From address alone: never Reply-To, never the display name (law 8). Somebody unknown is
recorded as unverified. Who in To and Cc joins is the desk's policy (`Colleagues`).
"""

from __future__ import annotations

from dataclasses import dataclass

from maild.decide.facts import Facts
from maild.decide.plan import Change, JoinTicket, RecordContact
from maild.decide.policy import Policy
from maild.decide.trust import Standing
from maild.desks.policy import Colleagues, Desk
from maild.model import Address, Contact, Message, Reason, Register, Role, TicketId

TRUSTED = frozenset({Register.REGISTERED, Register.AUTHORISED})
MOST_COLLEAGUES = 20


@dataclass(frozen=True, slots=True)
class People:
    """Changes that make people known and let them join, with the reasons."""

    changes: tuple[Change, ...]
    reasons: tuple[Reason, ...]


def is_unverified(register: Register) -> bool:
    """Everybody who is not registered or authorised right now; inactive people too (REQ-H9)."""
    return register not in TRUSTED


def sender_reason(sender: Address, facts: Facts) -> Reason:
    """One sentence on who wrote."""
    contact = facts.contact(sender.address)
    if contact is not None and contact.register is Register.INACTIVE:
        return Reason("sender", "inactive", f"{sender.address} is a contact who has left: counts as unverified")
    if contact is None or is_unverified(contact.register):
        return Reason("sender", "unverified", f"{sender.address} is not a registered contact: unverified")
    place = f" of {contact.organisation}" if contact.organisation else ""
    return Reason("sender", contact.register, f"{sender.address} is {_article(contact.register)} contact{place}")


def sender_reasons(sender: Address, facts: Facts, who: Standing) -> tuple[Reason, ...]:
    """Who wrote, and what proves it."""
    return sender_reason(sender, facts), who.reason


def requester(ticket: TicketId | None, sender: Address, facts: Facts) -> tuple[Change, ...]:
    """Changes that make the sender known and the one who asked."""
    return (*_known(sender, facts), JoinTicket(ticket, sender.address, Role.REQUESTER))


def colleagues(ticket: TicketId | None, message: Message, facts: Facts, desk: Desk, policy: Policy) -> People:
    """Who of the people in To and Cc joins, by the desk's policy."""
    asked_by = facts.contact(message.sender.address) if message.sender else None
    changes: list[Change] = []
    reasons: list[Reason] = []
    for person in _others(message, policy):
        joins, why = _joins(facts.contact(person.address), asked_by, desk)
        if joins:
            changes += [*_known(person, facts), JoinTicket(ticket, person.address, Role.CC)]
        reasons.append(Reason("people", "joins" if joins else "left-out", f"{person.address} {why}"))
    return People(tuple(changes), tuple(reasons))


def _others(message: Message, policy: Policy) -> list[Address]:
    sender = message.sender.address if message.sender else ""
    named = {person.address: person for person in reversed((*message.to, *message.cc))}
    others = [person for person in reversed(named.values()) if person.address != sender]
    return [person for person in others if not policy.desk_of(person.address)][:MOST_COLLEAGUES]


def _joins(person: Contact | None, asked_by: Contact | None, desk: Desk) -> tuple[bool, str]:
    if desk.colleagues is Colleagues.NOBODY:
        return False, "is left out: this desk lets nobody join by Cc"
    if person is not None and person.register in TRUSTED and _same_organisation(person, asked_by):
        return True, f"joins: a colleague at {person.organisation}"
    if desk.colleagues is Colleagues.EVERYBODY:
        return True, "joins, unverified"
    return False, "is left out: no registered colleague of the requester"


def _same_organisation(person: Contact, asked_by: Contact | None) -> bool:
    return asked_by is not None and asked_by.register in TRUSTED and person.organisation == asked_by.organisation != ""


def _known(person: Address, facts: Facts) -> tuple[Change, ...]:
    return () if facts.contact(person.address) else (RecordContact(person, Register.UNVERIFIED),)


def _article(register: Register) -> str:
    return f"an {register}" if register[0] in "aeiou" else f"a {register}"
