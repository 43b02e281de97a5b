"""What one message becomes: every disposition, and what must not happen beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.facts import Facts, TicketByMessageId, TicketByNumber
from maild.decide.people_changes import SetParticipant
from maild.decide.plan import AddArticle, JoinTicket, OpenTicket, Plan, RecordContact, SetStatus
from maild.decide.triage import decide
from maild.desks.policy import AsksForProof, Colleagues, Strangers
from maild.model import (
    UNPROVEN,
    Address,
    Automatic,
    AutomaticKind,
    Disposition,
    EntryId,
    NotificationKind,
    Register,
    Role,
    Source,
    Status,
    TicketId,
)
from tests.builders import (
    ADA,
    BOB,
    PROVEN,
    STRANGER,
    SUPPORT,
    TOKENS,
    a_case,
    a_contact,
    a_desk,
    a_known_ticket,
    a_message,
    a_policy,
    an_envelope,
)

ADA_CONTACT = a_contact(ADA)
BOB_CONTACT = a_contact(BOB, Register.REGISTERED)
KNOWN = a_known_ticket(ADA_CONTACT, BOB_CONTACT)
OUT_OF_OFFICE = Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted: auto-replied")


def facts_with(known=KNOWN, **changes) -> Facts:
    usual = {
        "contacts": (ADA_CONTACT, BOB_CONTACT),
        "tickets": (known,),
        "by_message_id": (TicketByMessageId("<parent@acme.example>", known.ticket.id),),
        "by_number": (TicketByNumber("SD-1001", known.ticket.id),),
    }
    return Facts(**(usual | changes))


def of_kind(plan: Plan, kind: type) -> list:
    return [change for change in plan.changes if isinstance(change, kind)]


def test_a_request_of_a_registered_contact_opens_a_ticket_and_is_confirmed() -> None:
    plan = decide(a_case())
    assert plan.disposition is Disposition.NEW_TICKET
    assert of_kind(plan, OpenTicket)[0].title == "The printer is on fire"
    assert not of_kind(plan, OpenTicket)[0].unverified
    assert [(one.kind, one.recipient) for one in plan.notifications] == [(NotificationKind.CONFIRMATION, ADA)]
    assert not of_kind(plan, RecordContact)


def test_a_stranger_gets_a_ticket_flagged_unverified_and_an_answer_without_a_word_of_theirs() -> None:
    plan = decide(a_case(a_message(sender=STRANGER), Facts()))
    assert of_kind(plan, OpenTicket)[0].unverified
    assert of_kind(plan, RecordContact) == [RecordContact(STRANGER, Register.UNVERIFIED)]
    (told,) = plan.notifications
    assert told.kind is NotificationKind.CONFIRMATION_UNVERIFIED
    assert (told.recipient.name, told.values, told.reply_to_id, told.references) == ("", (), "", ())


def test_somebody_inactive_counts_as_unverified() -> None:
    plan = decide(a_case(facts=Facts(contacts=(a_contact(ADA, Register.INACTIVE),))))
    assert of_kind(plan, OpenTicket)[0].unverified
    assert plan.notifications[0].kind is NotificationKind.CONFIRMATION_UNVERIFIED


def test_the_same_content_a_second_time_is_a_duplicate_and_changes_nothing() -> None:
    plan = decide(a_case(facts=facts_with(duplicate_of=EntryId(7))))
    assert (plan.disposition, plan.duplicate_of) == (Disposition.DUPLICATE, 7)
    assert plan.changes == () and plan.notifications == ()


@pytest.mark.parametrize(
    "message",
    [
        a_message(loop_marks=(TOKENS.loop_mark(),)),
        a_message(message_id=TOKENS.message_id("SD-1001", "confirmation", ADA.address, "mx.desk.example")),
        a_message(sender=SUPPORT),
        a_message(sender=Address("", "support+anything@desk.example")),
    ],
    ids=["loop mark", "our Message-ID", "our address", "our reply address"],
)
def test_our_own_mail_coming_back_is_ignored(message) -> None:
    plan = decide(a_case(message))
    assert plan.disposition is Disposition.IGNORED
    assert plan.reasons[0].code == "own-loop"
    assert plan.changes == () and plan.notifications == ()


def test_somebody_elses_loop_mark_silences_nobody() -> None:
    assert decide(a_case(a_message(loop_marks=("1.forged",)))).disposition is Disposition.NEW_TICKET


def test_a_mail_that_runs_in_circles_is_quarantined() -> None:
    assert decide(a_case(a_message(hops=51))).disposition is Disposition.QUARANTINED
    assert decide(a_case(a_message(hops=50))).disposition is Disposition.NEW_TICKET


def test_a_mail_without_one_readable_sender_is_quarantined() -> None:
    plan = decide(a_case(a_message(sender=None)))
    assert (plan.disposition, plan.reasons[0].code) == (Disposition.QUARANTINED, "malformed-from")


def test_a_mail_to_no_desk_of_ours_is_refused() -> None:
    plan = decide(a_case(envelope=an_envelope(recipient="sales@other.example")))
    assert plan.disposition is Disposition.REFUSED


REPLY_ADDRESS = TOKENS.reply_address(SUPPORT.address, KNOWN.ticket.id, ADA_CONTACT.id)


@pytest.mark.parametrize(
    ("message", "envelope", "code"),
    [
        (a_message(in_reply_to=("<parent@acme.example>",)), an_envelope(), "references"),
        (a_message(references=("<parent@acme.example>", "<unknown@x>")), an_envelope(), "references"),
        (a_message(subject="AW: [SD-1001] The printer"), an_envelope(), "subject-token"),
        (a_message(subject="re: [sd-1001] The printer"), an_envelope(), "subject-token"),
        (a_message(), an_envelope(recipient=REPLY_ADDRESS), "reply-address"),
        (a_message(message_id="<parent@acme.example>"), an_envelope(), "references"),
    ],
)
def test_a_participants_evidence_makes_a_follow_up(message, envelope, code: str) -> None:
    plan = decide(a_case(message, facts_with(), envelope=envelope))
    assert (plan.disposition, plan.ticket, plan.reasons[0].code) == (Disposition.FOLLOW_UP, KNOWN.ticket.id, code)
    assert of_kind(plan, AddArticle)[0].ticket == KNOWN.ticket.id
    assert not of_kind(plan, OpenTicket) and not plan.notifications


@pytest.mark.parametrize(
    ("message", "envelope"),
    [
        (a_message(sender=STRANGER, in_reply_to=("<parent@acme.example>",)), an_envelope()),
        (a_message(sender=STRANGER, subject="[SD-1001] let me in"), an_envelope()),
        (a_message(sender=STRANGER), an_envelope(recipient=REPLY_ADDRESS)),
    ],
    ids=["references", "number", "forwarded reply address"],
)
def test_evidence_in_a_strangers_hands_awaits_review_and_looks_like_any_new_request(message, envelope) -> None:
    claimed = decide(a_case(message, facts_with(), envelope=envelope))
    plain = decide(a_case(replace(message, subject="hello", in_reply_to=()), Facts()))
    assert claimed.disposition is Disposition.AWAITING_REVIEW
    assert claimed.notifications == plain.notifications
    assert all(change.ticket is None for change in of_kind(claimed, AddArticle))
    assert of_kind(claimed, AddArticle)[0].review
    assert not of_kind(claimed, SetStatus)


def test_a_reply_address_in_another_participants_hands_proves_nothing_by_itself() -> None:
    envelope = an_envelope(recipient=REPLY_ADDRESS)
    plan = decide(a_case(a_message(sender=BOB), facts_with(), envelope=envelope))
    assert plan.disposition is Disposition.AWAITING_REVIEW


@pytest.mark.parametrize(
    ("home", "disposition"),
    [(AsksForProof.REQUIRED, Disposition.AWAITING_REVIEW), (AsksForProof.OFF, Disposition.FOLLOW_UP)],
)
def test_a_ticket_is_its_own_desks_affair_whichever_desk_is_written_to(
    home: AsksForProof, disposition: Disposition
) -> None:
    """Nobody gets round the proof that a desk asks for by writing to another."""
    others = [one for one in AsksForProof if one is not home]
    for addressed in others:
        desks = (a_desk(proof=addressed), a_desk(desk="strict", addresses=("strict@desk.example",), proof=home))
        known = a_known_ticket(ADA_CONTACT, desk="strict")
        facts = facts_with(known, authenticity=UNPROVEN)
        message = a_message(in_reply_to=("<parent@acme.example>",))
        assert decide(a_case(message, facts, policy=a_policy(desks=desks))).disposition is disposition


def test_whoever_has_left_comes_back_by_writing_and_not_by_their_machine() -> None:
    left = replace(KNOWN, participants=(KNOWN.participants[0], replace(KNOWN.participants[1], has_left=True)))
    message = a_message(sender=BOB, in_reply_to=("<parent@acme.example>",))
    back = of_kind(decide(a_case(message, facts_with(left, authenticity=PROVEN))), SetParticipant)
    assert [(one.address, one.has_left) for one in back] == [(BOB.address, False)]
    machine = decide(a_case(replace(message, automatic=OUT_OF_OFFICE), facts_with(left, authenticity=PROVEN)))
    assert machine.disposition is Disposition.FOLLOW_UP and of_kind(machine, SetParticipant) == []


def test_a_command_about_a_strangers_ticket_is_answered_like_one_about_none() -> None:
    """Or it would say whether there is such a ticket (FAULT-D13)."""
    message = a_message(sender=STRANGER, subject="[SD-1001]", visible_text="status")
    contacts = (a_contact(STRANGER, organisation="other"),)
    there = decide(a_case(message, facts_with(contacts=contacts, authenticity=PROVEN)))
    nowhere = decide(a_case(message, Facts(contacts=contacts, authenticity=PROVEN)))
    assert there.disposition is nowhere.disposition is Disposition.ANSWERED
    assert there.notifications == nowhere.notifications


def test_a_person_may_answer_from_another_address_of_theirs() -> None:
    here, there = a_contact(ADA, person="ada@acme.example"), a_contact(BOB, person="ada@acme.example")
    facts = facts_with(a_known_ticket(here), contacts=(here, there))
    assert decide(a_case(a_message(sender=BOB, subject="[SD-1001]"), facts)).disposition is Disposition.FOLLOW_UP
    strangers = facts_with(a_known_ticket(a_contact(ADA)), contacts=(a_contact(ADA), a_contact(BOB)))
    assert (
        decide(a_case(a_message(sender=BOB, subject="[SD-1001]"), strangers)).disposition is Disposition.AWAITING_REVIEW
    )


def test_an_inactive_participants_reply_awaits_review() -> None:
    gone = a_contact(ADA, Register.INACTIVE)
    facts = facts_with(a_known_ticket(gone), contacts=(gone,))
    plan = decide(a_case(a_message(in_reply_to=("<parent@acme.example>",)), facts))
    assert plan.disposition is Disposition.AWAITING_REVIEW


@pytest.mark.parametrize(
    ("status", "afterwards"),
    [(Status.NEW, None), (Status.OPEN, None), (Status.WAITING, Status.OPEN), (Status.SOLVED, Status.OPEN)],
)
def test_a_persons_follow_up_moves_the_status_as_the_table_says(status: Status, afterwards: Status | None) -> None:
    facts = facts_with(a_known_ticket(ADA_CONTACT, status=status))
    plan = decide(a_case(a_message(subject="[SD-1001]"), facts))
    assert [change.status for change in of_kind(plan, SetStatus)] == ([afterwards] if afterwards else [])


def test_an_out_of_office_reply_is_kept_but_moves_nothing_and_is_not_answered() -> None:
    facts = facts_with(a_known_ticket(ADA_CONTACT, status=Status.SOLVED))
    plan = decide(a_case(a_message(subject="[SD-1001]", automatic=OUT_OF_OFFICE), facts))
    assert plan.disposition is Disposition.FOLLOW_UP
    assert of_kind(plan, AddArticle)[0].automatic
    assert not of_kind(plan, SetStatus) and not plan.notifications


def test_an_out_of_office_reply_to_nothing_we_know_opens_no_ticket() -> None:
    plan = decide(a_case(a_message(automatic=OUT_OF_OFFICE)))
    assert (plan.disposition, plan.changes, plan.notifications) == (Disposition.IGNORED, (), ())


@pytest.mark.parametrize(
    ("message", "envelope", "code"),
    [
        (a_message(automatic=Automatic(AutomaticKind.LIST, "List-Id")), an_envelope(), "automatic"),
        (a_message(), an_envelope(mail_from=""), "null-sender"),
        (a_message(suppress_reply="X-Auto-Response-Suppress: All"), an_envelope(), "suppress-header"),
        (a_message(sender=Address("", "no-reply@shop.example")), an_envelope(), "machine-address"),
        (a_message(sender=Address("", "donotreply+7@shop.example")), an_envelope(), "machine-address"),
        (a_message(sender=Address("", f"{'n' * 65}@shop.example")), an_envelope(), "unusable-address"),
    ],
)
def test_what_must_not_be_answered_opens_a_ticket_and_the_silence_has_a_reason(message, envelope, code: str) -> None:
    plan = decide(a_case(message, envelope=envelope))
    assert plan.disposition is Disposition.NEW_TICKET
    assert not plan.notifications
    assert [one.reason.code for one in plan.suppressed] == [code]


def test_a_desk_may_be_silent_towards_strangers_but_not_towards_its_customers() -> None:
    policy = a_policy(desks=(a_desk(strangers=Strangers.SILENT),))
    assert not decide(a_case(facts=Facts(), policy=policy)).notifications
    assert decide(a_case(policy=policy)).notifications


CC_CASES = [
    (Colleagues.ORGANISATION, [BOB.address]),
    (Colleagues.EVERYBODY, [BOB.address, STRANGER.address]),
    (Colleagues.NOBODY, []),
]


@pytest.mark.parametrize(("colleagues", "joined"), CC_CASES)
def test_who_stands_in_cc_joins_as_the_desk_says(colleagues: Colleagues, joined: list[str]) -> None:
    policy = a_policy(desks=(a_desk(colleagues=colleagues),))
    facts = Facts(contacts=(ADA_CONTACT, BOB_CONTACT))
    plan = decide(a_case(a_message(cc=(BOB, STRANGER, SUPPORT)), facts, policy=policy))
    assert [change.address for change in of_kind(plan, JoinTicket) if change.role is Role.CC] == joined


def test_a_strangers_cc_lets_no_registered_contact_of_a_customer_join() -> None:
    facts = Facts(contacts=(BOB_CONTACT,))
    plan = decide(a_case(a_message(sender=STRANGER, cc=(BOB,)), facts))
    assert [change.address for change in of_kind(plan, JoinTicket)] == [STRANGER.address]


def test_one_mail_to_two_desks_is_two_tickets_that_know_of_each_other() -> None:
    plan = decide(a_case(facts=Facts(contacts=(ADA_CONTACT,), sibling=TicketId(1009))))
    assert plan.disposition is Disposition.NEW_TICKET
    assert [change.other for change in plan.changes if hasattr(change, "other")] == [1009]


def test_mail_from_a_mailbox_finds_its_desk_in_its_headers_before_the_accounts_own() -> None:
    sales = a_desk(desk="sales", addresses=("sales@desk.example",), prefix="SA")
    policy = a_policy(desks=(a_desk(), sales))
    message = a_message(to=(Address("", "sales@desk.example"),))
    from_mailbox = decide(a_case(message, policy=policy, envelope=an_envelope(source=Source.IMAP)))
    by_smtp = decide(a_case(message, policy=policy, envelope=an_envelope(source=Source.SMTP)))
    assert of_kind(from_mailbox, OpenTicket)[0].desk == "sales"
    assert of_kind(by_smtp, OpenTicket)[0].desk == "service"


words = st.text(max_size=40)


@given(subject=words, name=words, text=words, ids=st.lists(words, max_size=3), automatic=st.booleans())
def test_every_message_gets_exactly_one_disposition_and_the_same_one_again(subject, name, text, ids, automatic) -> None:
    message = a_message(
        subject=subject,
        sender=Address(name, ADA.address),
        text=text,
        references=tuple(ids),
        automatic=OUT_OF_OFFICE if automatic else None,
    )
    case = a_case(message, facts_with())
    assert decide(case).disposition in Disposition
    assert decide(case) == decide(case)
    assert decide(case).policy == "v1"
