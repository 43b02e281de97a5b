"""Who takes part in a ticket, by the hand of staff: let somebody in, take somebody out. Pure.

In: the ticket as it is, who acts, whom it is about; out: a Plan, or ValueError with what is possible instead.
Law: who is no registered colleague of the requester comes as a guest, and sees nothing from before.
"""

from __future__ import annotations

from maild.decide.people_changes import SetParticipant
from maild.decide.plan import Change, JoinTicket, Plan, RecordContact
from maild.decide.who.sight import TRUSTED, same_organisation
from maild.decide.work.staff import Hand, staff_plan
from maild.model import Address, Contact, Participant, Register, Role


def let_in(hand: Hand, person: Address, contact: Contact | None) -> Plan:
    """`maild people N --add ADDRESS`: somebody who waits, who has left, or who is new; `contact` is who we know."""
    here = _part(hand, person.address)
    if here and here.takes_part:
        raise ValueError(f"{person.address} takes part already, as {here.role}")
    role = here.role if here and here.role is Role.REQUESTER else _role(hand, contact)
    since = hand.now if role is Role.GUEST else None
    ticket = hand.known.ticket.id
    known: tuple[Change, ...] = () if contact else (RecordContact(person, Register.UNVERIFIED),)
    joins: Change = (
        SetParticipant(ticket, person.address, role, since) if here else JoinTicket(ticket, person.address, role, since)
    )
    return staff_plan(hand, f"let {person.address} in as {role}", (*known, joins))


def take_out(hand: Hand, address: str) -> Plan:
    """`maild people N --remove ADDRESS`: they read and write nothing here, until staff let them in again."""
    here = _part(hand, address)
    if here is None:
        raise ValueError(f"{address} takes no part in {hand.known.ticket.number}")
    if here.role is Role.REQUESTER:
        raise ValueError(f"{address} is the requester: the ticket is theirs")
    gone = SetParticipant(hand.known.ticket.id, address, here.role, here.since, waits=True, has_left=True)
    return staff_plan(hand, f"took {address} out", (gone,))


def _part(hand: Hand, address: str) -> Participant | None:
    return next((one for one in hand.known.participants if one.contact.address == address), None)


def _role(hand: Hand, contact: Contact | None) -> Role:
    requester = hand.known.requester
    if contact is None or requester is None or contact.register not in TRUSTED:
        return Role.GUEST
    return Role.CC if same_organisation(contact, requester) else Role.GUEST
