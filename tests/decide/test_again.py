"""What the DNS could not say at first: the ticket opens, its answers wait, and what it says then counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.decide.again import GIVEN_UP, PATIENCE, Before, decide_again, waits_still
from maild.decide.facts import Facts
from maild.decide.people_changes import Invite
from maild.decide.plan import OpenTicket, SetProof
from maild.decide.triage import decide
from maild.ingest.authenticity.weighing import OWN_PENDING
from maild.model import Address, Authenticity, Disposition, EntryId, Means, NotificationKind, Proof, TicketId
from tests.builders import FORGED, NOON, PROVEN, STRANGER, a_case, a_contact, a_desk, a_message, a_policy

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


def test_it_waits_for_six_hours_and_no_longer() -> None:
    case = pending()
    assert waits_still(replace(case, now=NOON + PATIENCE - timedelta(seconds=1)))
    assert not waits_still(replace(case, now=NOON + PATIENCE))
    assert not waits_still(a_case())
