"""Estimates: who is asked, what an answer comes to, and what becomes of one that nobody answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from maild.decide.facts import Facts, KnownTicket
from maild.decide.people_changes import Propose, SetProposal
from maild.decide.plan import AddArticle, SetStatus, SetTicket
from maild.decide.who.approvals import Approval, Background, approve, decline
from maild.decide.who.proposals import Outcome, answered
from maild.decide.who.trust import of
from maild.decide.work.estimates import FIELD, estimate, lapsed
from maild.decide.work.staff import Hand
from maild.model import (
    UNPROVEN,
    Address,
    ArticleKind,
    Authenticity,
    Contact,
    NotificationKind,
    Participant,
    Proposal,
    ProposalId,
    ProposalKind,
    ProposalState,
    Register,
    Role,
    Status,
    TicketId,
)
from tests.builders import ADA, BOB, NOON, PROVEN, TOKENS, a_case, a_contact, a_desk, a_message, a_ticket

TICKET, SEVEN = TicketId(1001), ProposalId(7)
TESS, CARL = Address("Tess", "tess@desk.example"), Address("Carl", "carl@acme.example")
MEMBER = Register.REGISTERED
MANAGER, COLLEAGUE, OTHER = a_contact(ADA), a_contact(BOB, MEMBER), a_contact(CARL)
BOBS = Participant(COLLEAGUE, Role.REQUESTER)
HELD, DONE, DECLINED = ProposalState.HELD, ProposalState.DONE, ProposalState.DECLINED
DESK = a_desk()
OFFER = Proposal(SEVEN, TICKET, ProposalKind.ESTIMATE, HELD, "acme", "", "", TESS.address, NOON)


def a_hand(*parts: Participant, proposals: tuple[Proposal, ...] = (), thread: tuple[str, ...] = ()) -> Hand:
    known = KnownTicket(a_ticket(status=Status.OPEN), parts or (BOBS,), proposals)
    return Hand(TESS, known, DESK, thread, NOON)


def stands(word: str) -> SetTicket:
    return SetTicket(TICKET, FIELD, word)


def test_an_estimate_is_an_answer_of_ours_that_waits_for_thirty_days() -> None:
    plan = estimate(a_hand(thread=("<a@x>", "<b@x>")), "Two days.", 30, (MANAGER, COLLEAGUE))
    until = NOON + timedelta(days=30)
    assert plan.changes == (
        AddArticle(TICKET, ArticleKind.OUTGOING, TESS, "Two days.", "Two days.", subject="The printer is on fire"),
        Propose(TICKET, ProposalKind.ESTIMATE, HELD, "acme", "", "", TESS.address, until),
        stands("waiting"),
        SetStatus(TICKET, Status.WAITING),
    )
    (told,) = plan.notifications
    assert (told.kind, told.recipient, told.by_person) == (NotificationKind.ESTIMATE, ADA, True)
    assert (told.reply_to_id, told.references, told.proven) == ("<b@x>", ("<a@x>",), False)
    values = dict(told.values)
    assert (values["text"], values["staff"], values["until"]) == ("Two days.", "Tess", until.isoformat())


@pytest.mark.parametrize(
    ("parts", "asked"),
    [
        ((BOBS,), [ADA, CARL]),
        ((BOBS, Participant(OTHER, Role.CC)), [CARL]),
        ((BOBS, Participant(OTHER, Role.CC, has_left=True)), [ADA, CARL]),
    ],
)
def test_authorised_contacts_who_take_part_are_asked_else_all(
    parts: tuple[Participant, ...], asked: list[Address]
) -> None:
    for_a_while = a_contact(Address("Will", "will@acme.example"), until=NOON + timedelta(days=9))
    elsewhere = a_contact(Address("Dora", "dora@beta.example"), organisation="beta")
    plan = estimate(a_hand(*parts), "Two days.", 30, (MANAGER, OTHER, COLLEAGUE, for_a_while, elsewhere))
    assert [one.recipient for one in plan.notifications] == asked


@pytest.mark.parametrize(
    ("hand", "text", "days", "contacts", "said"),
    [
        (a_hand(), " ", 30, (MANAGER,), "some words"),
        (a_hand(), "x", 0, (MANAGER,), "1 to 365 days"),
        (a_hand(), "x", 366, (MANAGER,), "1 to 365 days"),
        (a_hand(), "x", 30, (COLLEAGUE,), "no authorised contact"),
        (a_hand(replace(BOBS, contact=replace(COLLEAGUE, organisation=""))), "x", 30, (MANAGER,), "no organisation"),
        (a_hand(replace(BOBS, role=Role.CC)), "x", 30, (MANAGER,), "no organisation"),
        (a_hand(proposals=(OFFER,)), "x", 30, (MANAGER,), "maild decline 7"),
    ],
)
def test_what_nobody_could_agree_to_is_refused(
    hand: Hand, text: str, days: int, contacts: tuple[Contact, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        estimate(hand, text, days, contacts)


def said(contact: Contact, text: str, found: Authenticity = PROVEN, **message: Any) -> Outcome:
    person = Address(contact.name, contact.address)
    facts = Facts(contacts=(contact,), authenticity=found)
    case = a_case(a_message(visible_text=text, sender=person, **message), facts)
    return answered(case, KnownTicket(a_ticket(), (BOBS,), (OFFER,)), DESK, of(case, DESK))


@pytest.mark.parametrize(
    ("text", "state", "word"), [("Einverstanden.", DONE, "approved"), ("nein", DECLINED, "declined")]
)
def test_a_proven_authorised_contacts_word_settles_it(text: str, state: ProposalState, word: str) -> None:
    assert said(MANAGER, text).changes == (SetProposal(TICKET, SEVEN, state, ADA.address), stands(word))


@pytest.mark.parametrize(
    ("contact", "found"), [(COLLEAGUE, PROVEN), (MANAGER, UNPROVEN), (replace(MANAGER, organisation="beta"), PROVEN)]
)
def test_nobody_elses_yes_settles_it_and_staff_see_why(contact: Contact, found: Authenticity) -> None:
    outcome = said(contact, "yes", found)
    assert (outcome.changes, [why.code for why in outcome.reasons]) == ((), ["not-theirs-to-say"])


def test_a_question_about_it_is_no_answer() -> None:
    assert said(MANAGER, "Yes, but what of the taxes?") == said(COLLEAGUE, "How much?") == Outcome()


def test_staff_may_agree_for_a_customer_with_a_reason_and_take_an_estimate_back() -> None:
    waiting = Hand(TESS, KnownTicket(a_ticket(status=Status.WAITING), (BOBS,), (OFFER,)), DESK, (), NOON)
    case = Approval(waiting, OFFER, Background(), TOKENS, "Ada said yes on the telephone")
    assert approve(case).changes == (
        SetProposal(TICKET, SEVEN, DONE, TESS.address),
        stands("approved"),
        SetStatus(TICKET, Status.OPEN),
    )
    assert decline(case).changes == (SetProposal(TICKET, SEVEN, DECLINED, TESS.address), stands("declined"))
    with pytest.raises(ValueError, match="--why"):
        approve(replace(case, why=""))


@pytest.mark.parametrize(("status", "moved"), [(Status.WAITING, (SetStatus(TICKET, Status.OPEN),)), (Status.NEW, ())])
def test_what_nobody_answers_lapses_and_its_requester_is_told(status: Status, moved: tuple[SetStatus, ...]) -> None:
    plan = lapsed(KnownTicket(a_ticket(status=status), (BOBS, Participant(MANAGER, Role.CC)), (OFFER,)), DESK, OFFER)
    assert plan.changes == (
        SetProposal(TICKET, SEVEN, ProposalState.EXPIRED, "clock"),
        stands("lapsed"),
        *moved,
    )
    (told,) = plan.notifications
    assert (told.kind, told.recipient, plan.actor) == (NotificationKind.ESTIMATE_LAPSED, BOB, "clock")
