"""Two tickets become one: what may be merged, who takes part in what goes on, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from maild.decide.explain import describe
from maild.decide.facts import KnownTicket
from maild.decide.people_changes import SetParticipant
from maild.decide.plan import JoinTicket, LinkTickets, MergeTickets, Plan, SetReminder, SetStatus, SetTicket
from maild.decide.work.merging import ended, joined, linked
from maild.decide.work.staff import Hand
from maild.model import (
    Address,
    NotificationKind,
    Participant,
    Proposal,
    ProposalId,
    ProposalKind,
    ProposalState,
    Reason,
    Register,
    Role,
    Status,
    TicketId,
)
from tests.builders import ADA, BOB, NOON, STRANGER, a_contact, a_desk, a_ticket

ENDS, GOES_ON = TicketId(1001), TicketId(1002)
TESS = Address("Tess", "tess@desk.example")
HOME = Address("Ada at home", "ada@home.example")
DORA = Address("Dora", "dora@beta.example")
MEMBER, UNVERIFIED = Register.REGISTERED, Register.UNVERIFIED
ADAS, BOBS = (Participant(a_contact(one, MEMBER), Role.REQUESTER) for one in (ADA, BOB))
DORAS = Participant(a_contact(DORA, MEMBER, organisation="beta"), Role.REQUESTER)
STRANGERS = Participant(a_contact(STRANGER, UNVERIFIED, organisation=""), Role.REQUESTER)


def a_hand(number: TicketId, *parts: Participant, thread: tuple[str, ...] = (), **ticket: Any) -> Hand:
    known = KnownTicket(a_ticket(id=number, **ticket), parts)
    return Hand(TESS, known, a_desk(), thread, NOON)


def gone(*parts: Participant, **more: Any) -> Hand:
    return a_hand(ENDS, *(parts or (ADAS,)), **more)


def home(*parts: Participant, **more: Any) -> Hand:
    return a_hand(GOES_ON, *(parts or (ADAS,)), **more)


def as_role(part: Participant, role: Role, **more: Any) -> Participant:
    return replace(part, role=role, **more)


def people(plan: Plan) -> list[str]:
    return [reason.code for reason in plan.reasons if reason.step == "people"]


def test_what_ends_is_closed_and_leads_to_the_other() -> None:
    plan = ended(gone(remind_at=NOON), home(), " the same outage ")
    assert plan.changes == (
        SetStatus(ENDS, Status.CLOSED),
        SetReminder(ENDS, None),
        MergeTickets(ENDS, GOES_ON, "the same outage"),
    )
    assert (plan.ticket, plan.actor) == (ENDS, TESS.address)
    assert plan.reasons == (Reason("staff", "staff", "merged into SD-1002: the same outage"),)


def test_a_closed_ticket_that_ends_is_not_closed_again_and_a_reason_is_always_there() -> None:
    plan = ended(gone(status=Status.CLOSED), home(), "")
    assert plan.changes == (MergeTickets(ENDS, GOES_ON, "it is about the same"),)


@pytest.mark.parametrize(
    ("ends", "goes_on", "said"),
    [
        (gone(), a_hand(ENDS, ADAS), "one ticket already"),
        (gone(merged_into=TicketId(1003)), home(), "was merged before"),
        (gone(), home(status=Status.CLOSED), "maild set SD-1002 status=open"),
        (gone(DORAS), home(), "--force"),
        (gone(STRANGERS), home(), "--force"),
        (gone(), home(as_role(ADAS, Role.CC)), "--force"),
    ],
)
def test_what_cannot_be_merged_is_refused_with_what_can(ends: Hand, goes_on: Hand, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ended(ends, goes_on, "")


@pytest.mark.parametrize(
    ("ends", "goes_on"),
    [
        (gone(), home()),
        (gone(BOBS), home()),
        (gone(STRANGERS), home(STRANGERS)),
        (
            gone(Participant(a_contact(HOME, UNVERIFIED, person="ada", organisation=""), Role.REQUESTER)),
            home(Participant(a_contact(ADA, person="ada"), Role.REQUESTER)),
        ),
    ],
)
def test_tickets_of_one_person_or_of_registered_colleagues_are_of_one_customer(ends: Hand, goes_on: Hand) -> None:
    assert ended(ends, goes_on, "").changes


def test_with_force_tickets_of_two_customers_are_merged_and_nobody_of_the_one_reads_the_other() -> None:
    assert ended(gone(DORAS), home(), "", force=True).changes
    plan = joined(gone(DORAS), home())
    assert plan.changes == (JoinTicket(GOES_ON, DORA.address, Role.GUEST, NOON, waits=True),)
    assert (people(plan), plan.notifications) == (["waits"], ())
    (silent,) = plan.suppressed
    assert (silent.recipient, silent.reason.code) == (DORA.address, "not-theirs")


def test_registered_colleagues_take_part_and_their_requester_is_told_in_the_thread_they_know() -> None:
    plan = joined(gone(BOBS, as_role(DORAS, Role.CC), thread=("<a@x>", "<b@x>")), home(title="Outage"))
    assert plan.changes == (
        JoinTicket(GOES_ON, BOB.address, Role.CC),
        JoinTicket(GOES_ON, DORA.address, Role.GUEST, NOON, waits=True),
    )
    (told,) = plan.notifications
    assert (told.kind, told.event, told.ticket) == (NotificationKind.MERGED, "merged:1001", GOES_ON)
    assert told.recipient == BOB and dict(told.values)["earlier"] == "SD-1001"
    assert (told.reply_to_id, told.references, told.proven) == ("<b@x>", ("<a@x>",), False)


def test_whoever_takes_part_in_both_stays_as_they_are_and_is_told() -> None:
    plan = joined(gone(thread=()), home(as_role(ADAS, Role.FOLLOWER), BOBS))
    assert (plan.changes, people(plan)) == ((), ["takes-part"])
    assert [one.recipient for one in plan.notifications] == [ADA]


@pytest.mark.parametrize("out", [{"waits": True}, {"has_left": True}])
def test_whoever_was_taken_out_of_what_goes_on_is_not_let_in_by_a_merge(out: dict[str, bool]) -> None:
    plan = joined(gone(BOBS), home(ADAS, as_role(BOBS, Role.CC, **out)))
    assert (plan.changes, people(plan), plan.notifications) == ((), ["waits"], ())


def test_whoever_waited_or_has_left_waits_on() -> None:
    plan = joined(gone(ADAS, as_role(BOBS, Role.CC, has_left=True)), home())
    assert plan.changes == (JoinTicket(GOES_ON, BOB.address, Role.GUEST, NOON, waits=True),)


def test_another_address_of_somebody_takes_part_likewise() -> None:
    known = Participant(a_contact(ADA, person="ada"), Role.GUEST, NOON)
    private = Participant(a_contact(HOME, UNVERIFIED, person="ada", organisation=""), Role.REQUESTER)
    plan = joined(gone(private), home(BOBS, known))
    assert plan.changes == (JoinTicket(GOES_ON, HOME.address, Role.GUEST, NOON),)


def test_a_guest_of_the_other_reads_nothing_of_what_ends() -> None:
    guest = as_role(DORAS, Role.GUEST, since=NOON.replace(year=2025))
    plan = joined(gone(), home(ADAS, guest))
    assert plan.changes == (SetParticipant(GOES_ON, DORA.address, Role.GUEST, NOON),)
    assert joined(gone(ADAS, as_role(DORAS, Role.CC)), home(ADAS, guest)).changes == ()


MARCH, MAY = NOON.replace(month=3), NOON.replace(month=5)


@pytest.mark.parametrize(
    ("there", "since"),
    [
        (as_role(DORAS, Role.CC, waits=True), NOON),
        (as_role(DORAS, Role.CC, has_left=True), NOON),
        (as_role(DORAS, Role.GUEST, since=MAY), MAY),
        (as_role(DORAS, Role.GUEST, since=MARCH.replace(month=1)), None),
    ],
)
def test_a_guest_of_both_reads_no_more_of_what_ends_than_before(there: Participant, since: datetime | None) -> None:
    plan = joined(gone(ADAS, there), home(ADAS, as_role(DORAS, Role.GUEST, since=MARCH)))
    assert plan.changes == ((SetParticipant(GOES_ON, DORA.address, Role.GUEST, since),) if since else ())


def test_a_guest_who_was_not_let_in_yet_is_not_let_in_by_a_merge() -> None:
    waits = as_role(DORAS, Role.GUEST, since=MARCH, waits=True)
    assert joined(gone(), home(ADAS, waits)).changes == ()


@pytest.mark.parametrize("place", [0, 1])
def test_whoever_proved_themselves_on_either_ticket_is_told_what_it_is_about(place: int) -> None:
    hands = [gone(BOBS), home()]
    hands[place] = replace(hands[place], proven=frozenset({BOB.address}))
    (told,) = joined(*hands).notifications
    assert told.proven


def an_offer(ticket: TicketId, number: int = 7) -> Proposal:
    kind, state = ProposalKind.ESTIMATE, ProposalState.HELD
    return Proposal(ProposalId(number), ticket, kind, state, "acme", "", "", TESS.address, NOON)


def waiting(hand: Hand, *proposals: Proposal) -> Hand:
    return replace(hand, known=replace(hand.known, proposals=proposals))


def test_an_estimate_is_answered_where_its_ticket_goes_on() -> None:
    plan = joined(waiting(gone(), an_offer(ENDS)), home())
    assert plan.changes == (SetTicket(GOES_ON, "field:estimate", "waiting"),)


def test_nobody_agrees_to_two_estimates_by_one_yes() -> None:
    with pytest.raises(ValueError, match="maild decline 8"):
        ended(waiting(gone(), an_offer(ENDS)), waiting(home(), an_offer(GOES_ON, 8)), "")
    assert ended(gone(), waiting(home(), an_offer(GOES_ON, 8)), "").changes


def test_linked_tickets_know_of_each_other_but_none_of_itself() -> None:
    plan = linked(gone(), a_ticket(id=GOES_ON), "")
    assert plan.changes == (LinkTickets(ENDS, GOES_ON, "linked by staff"),)
    with pytest.raises(ValueError, match="itself"):
        linked(gone(), a_ticket(id=ENDS), "")


def test_a_merge_is_said_in_one_sentence() -> None:
    said = describe(MergeTickets(ENDS, GOES_ON, "the same outage"))
    assert said == "let ticket 1001 go on as ticket 1002: the same outage"
