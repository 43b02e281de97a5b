"""What somebody who is not registered gets: by the desk's policy, and never a word they chose."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from maild.decide.facts import Facts, TicketByNumber
from maild.decide.people_changes import Invite
from maild.decide.plan import OpenTicket, Plan
from maild.decide.told.notify import Occasion
from maild.decide.triage import decide
from maild.decide.who import trust
from maild.decide.who.strangers import invitations, refusal, with_link
from maild.desks.policy import Strangers
from maild.model import (
    UNPROVEN,
    Automatic,
    AutomaticKind,
    Disposition,
    Notification,
    NotificationKind,
    Organisation,
    Purpose,
    Reason,
    Register,
)
from tests.builders import (
    ADA,
    BOB,
    NOON,
    PROVEN,
    STRANGER,
    TOKENS,
    a_case,
    a_contact,
    a_desk,
    a_known_ticket,
    a_message,
    a_policy,
)

ACME = Organisation("acme", "Acme Clinic", domains=("acme.example",), seats=2)
SEATS = (a_contact(ADA), a_contact(BOB, Register.REGISTERED))
COLLEAGUE = replace(STRANGER, address="new@acme.example")


def decided(strangers: Strangers, sender=STRANGER, facts: Facts | None = None, **message) -> Plan:
    policy = a_policy(desks=(a_desk(strangers=strangers),))
    return decide(a_case(a_message(sender=sender, **message), facts or Facts(), policy=policy))


def of(plan: Plan, kind: type) -> list:
    return [change for change in plan.changes if isinstance(change, kind)]


@pytest.mark.parametrize(
    ("strangers", "kind"),
    [
        (Strangers.ANSWER, NotificationKind.CONFIRMATION_UNVERIFIED),
        (Strangers.FIRST_LINE, NotificationKind.FIRST_LINE),
        (Strangers.REGISTER, NotificationKind.REGISTRATION),
    ],
)
def test_a_stranger_opens_a_flagged_ticket_and_is_told_what_the_desk_wants(
    strangers: Strangers, kind: NotificationKind
) -> None:
    plan = decided(strangers)
    (told,) = plan.notifications
    assert of(plan, OpenTicket)[0].unverified
    assert (told.kind, told.values, told.recipient.name, told.unverified) == (kind, (), "", True)


def test_a_silent_desk_says_nothing_and_says_why() -> None:
    plan = decided(Strangers.SILENT)
    assert plan.notifications == ()
    assert [one.reason.code for one in plan.suppressed] == ["strangers-silent"]


def test_a_registration_link_is_kept_by_its_hash_alone_and_belongs_to_its_mail() -> None:
    plan = decided(Strangers.REGISTER)
    (invite,), (told,) = of(plan, Invite), plan.notifications
    secret = TOKENS.invitation(Purpose.REGISTER, STRANGER.address, told.invitation)
    assert invite.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert (invite.address, invite.purpose) == (STRANGER.address, Purpose.REGISTER)
    assert secret not in repr(plan)
    assert decided(Strangers.REGISTER) == plan
    assert decided(Strangers.REGISTER, content_key="another").notifications[0].invitation != told.invitation


def test_a_link_works_for_as_many_days_as_the_desk_says() -> None:
    policy = a_policy(desks=(a_desk(strangers=Strangers.REGISTER, link_days=4),))
    plan = decide(a_case(a_message(sender=STRANGER), Facts(), policy=policy))
    assert of(plan, Invite)[0].until == NOON + timedelta(days=4)
    assert plan.notifications[0].invitation == f"c1/{NOON.isoformat()}"


def test_only_an_answer_with_a_link_needs_one_written_down() -> None:
    it = Occasion(a_case(), a_desk(), STRANGER, trust.of(a_case(), a_desk()))
    answer = Notification(NotificationKind.CONFIRMATION_UNVERIFIED, "confirmation", STRANGER, "en")
    assert with_link(it, answer) is answer
    assert invitations(it, answer) == ()


def test_no_answer_no_link() -> None:
    robot = Automatic(AutomaticKind.AUTO_GENERATED, "Auto-Submitted: auto-generated")
    assert of(decided(Strangers.REGISTER, automatic=robot), Invite) == []


def test_whoever_has_no_seat_is_refused_without_a_ticket() -> None:
    plan = decided(Strangers.REFUSE, content_key="0123456789abcdefg")
    assert (plan.disposition, plan.changes, plan.ticket) == (Disposition.REFUSED, (), None)
    why = Reason("people", "no-seat", "desk service opens tickets for registered contacts only")
    assert (plan.reasons[0], plan.reasons[1].code, plan.suppressed) == (why, "stranger", ())
    (told,) = plan.notifications
    assert told.event == "refused:0123456789abcdef"
    assert (told.kind, told.desk, dict(told.values)) == (NotificationKind.REFUSED, "service", {"holders": ""})


@pytest.mark.parametrize(
    ("sender", "authenticity", "named"),
    [
        (COLLEAGUE, PROVEN, f"{ADA.name}, {BOB.name}"),
        (COLLEAGUE, UNPROVEN, ""),
        (STRANGER, PROVEN, ""),
    ],
    ids=["a colleague, proven", "a colleague, unproven", "somebody of another domain"],
)
def test_who_holds_the_seats_is_told_to_a_proven_colleague_only(sender, authenticity, named: str) -> None:
    facts = Facts(authenticity=authenticity, organisation=ACME, people=SEATS)
    (told,) = decided(Strangers.REFUSE, sender, facts).notifications
    assert dict(told.values)["holders"] == named


def test_one_person_with_two_addresses_is_named_once() -> None:
    people = tuple(replace(one, person=ADA.address) for one in (a_contact(ADA), replace(a_contact(BOB), name="")))
    facts = Facts(authenticity=PROVEN, organisation=ACME, people=people)
    assert dict(decided(Strangers.REFUSE, COLLEAGUE, facts).notifications[0].values)["holders"] == ADA.name


def test_the_nameless_are_named_by_address_and_ten_at_most() -> None:
    people = tuple(replace(a_contact(BOB), name="", address=f"p{number}@acme.example") for number in range(12))
    facts = Facts(authenticity=PROVEN, organisation=ACME, people=people)
    named = dict(decided(Strangers.REFUSE, COLLEAGUE, facts).notifications[0].values)["holders"]
    assert named == ", ".join(one.address for one in people[:10])


def test_nobody_is_named_where_the_store_knows_no_organisation() -> None:
    facts = Facts(authenticity=PROVEN, people=SEATS)
    assert dict(decided(Strangers.REFUSE, COLLEAGUE, facts).notifications[0].values)["holders"] == ""


def test_whoever_counts_as_registered_and_a_mail_without_a_sender_are_not_refused() -> None:
    desk, facts = a_desk(strangers=Strangers.REFUSE), Facts(contacts=SEATS, authenticity=PROVEN)
    for case in (a_case(facts=facts), a_case(a_message(sender=None), facts)):
        assert refusal(case, desk, trust.of(case, desk)) is None


def test_a_refused_sender_who_names_a_ticket_learns_nothing_from_it() -> None:
    known = a_known_ticket(*SEATS)
    facts = Facts(tickets=(known,), by_number=(TicketByNumber("SD-1001", known.ticket.id),))
    named = decided(Strangers.REFUSE, facts=facts, subject="[SD-1001] let me in")
    assert named.notifications == decided(Strangers.REFUSE).notifications
    assert named.ticket is None


@pytest.mark.parametrize("strangers", [one for one in Strangers if one is not Strangers.SILENT])
def test_a_contact_who_could_not_prove_it_is_heard_and_not_told_what_strangers_are(strangers: Strangers) -> None:
    policy = a_policy(desks=(a_desk(strangers=strangers, proof="required"),))
    plan = decide(a_case(facts=Facts(contacts=SEATS), policy=policy))
    assert plan.disposition is Disposition.NEW_TICKET
    assert of(plan, OpenTicket)[0].unverified
    assert [told.kind for told in plan.notifications] == [NotificationKind.CONFIRMATION_UNVERIFIED]


def test_a_machine_that_is_refused_is_not_told() -> None:
    robot = Automatic(AutomaticKind.AUTO_GENERATED, "Auto-Submitted: auto-generated")
    plan = decided(Strangers.REFUSE, automatic=robot)
    assert (plan.disposition, plan.notifications) == (Disposition.REFUSED, ())
    (silent,) = plan.suppressed
    assert (silent.kind, silent.event, silent.recipient) == (NotificationKind.REFUSED, "refused:c1", STRANGER.address)
    assert (silent.reason.code, plan.reasons[-1]) == ("automatic", silent.reason)
