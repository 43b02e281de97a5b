"""What staff and the clock do: the same plans as mail, from another hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maild.decide.facts import Latest
from maild.decide.plan import AddArticle, SetReminder, SetStatus, SetTicket
from maild.decide.work import staff
from maild.model import Address, ArticleId, ArticleKind, Contact, NotificationKind, Proof, Register, Status
from tests.builders import ADA, BOB, NOON, STRANGER, a_contact, a_desk, a_known_ticket

GRACE = Address("Grace", "grace@desk.example")
ADA_CONTACT = a_contact(ADA)


def a_hand(*people, **changes) -> staff.Hand:
    known = a_known_ticket(*(people or (ADA_CONTACT,)), **changes)
    return staff.Hand(GRACE, known, a_desk(), ("<first@acme.example>", "<last@acme.example>"), NOON)


def test_an_answer_goes_to_the_requester_and_registered_colleagues_as_a_persons_mail() -> None:
    colleague, stranger = a_contact(BOB, Register.REGISTERED), a_contact(STRANGER, Register.UNVERIFIED)
    plan = staff.reply(a_hand(ADA_CONTACT, colleague, stranger), "Please restart it.")
    assert [one.recipient.address for one in plan.notifications] == [ADA.address, BOB.address]
    assert all(one.by_person and one.kind is NotificationKind.REPLY for one in plan.notifications)
    assert [change.kind for change in plan.changes if isinstance(change, AddArticle)] == [ArticleKind.OUTGOING]
    assert [change.status for change in plan.changes if isinstance(change, SetStatus)] == [Status.WAITING]


def test_an_answer_threads_under_the_last_mail_of_the_ticket() -> None:
    (told,) = staff.reply(a_hand(), "Done.").notifications
    assert (told.reply_to_id, told.references) == ("<last@acme.example>", ("<first@acme.example>",))


def test_a_stranger_who_asked_is_answered_by_a_person() -> None:
    plan = staff.reply(a_hand(a_contact(STRANGER, Register.UNVERIFIED)), "Hello.")
    assert [one.recipient.address for one in plan.notifications] == [STRANGER.address]


def test_a_note_reaches_nobody() -> None:
    plan = staff.note(a_hand(), "He called twice.")
    assert plan.notifications == () and plan.suppressed == ()
    assert [change.kind for change in plan.changes] == [ArticleKind.NOTE]


def test_a_new_status_is_told_once_and_the_same_status_is_not() -> None:
    told = staff.set_property(a_hand(), "status", "solved").notifications
    assert [one.kind for one in told] == [NotificationKind.STATUS_UPDATE]
    assert staff.set_property(a_hand(status=Status.SOLVED), "status", "solved").notifications == ()


def test_a_machines_address_is_not_told_of_a_status_and_the_reason_is_kept() -> None:
    machine = a_contact(Address("", "noreply@acme.example"))
    plan = staff.set_property(a_hand(machine), "status", "solved")
    assert plan.notifications == ()
    assert [one.reason.code for one in plan.suppressed] == ["machine-address"]


def test_a_completed_deletion_is_told() -> None:
    plan = staff.set_property(a_hand(), "deletion", "completed")
    assert [one.kind for one in plan.notifications] == [NotificationKind.DELETION_COMPLETED]
    assert staff.set_property(a_hand(), "deletion", "planned").notifications == ()


@pytest.mark.parametrize(("name", "target"), [("priority", "priority"), ("assignee", "assignee"), ("vm", "field:vm")])
def test_properties_are_set_and_any_other_word_is_a_field(name: str, target: str) -> None:
    (change,) = staff.set_property(a_hand(), name, "1").changes
    assert change == SetTicket(a_hand().known.ticket.id, target, "1")


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("status", "done", "status is one of new, open"),
        ("priority", "high", "priority is one of 1, 2, 3, 4"),
        ("remind", "tomorrow", "a time like 2026-12-01T09:00\\+01:00"),
        ("remind", "2026-12-01T09:00", "needs a time zone"),
    ],
)
def test_what_is_impossible_is_refused_with_what_is_possible(name: str, value: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        staff.set_property(a_hand(), name, value)


@pytest.mark.parametrize("words", [staff.reply, staff.note])
def test_empty_words_are_refused(words) -> None:
    with pytest.raises(ValueError, match="needs some text"):
        words(a_hand(), "  \n")


def test_a_due_reminder_brings_a_waiting_ticket_back_once() -> None:
    plan = staff.reminded(a_known_ticket(ADA_CONTACT, status=Status.WAITING))
    assert plan.changes == (SetReminder(plan.ticket, None), SetStatus(plan.ticket, Status.OPEN))
    assert plan.actor == "clock"


def test_somebody_whose_address_no_mail_can_carry_is_left_out_and_the_others_are_told() -> None:
    long = a_contact(Address("", f"{'n' * 65}@acme.example"), Register.REGISTERED)
    plan = staff.reply(a_hand(a_contact(), long), "We are on it.")
    assert [one.recipient.address for one in plan.notifications] == [ADA.address]
    assert [one.reason.code for one in plan.suppressed] == ["unusable-address"]


KINDS = {"types": [{"type": "problem"}, {"type": "request", "priorities": False}], "categories": ["licences"]}


def test_a_desk_that_lists_its_types_and_categories_has_no_others() -> None:
    hand = replace(a_hand(), desk=a_desk(**KINDS))
    assert staff.set_property(hand, "type", "problem").changes and staff.set_property(hand, "category", "").changes
    for name, value in (("type", "incident"), ("category", "invoices")):
        with pytest.raises(ValueError, match=f"{name} is one of"):
            staff.set_property(hand, name, value)


def test_a_type_may_have_no_priority() -> None:
    hand = replace(a_hand(type="request"), desk=a_desk(**KINDS))
    with pytest.raises(ValueError, match="a request has no priority"):
        staff.set_property(hand, "priority", "1")


def test_an_update_tells_how_things_stand_and_leaves_the_ticket_where_it_is() -> None:
    plan = staff.update(a_hand(), "The vendor looks for it.")
    assert [one.kind for one in plan.notifications] == [NotificationKind.STATUS_UPDATE]
    assert not any(isinstance(change, SetStatus) for change in plan.changes)


@pytest.mark.parametrize("before", [Status.NEW, Status.OPEN, Status.WAITING, Status.THIRD_PARTY])
def test_an_answer_may_propose_a_solution(before: Status) -> None:
    plan = staff.reply(a_hand(status=before), "It was the cable.", solves=True)
    assert [dict(one.values)["solved"] for one in plan.notifications] == ["yes"]
    assert [change.status for change in plan.changes if isinstance(change, SetStatus)] == [Status.SOLVED]


def quotations(proof: Proof, *people: Contact) -> dict[str, str]:
    """What each of them reads again of what Ada wrote last."""
    wrote = Latest(ArticleId(1), ADA, "Fire", "It burns.", proof, unverified=False)
    plan = staff.reply(replace(a_hand(*people), latest=wrote), "Take the other one.")
    return {one.recipient.address: dict(one.values).get("quoted", "") for one in plan.notifications}


def test_whoever_wrote_last_reads_it_again_below_our_answer_and_nobody_else_does() -> None:
    bob = a_contact(BOB, Register.REGISTERED)
    assert quotations(Proof.PROVEN, ADA_CONTACT, bob) == {ADA.address: "It burns.", BOB.address: ""}
    assert quotations(Proof.NONE, ADA_CONTACT, bob) == {ADA.address: "", BOB.address: ""}
