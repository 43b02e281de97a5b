"""Staff let people in and take them out; a guest sees nothing from before."""

from __future__ import annotations

from typing import Any

import pytest

from maild.decide.facts import KnownTicket
from maild.decide.people_changes import SetParticipant
from maild.decide.plan import JoinTicket, RecordContact
from maild.decide.who.taking_part import let_in, take_out
from maild.decide.work.staff import Hand
from maild.model import Address, Contact, Participant, Reason, Register, Role, TicketId
from tests.builders import ADA, BOB, NOON, a_contact, a_desk, a_ticket

MEMBER, MANAGER = Register.REGISTERED, Register.AUTHORISED
TICKET = TicketId(1001)
STAFF = Address("Tess", "tess@desk.example")
ASKED = Participant(a_contact(ADA, MEMBER), Role.REQUESTER)


def a_hand(*parts: Participant) -> Hand:
    return Hand(STAFF, KnownTicket(a_ticket(), parts), a_desk(), (), NOON)


def bob(register: Register = MEMBER, organisation: str = "acme") -> Contact:
    return a_contact(BOB, register, organisation=organisation)


NEW = [
    ("a registered colleague", bob(), ASKED, Role.CC),
    ("an authorised colleague", bob(MANAGER), ASKED, Role.CC),
    ("a colleague who is not registered", bob(Register.UNVERIFIED), ASKED, Role.GUEST),
    ("a colleague who has left", bob(Register.INACTIVE), ASKED, Role.GUEST),
    ("somebody of another organisation", bob(organisation="other"), ASKED, Role.GUEST),
    ("somebody of none, as the requester is", bob(organisation=""),
     Participant(a_contact(ADA, MEMBER, organisation=""), Role.REQUESTER), Role.GUEST),
    ("somebody where nobody asked", bob(), Participant(a_contact(ADA, MEMBER), Role.CC), Role.GUEST),
]  # fmt: skip


@pytest.mark.parametrize(("contact", "other", "role"), [row[1:] for row in NEW], ids=[row[0] for row in NEW])
def test_a_registered_colleague_of_the_requester_reads_along_and_others_are_guests_from_now_on(
    contact: Contact, other: Participant, role: Role
) -> None:
    since = NOON if role is Role.GUEST else None
    plan = let_in(a_hand(other), BOB, contact)
    assert plan.changes == (JoinTicket(TICKET, BOB.address, role, since),)
    assert plan.reasons == (Reason("staff", "staff", f"let {BOB.address} in as {role}"),)
    assert (plan.ticket, plan.actor, plan.notifications) == (TICKET, STAFF.address, ())


def test_somebody_nobody_knows_becomes_known_and_a_guest() -> None:
    joins = JoinTicket(TICKET, BOB.address, Role.GUEST, NOON)
    assert let_in(a_hand(ASKED), BOB, None).changes == (RecordContact(BOB, Register.UNVERIFIED), joins)


@pytest.mark.parametrize("more", [{"waits": True}, {"has_left": True}, {"waits": True, "has_left": True}])
def test_whoever_waits_or_has_left_takes_part_again(more: dict[str, Any]) -> None:
    plan = let_in(a_hand(ASKED, Participant(bob(), Role.GUEST, NOON, **more)), BOB, bob())
    assert plan.changes == (SetParticipant(TICKET, BOB.address, Role.CC),)


def test_a_requester_who_comes_back_is_the_requester_and_sees_all() -> None:
    gone = Participant(a_contact(ADA, Register.UNVERIFIED), Role.REQUESTER, has_left=True)
    plan = let_in(a_hand(gone), ADA, gone.contact)
    assert plan.changes == (SetParticipant(TICKET, ADA.address, Role.REQUESTER),)


def test_who_takes_part_already_is_not_let_in_again() -> None:
    with pytest.raises(ValueError, match=r"ada@acme\.example takes part already, as requester"):
        let_in(a_hand(ASKED), ADA, ASKED.contact)


def test_whoever_is_taken_out_waits_and_keeps_their_role() -> None:
    plan = take_out(a_hand(ASKED, Participant(bob(), Role.GUEST, NOON)), BOB.address)
    assert plan.changes == (SetParticipant(TICKET, BOB.address, Role.GUEST, NOON, waits=True, has_left=True),)
    assert plan.reasons == (Reason("staff", "staff", f"took {BOB.address} out"),)


def test_the_requester_stays_and_who_takes_no_part_cannot_be_taken_out() -> None:
    with pytest.raises(ValueError, match="is the requester: the ticket is theirs"):
        take_out(a_hand(ASKED), ADA.address)
    with pytest.raises(ValueError, match="takes no part in SD-1001"):
        take_out(a_hand(ASKED), BOB.address)
