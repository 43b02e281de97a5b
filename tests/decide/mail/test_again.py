"""What the DNS could not say at first: the ticket opens, its answers wait, and what it says then counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.decide.facts import Facts, TicketByMessageId, TicketByNumber
from maild.decide.mail.again import GIVEN_UP, PATIENCE, PAUSE, Before, decide_again, given_up, waits_still
from maild.decide.people_changes import Invite, Propose
from maild.decide.plan import OpenTicket, Plan, SetProof
from maild.decide.triage import decide
from maild.ingest.authenticity.weighing import OWN_PENDING
from maild.model import Address, Authenticity, Disposition, EntryId, Means, NotificationKind, Proof, Reason, TicketId
from maild.rules.language import Rule
from tests.builders import (
    FORGED,
    NOON,
    PROVEN,
    STRANGER,
    a_case,
    a_contact,
    a_desk,
    a_known_ticket,
    a_message,
    a_policy,
)

PENDING = Authenticity(Proof.PENDING, Means.SIGNATURE, "dns", "the key of acme.example cannot be had: no answer")
TICKET, ENTRY = TicketId(1001), EntryId(7)
REQUIRED = a_policy(desks=(a_desk(proof="required"),))
REGISTERING = a_policy(desks=(a_desk(strangers="register"),))


def pending(**changes):
    return a_case(facts=Facts(contacts=(a_contact(),), authenticity=PENDING), **changes)


def again(case, found: Authenticity):
    known = replace(case.facts, authenticity=found, duplicate_of=ENTRY)
    return decide_again(replace(case, facts=known), case.policy.desks[0], Before(ENTRY, TICKET, opened=True))


def test_the_ticket_opens_and_its_answers_wait() -> None:
    plan = decide(pending())
    assert plan.disposition is Disposition.NEW_TICKET
    assert (plan.notifications, plan.suppressed) == ((), ())
    assert plan.reasons[-1].code == "answers-wait"


def test_no_link_is_made_before_its_mail_goes() -> None:
    case = replace(pending(policy=REGISTERING), message=a_message(sender=STRANGER))
    assert not [change for change in decide(case).changes if isinstance(change, Invite)]
    plan = again(case, GIVEN_UP)
    assert [type(change) for change in plan.changes] == [SetProof, Invite]
    assert plan.notifications[0].kind is NotificationKind.REGISTRATION


@pytest.mark.parametrize(
    ("found", "kind"),
    [(PROVEN, NotificationKind.CONFIRMATION), (PENDING, NotificationKind.CONFIRMATION_UNVERIFIED)],
    ids=["proven", "never answered"],
)
def test_then_its_sender_is_told_on_the_ticket_that_is_there(found: Authenticity, kind: NotificationKind) -> None:
    plan = again(pending(), found)
    assert [(one.kind, one.ticket) for one in plan.notifications] == [(kind, TICKET)]
    assert (plan.disposition, plan.ticket) == (None, TICKET)
    assert not [change for change in plan.changes if isinstance(change, OpenTicket)]


def test_what_turns_out_forged_is_noted_and_told_to_nobody() -> None:
    plan = again(pending(), FORGED)
    assert plan.changes == (SetProof(TICKET, ENTRY, Proof.FAILED, FORGED.text, True),)
    assert plan.notifications == ()


def test_what_says_it_is_ours_and_never_proves_it_has_failed_and_is_told_to_nobody() -> None:
    ours = replace(PENDING, code=OWN_PENDING)
    case = replace(pending(), message=a_message(sender=Address("Boss", "boss@desk.example")))
    plan = again(case, ours)
    (change,) = plan.changes
    assert isinstance(change, SetProof)
    assert (change.proof, change.unverified, plan.notifications) == (Proof.FAILED, True, ())
    assert "from our own desk.example" in change.text


@pytest.mark.parametrize(("found", "unverified"), [(PROVEN, False), (PENDING, True)])
def test_where_proof_is_required_only_proof_lifts_the_flag(found: Authenticity, unverified: bool) -> None:
    (change,) = again(pending(policy=REQUIRED), found).changes
    assert isinstance(change, SetProof)
    assert change.unverified is unverified


def test_it_is_asked_every_five_minutes_for_six_hours_and_no_longer() -> None:
    case = pending()
    assert (timedelta(hours=6), timedelta(minutes=5)) == (PATIENCE, PAUSE)
    assert waits_still(replace(case, now=NOON + PATIENCE - timedelta(seconds=1)))
    assert not waits_still(replace(case, now=NOON + PATIENCE))
    assert not waits_still(a_case())


def test_what_never_came_is_no_proof_and_for_mail_of_our_own_a_failed_one() -> None:
    text = "the DNS gave no answer within 6 hours"
    assert Authenticity(Proof.NONE, Means.NOTHING, "dns-silent", text) == GIVEN_UP
    assert given_up(PENDING, STRANGER) == given_up(replace(PENDING, code=OWN_PENDING), None) == GIVEN_UP
    assert given_up(replace(PENDING, code=OWN_PENDING), STRANGER).proof is Proof.FAILED


def test_the_clock_says_what_it_decided_once_more_and_why() -> None:
    plan = again(pending(), PROVEN)
    assert plan.reasons == (Reason("trust", "decided-again", f"its proof was pending: {PROVEN.text}"),)
    assert (plan.actor, plan.policy) == ("clock", "v1")


def test_a_mail_without_a_sender_stays_flagged() -> None:
    (change,) = again(replace(pending(), message=a_message(sender=None)), PROVEN).changes
    assert isinstance(change, SetProof) and change.unverified


def test_what_it_asked_for_is_asked_for_on_the_ticket_it_has_opened() -> None:
    rule = Rule.model_validate({"rule": "somebody new", "then": {"propose": "new-contact"}})
    naming = a_policy(rules=(rule,))
    case = replace(pending(policy=naming), message=a_message(visible_text="Eva East, eva@acme.example"))
    kept = [change for change in again(case, PROVEN).changes if isinstance(change, Propose)]
    assert [(change.ticket, change.address) for change in kept] == [(TICKET, "eva@acme.example")]


OTHER = a_known_ticket(a_contact(), id=TicketId(1002))
REPLY = a_message(subject="Re: [SD-1002] Printer", in_reply_to=("<parent@acme.example>",))


def after_it(opened: bool, **found) -> Plan:
    """Decided once more, where the store knows the ticket of this very mail, too."""
    own = a_known_ticket(a_contact(), id=TICKET)
    facts = Facts(contacts=(a_contact(),), authenticity=PROVEN, duplicate_of=ENTRY, tickets=(own, OTHER), **found)
    case = replace(pending(), message=REPLY, facts=facts)
    case = replace(case, keys=replace(case.keys, numbers=("SD-1002",), earlier=TICKET))
    return decide_again(case, case.policy.desks[0], Before(ENTRY, TICKET, opened=opened))


def confirms(plan: Plan) -> bool:
    return [one.kind for one in plan.notifications] == [NotificationKind.CONFIRMATION]


@pytest.mark.parametrize(
    "found",
    [
        {"by_message_id": (TicketByMessageId(REPLY.message_id, TICKET),)},
        {"by_number": (TicketByNumber("SD-1002", TICKET),)},
        {},
    ],
    ids=["its own id", "its own number", "nothing"],
)
def test_a_mail_is_no_answer_to_the_ticket_that_it_has_opened_itself(found) -> None:
    assert confirms(after_it(opened=True, **found))
    assert confirms(after_it(opened=False, **found)) is (found == {})


@pytest.mark.parametrize(
    "found",
    [
        {"by_message_id": tuple(TicketByMessageId("<parent@acme.example>", one) for one in (1002, 1001))},
        {"by_number": tuple(TicketByNumber("SD-1002", one) for one in (1002, 1001))},
    ],
    ids=["a parent that both know", "a number of both"],
)
def test_it_is_an_answer_to_another_that_the_same_evidence_names(found) -> None:
    assert after_it(opened=True, **found).notifications == ()
