"""Who are the people in this mail, and who of them takes part?

Identity is the From address alone: never Reply-To, never the display name (law 8). Somebody unknown is
recorded as unverified. Who in To and Cc joins is the desk's policy (`Colleagues`); strangers read nothing before staff
let them in, and neither does whom somebody else than the requester brings along.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from maild.decide.facts import Facts
from maild.decide.plan import Change, JoinTicket, RecordContact
from maild.decide.policy import Policy
from maild.decide.who.sight import TRUSTED, are_colleagues, same_organisation, same_person
from maild.decide.who.trust import Right, Standing
from maild.desks.policy import Colleagues, Desk
from maild.model import Address, Contact, Message, Reason, Register, Role, TicketId

MOST_COLLEAGUES = 20


class Fate(StrEnum):
    """What becomes of somebody in To or Cc; the code of its reason."""

    JOINS = "joins"
    WAITS = "waits"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class People:
    """Changes that make people known and let them join, with the reasons; and whom the policy leaves out."""

    changes: tuple[Change, ...] = ()
    reasons: tuple[Reason, ...] = ()
    left_out: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Host:
    """Whoever brings others along: who they are, how they stand, and whether the ticket is theirs to share."""

    contact: Contact | None
    who: Standing
    requester: Contact | None

    @property
    def may_share(self) -> bool:
        """The requester may, and whoever instructs for the requester's organisation; both as far as they are known."""
        if self.contact is None or self.requester is None or is_unverified(self.who.register):
            return False
        instructs = self.who.may(Right.INSTRUCT) and same_organisation(self.contact, self.requester)
        return instructs or same_person(self.contact, self.requester)


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


def colleagues(ticket: TicketId | None, message: Message, facts: Facts, host: Host, desk: Desk, own: Policy) -> People:
    """Who of the people in To and Cc joins, by the desk's policy. `own` knows our own addresses."""
    found = [(person, *_fate(facts.contact(person.address), host, desk)) for person in _others(message, own)]
    return People(
        tuple(change for person, fate, _ in found for change in _let_in(ticket, person, fate, facts)),
        tuple(Reason("people", fate, f"{person.address} {why}") for person, fate, why in found),
        tuple(person for person, fate, _ in found if fate is Fate.LEFT_OUT),
    )


def known(person: Address, facts: Facts) -> tuple[Change, ...]:
    """Whatever makes this person known, who may be a stranger."""
    return () if facts.contact(person.address) else (RecordContact(person, Register.UNVERIFIED),)


def _let_in(ticket: TicketId | None, person: Address, fate: Fate, facts: Facts) -> tuple[Change, ...]:
    if fate is Fate.LEFT_OUT:
        return ()
    return (*known(person, facts), JoinTicket(ticket, person.address, Role.CC, waits=fate is Fate.WAITS))


def _others(message: Message, own: Policy) -> list[Address]:
    sender = message.sender.address if message.sender else ""
    named = {person.address: person for person in reversed((*message.to, *message.cc))}
    others = [person for person in reversed(named.values()) if person.address != sender]
    return [person for person in others if not own.desk_of(person.address)][:MOST_COLLEAGUES]


def _fate(person: Contact | None, host: Host, desk: Desk) -> tuple[Fate, str]:
    if desk.colleagues is Colleagues.NOBODY:
        return Fate.LEFT_OUT, "is left out: this desk lets nobody join by Cc"
    if person is not None and host.requester is not None and are_colleagues(person, host.requester):
        return _shared(host, f"a colleague at {person.organisation}")
    if desk.colleagues is Colleagues.EVERYBODY:
        return Fate.WAITS, "is unverified and reads nothing until staff let them in"
    return Fate.LEFT_OUT, "is left out: no registered colleague of the requester"


def _shared(host: Host, who: str) -> tuple[Fate, str]:
    if host.may_share:
        return Fate.JOINS, f"joins: {who}"
    return Fate.WAITS, f"waits for staff: {who}, but it is not certain that the requester wants them here"


def _article(register: Register) -> str:
    return f"an {register}" if register[0] in "aeiou" else f"a {register}"
