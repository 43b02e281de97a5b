"""Mail that could not be read: a ticket from its header, the mail beside it in quarantine, never twice."""

from __future__ import annotations

from dataclasses import replace

from maild.decide.case import Case
from maild.decide.facts import Facts
from maild.decide.plan import AddArticle, OpenTicket
from maild.decide.triage import decide
from maild.model import Disposition, EntryId, Note, TicketId
from tests.builders import ADA, BOB, STRANGER, a_case, a_contact, a_known_ticket, a_message

BROKEN = a_message(
    unreadable="too-deep", text="This mail could not be read.", visible_text="This mail could not be read."
)
KNOWN = a_known_ticket(a_contact(), a_contact(BOB))


def released(case: Case, facts: Facts) -> Case:
    """The same mail once more, after its ticket was opened."""
    return replace(case, keys=replace(case.keys, earlier=TicketId(1001)), facts=facts)


def test_a_mail_that_cannot_be_read_opens_a_ticket_and_lies_in_quarantine_with_its_cause() -> None:
    plan = decide(a_case(BROKEN))
    assert plan.disposition is Disposition.QUARANTINED
    assert plan.reasons[0].code == "too-deep"
    assert {OpenTicket, AddArticle} <= {type(change) for change in plan.changes}
    assert [one.recipient.address for one in plan.notifications] == [ADA.address]


def test_without_a_single_sender_there_is_nobody_to_open_a_ticket_for() -> None:
    plan = decide(a_case(replace(BROKEN, sender=None)))
    assert (plan.disposition, plan.changes) == (Disposition.QUARANTINED, ())


def test_once_it_can_be_read_it_joins_the_ticket_it_has_opened() -> None:
    case = released(a_case(a_message()), Facts(contacts=(a_contact(),), tickets=(KNOWN,)))
    plan = decide(case)
    assert (plan.disposition, plan.ticket) == (Disposition.FOLLOW_UP, KNOWN.ticket.id)
    assert plan.reasons[0].code == "released" and not plan.notifications


def test_released_in_vain_it_changes_nothing_and_stays_with_its_ticket() -> None:
    plan = decide(released(a_case(BROKEN), Facts(tickets=(KNOWN,), duplicate_of=EntryId(7))))
    assert (plan.disposition, plan.changes, plan.ticket) == (Disposition.QUARANTINED, (), 1001)


def test_another_sender_than_the_header_named_does_not_slip_into_the_ticket_that_way() -> None:
    case = released(a_case(a_message(sender=STRANGER)), Facts(tickets=(KNOWN,)))
    assert decide(case).disposition is Disposition.AWAITING_REVIEW


def test_what_a_reader_should_know_of_a_mail_stands_in_the_history_of_its_ticket() -> None:
    plan = decide(a_case(a_message(notes=(Note("hidden-text", "it hides 3 words"),))))
    assert (plan.disposition, plan.reasons[-1].code) == (Disposition.NEW_TICKET, "hidden-text")
