"""Who the people in a mail are, and who of To and Cc joins its ticket."""

from __future__ import annotations

import pytest

from maild.decide.facts import Facts
from maild.decide.plan import JoinTicket, RecordContact
from maild.decide.who.people import (
    MOST_COLLEAGUES,
    Fate,
    Host,
    People,
    colleagues,
    known,
    sender_reason,
    sender_reasons,
)
from maild.decide.who.trust import Standing, standing
from maild.desks.policy import AsksForProof, Colleagues
from maild.model import UNPROVEN, Address, Authenticity, Contact, Reason, Register, Role, TicketId
from tests.builders import ADA, BOB, NOON, PROVEN, STRANGER, SUPPORT, a_contact, a_desk, a_message, a_policy

MEMBER, MANAGER, LEFT = Register.REGISTERED, Register.AUTHORISED, Register.INACTIVE
EVE = Address("Eve", "eve@acme.example")
TICKET = TicketId(1001)


def stands(contact: Contact | None, found: Authenticity = PROVEN) -> Standing:
    return standing(found, contact, AsksForProof.PREFERRED, NOON)


SENDERS = [
    (None, "unverified", "ada@acme.example is not a registered contact: unverified"),
    (a_contact(ADA, Register.UNVERIFIED), "unverified", "ada@acme.example is not a registered contact: unverified"),
    (a_contact(ADA, LEFT), "inactive", "ada@acme.example is a contact who has left: counts as unverified"),
    (a_contact(ADA, MEMBER), "registered", "ada@acme.example is a registered contact of acme"),
    (a_contact(ADA, MANAGER), "authorised", "ada@acme.example is an authorised contact of acme"),
    (a_contact(ADA, MEMBER, organisation=""), "registered", "ada@acme.example is a registered contact"),
]


@pytest.mark.parametrize(("contact", "code", "text"), SENDERS)
def test_one_sentence_says_who_wrote(contact: Contact | None, code: str, text: str) -> None:
    facts = Facts(contacts=(contact,) if contact else ())
    assert sender_reason(ADA, facts) == Reason("sender", code, text)
    who = stands(contact)
    assert sender_reasons(ADA, facts, who) == (Reason("sender", code, text), who.reason)


def test_a_stranger_becomes_known_and_whoever_is_known_stays_as_they_are() -> None:
    assert known(STRANGER, Facts()) == (RecordContact(STRANGER, Register.UNVERIFIED),)
    assert known(STRANGER, Facts(contacts=(a_contact(STRANGER, LEFT),))) == ()


# ---- who may share a ticket ------------------------------------------------------------------------

ADAS, OTHERS = a_contact(ADA, MEMBER), a_contact(ADA, MANAGER, organisation="other")
HOSTS = [
    ("the requester", ADAS, PROVEN, ADAS, True),
    ("the requester without proof, where the register will do", ADAS, UNPROVEN, ADAS, True),
    ("the requester under another address", a_contact(BOB, MEMBER, person="ada"), PROVEN,
     a_contact(ADA, MEMBER, person="ada"), True),
    ("a manager of the requester's organisation", a_contact(BOB, MANAGER), PROVEN, ADAS, True),
    ("a manager without proof", a_contact(BOB, MANAGER), UNPROVEN, ADAS, False),
    ("a manager of another organisation", OTHERS, PROVEN, a_contact(BOB, MEMBER), False),
    ("a manager of none", a_contact(BOB, MANAGER, organisation=""), PROVEN, a_contact(ADA, MEMBER, organisation=""),
     False),
    ("a colleague", a_contact(BOB, MEMBER), PROVEN, ADAS, False),
    ("a requester whom nobody knows", a_contact(STRANGER, Register.UNVERIFIED), PROVEN,
     a_contact(STRANGER, Register.UNVERIFIED), False),
    ("a requester who has left", a_contact(ADA, LEFT), PROVEN, a_contact(ADA, LEFT), False),
    ("nobody", None, PROVEN, ADAS, False),
    ("a manager where nobody asked", a_contact(ADA, MANAGER), PROVEN, None, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("contact", "found", "asked", "may"), [row[1:] for row in HOSTS], ids=[row[0] for row in HOSTS]
)
def test_the_requester_shares_a_ticket_and_who_instructs_for_their_organisation(
    contact: Contact | None, found: Authenticity, asked: Contact | None, may: bool
) -> None:
    assert Host(contact, stands(contact, found), asked).may_share is may


# ---- who joins -------------------------------------------------------------------------------------

CERTAIN = Host(ADAS, stands(ADAS), ADAS)
UNCERTAIN = Host(a_contact(STRANGER, MEMBER), stands(a_contact(STRANGER, MEMBER)), ADAS)
OF_A_STRANGER = Host(a_contact(ADA, Register.UNVERIFIED), stands(None), a_contact(ADA, Register.UNVERIFIED))
JOINED, WAITING = JoinTicket(TICKET, BOB.address, Role.CC), JoinTicket(TICKET, BOB.address, Role.CC, waits=True)
RECORDED = RecordContact(BOB, Register.UNVERIFIED)
NOBODY, STRANGERS_TOO, ORGANISATION = Colleagues.NOBODY, Colleagues.EVERYBODY, Colleagues.ORGANISATION
CLOSED = "bob@acme.example is left out: this desk lets nobody join by Cc"
NO_COLLEAGUE = "bob@acme.example is left out: no registered colleague of the requester"
NO_CONTACT = "bob@acme.example is unverified and reads nothing until staff let them in"
COLLEAGUE = "bob@acme.example joins: a colleague at acme"
PERHAPS = (
    "bob@acme.example waits for staff: a colleague at acme, but it is not certain that the requester wants them here"
)
CASES = [
    (NOBODY, a_contact(BOB, MEMBER), CERTAIN, Fate.LEFT_OUT, (), CLOSED),
    (ORGANISATION, a_contact(BOB, MEMBER), CERTAIN, Fate.JOINS, (JOINED,), COLLEAGUE),
    (ORGANISATION, a_contact(BOB, MANAGER), CERTAIN, Fate.JOINS, (JOINED,), COLLEAGUE),
    (ORGANISATION, a_contact(BOB, MEMBER), UNCERTAIN, Fate.WAITS, (WAITING,), PERHAPS),
    (ORGANISATION, a_contact(BOB, LEFT), CERTAIN, Fate.LEFT_OUT, (), NO_COLLEAGUE),
    (ORGANISATION, a_contact(BOB, MEMBER, organisation="other"), CERTAIN, Fate.LEFT_OUT, (), NO_COLLEAGUE),
    (ORGANISATION, a_contact(BOB, MEMBER), OF_A_STRANGER, Fate.LEFT_OUT, (), NO_COLLEAGUE),
    (ORGANISATION, a_contact(BOB, MEMBER), Host(None, stands(None), None), Fate.LEFT_OUT, (), NO_COLLEAGUE),
    (ORGANISATION, None, CERTAIN, Fate.LEFT_OUT, (), NO_COLLEAGUE),
    (STRANGERS_TOO, a_contact(BOB, MEMBER), CERTAIN, Fate.JOINS, (JOINED,), COLLEAGUE),
    (STRANGERS_TOO, None, CERTAIN, Fate.WAITS, (RECORDED, WAITING), NO_CONTACT),
    (STRANGERS_TOO, a_contact(BOB, Register.UNVERIFIED), CERTAIN, Fate.WAITS, (WAITING,), NO_CONTACT),
]


@pytest.mark.parametrize(("policy", "person", "host", "fate", "changes", "text"), CASES)
def test_who_stands_in_cc_joins_waits_or_is_left_out(
    policy: Colleagues, person: Contact | None, host: Host, fate: Fate, changes: tuple, text: str
) -> None:
    facts = Facts(contacts=(person,) if person else ())
    found = colleagues(TICKET, a_message(cc=(BOB,)), facts, host, a_desk(colleagues=policy), a_policy())
    left_out = (BOB,) if fate is Fate.LEFT_OUT else ()
    assert found == People(changes, (Reason("people", fate, text),), left_out)


def left_out(**message) -> list[str]:
    nobody = a_desk(colleagues=NOBODY)
    found = colleagues(TICKET, a_message(**message), Facts(), CERTAIN, nobody, a_policy())
    return [person.address for person in found.left_out]


def test_people_are_taken_once_in_their_order_without_the_sender_and_without_us() -> None:
    assert left_out(to=(SUPPORT, EVE, ADA), cc=(BOB, BOB, SUPPORT)) == [EVE.address, BOB.address]
    assert left_out(sender=None, to=(EVE,)) == [EVE.address]
    assert left_out() == []


def test_of_a_crowd_the_first_twenty_are_looked_at() -> None:
    crowd = tuple(Address("", f"p{number}@acme.example") for number in range(MOST_COLLEAGUES + 5))
    assert MOST_COLLEAGUES == 20
    assert left_out(cc=crowd) == [person.address for person in crowd[:20]]


def test_a_fate_is_the_code_of_its_reason() -> None:
    assert [fate.value for fate in Fate] == ["joins", "waits", "left-out"]


def test_the_name_that_stands_first_is_the_one_that_is_kept() -> None:
    message = a_message(cc=(BOB, Address("Robert", BOB.address)))
    found = colleagues(TICKET, message, Facts(), CERTAIN, a_desk(colleagues=STRANGERS_TOO), a_policy())
    assert found.changes[0] == RECORDED
