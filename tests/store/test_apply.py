"""Plans become rows: all of a batch or nothing, each effect once, and every decision can be read again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from maild.decide.facts import Facts, KnownTicket
from maild.decide.plan import (
    JoinTicket,
    LinkTickets,
    RecordBounce,
    RecordContact,
    SetReminder,
    SetStatus,
    SetTicket,
)
from maild.errors import Conflict
from maild.model import (
    Attachment,
    Delivery,
    DeliveryResult,
    Disposition,
    OutboxState,
    Register,
    Role,
    Status,
    TicketId,
)
from maild.store import apply, outbox, register, tickets
from maild.store.decisions import decisions_of
from maild.store.engine import Store
from tests.builders import ADA, BOB, NOON
from tests.store.kit import (
    LEASE,
    a_plan,
    a_queued,
    an_article,
    apply_plans,
    decided_mail,
    facts_for,
    open_ticket,
)

LATER = NOON + timedelta(hours=1)
PDF = Attachment("ä.pdf", "application/pdf", 12, "d4" * 16, "e3" * 32, "2.1", "<cid@x>", inline=True)


def shown(store: Store, number: TicketId) -> tickets.TicketView:
    with store.reading() as tx:
        return tickets.show_ticket(tx, number)


def test_a_new_ticket_has_its_people_its_article_and_its_reasons(store: Store) -> None:
    one = decided_mail(store, a_plan(changes=(*a_plan().changes[:3], an_article(attachments=(PDF,), review=True))))
    (applied,) = apply_plans(store, one)
    assert applied.ticket
    view = shown(store, applied.ticket.id)
    assert view.ticket == applied.ticket
    assert (view.ticket.number, view.ticket.tags, view.ticket.fields) == ("SD-1001", ("hardware",), (("room", "12"),))
    assert [(one.contact.address, one.role) for one in view.participants] == [(ADA.address, Role.REQUESTER)]
    (article,) = view.articles
    assert (article.id, article.author, article.text, article.review) == (applied.articles[0], ADA, "It burns.\n", True)
    assert one.entry and article.entry == one.entry.id
    assert [part.attachment for part in view.attachments] == [PDF]
    assert [(event.kind, event.actor, event.at, event.entry) for event in view.events] == [
        ("follow-up/none", "mail", NOON, one.entry.id)
    ]


def test_the_numbers_of_tickets_are_never_used_again(store: Store) -> None:
    first, second = open_ticket(store), open_ticket(store)
    with store.transaction() as tx:
        for table in ("decision", "event", "message_ref", "article", "participant"):
            tx.exec_driver_sql(f"DELETE FROM {table} WHERE ticket_id = {second.id}")
        tx.exec_driver_sql(f"DELETE FROM ticket WHERE id = {second.id}")
    third = open_ticket(store)
    assert (first.id, second.id, third.id) == (1001, 1002, 1003)


def test_a_whole_batch_is_written_in_its_order(store: Store) -> None:
    applied = apply_plans(store, *[decided_mail(store, content_key=f"c{number}") for number in range(5)])
    assert [one.ticket.id for one in applied if one.ticket] == [1001, 1002, 1003, 1004, 1005]
    assert len({number for one in applied for number in one.articles}) == 5


def test_changes_of_a_ticket_leave_old_and_new_in_its_history(store: Store) -> None:
    number = open_ticket(store).id
    changes = (
        SetStatus(number, Status.WAITING),
        SetTicket(number, "title", "Fire"),
        SetTicket(number, "priority", "1"),
        SetTicket(number, "tags", "fire, hot, fire"),
        SetTicket(number, "field:room", "13"),
        SetTicket(number, "field:floor", "2"),
        SetTicket(number, "field:room", ""),
        SetReminder(number, LATER),
    )
    plan = a_plan(disposition=None, changes=changes, reasons=(), ticket=number, actor="eve@desk.example")
    (applied,) = apply_plans(store, apply.Decided(plan), now=LATER)
    view = shown(store, number)
    assert view.ticket == applied.ticket
    assert (view.ticket.status, view.ticket.title, view.ticket.priority) == (Status.WAITING, "Fire", 1)
    assert (view.ticket.tags, view.ticket.fields) == (("fire", "hot"), (("floor", "2"),))
    assert (view.ticket.changed_at, view.ticket.created_at, view.ticket.remind_at) == (LATER, NOON, LATER)
    assert [(event.kind, event.text) for event in view.events[1:]] == [
        ("status", "new → waiting"),
        ("title", "Printer → Fire"),
        ("priority", "3 → 1"),
        ("tags", "hardware → fire, hot, fire"),
        ("field:room", "12 → 13"),
        ("field:floor", " → 2"),
        ("field:room", "13 → "),
        ("reminder", LATER.isoformat()),
    ]
    assert {event.actor for event in view.events[1:]} == {"eve@desk.example"}


def test_two_answers_in_one_batch_both_count(store: Store) -> None:
    number = open_ticket(store).id
    plans = [
        a_plan(disposition=Disposition.FOLLOW_UP, changes=(an_article(number), SetStatus(number, to)), ticket=number)
        for to in (Status.WAITING, Status.OPEN)
    ]
    applied = apply_plans(store, *map(apply.Decided, plans))
    assert {one.ticket.status for one in applied if one.ticket} == {Status.OPEN}
    assert len(shown(store, number).articles) == 3


def test_a_known_person_keeps_name_and_rank(store: Store) -> None:
    for name in ("Ada", "Somebody Else"):
        person = type(ADA)(name, ADA.address)
        changes = (RecordContact(person, Register.UNVERIFIED), *a_plan().changes[1:])
        apply_plans(store, apply.Decided(a_plan(changes=changes)))
    with store.reading() as tx:
        (contact,) = register.find_contacts(tx, [ADA.address])
    assert contact.name == "Ada"


def test_who_takes_part_keeps_the_role(store: Store) -> None:
    number = open_ticket(store).id
    again = (RecordContact(BOB, Register.UNVERIFIED), JoinTicket(number, ADA.address, Role.CC))
    also = JoinTicket(number, BOB.address, Role.CC)
    apply_plans(store, apply.Decided(a_plan(changes=(*again, also, also), ticket=number)))
    people = shown(store, number).participants
    assert [(one.contact.name, one.role) for one in people] == [(ADA.name, Role.REQUESTER), (BOB.name, Role.CC)]


def test_linked_tickets_know_of_each_other(store: Store) -> None:
    other = open_ticket(store)
    ticket = open_ticket(store, changes=(*a_plan().changes, LinkTickets(None, other.id, "same mail")))
    assert shown(store, ticket.id).events[-1].text == "SD-1001: same mail"
    assert shown(store, other.id).events[-1].text == "SD-1002: same mail"


def test_a_bounce_is_noted_on_its_ticket_and_moves_nothing(store: Store) -> None:
    ticket = open_ticket(store)
    with store.transaction() as tx:
        outbox.add(tx, [a_queued(ticket.id)])
        (sent,) = outbox.claim(tx, "n/1", NOON, LEASE, 1)
        outbox.record(tx, [Delivery(sent.id, NOON, DeliveryResult.SENT)], NOON, lambda *_: None)
    bounce = RecordBounce(sent.id, True, "5.1.1", "no such user")
    plan = a_plan(disposition=Disposition.BOUNCE_RECORDED, changes=(bounce,), ticket=ticket.id)
    apply_plans(store, apply.Decided(plan), now=LATER)
    view = shown(store, ticket.id)
    assert view.ticket == ticket
    assert view.events[-1].kind == "bounce" and "5.1.1 no such user" in view.events[-1].text
    with store.reading() as tx:
        entry = outbox.show(tx, sent.id)
    assert entry.state is OutboxState.FAILED
    assert [(one.result, one.answer) for one in entry.deliveries][1:] == [
        (DeliveryResult.REFUSED, "5.1.1 no such user")
    ]


def test_a_ticket_that_is_gone_undoes_the_whole_batch(store: Store) -> None:
    gone = a_plan(changes=(an_article(TicketId(4711)),), ticket=TicketId(4711))
    with pytest.raises(Conflict):
        apply_plans(store, decided_mail(store), apply.Decided(gone))
    with store.reading() as tx:
        assert tickets.list_tickets(tx) == ()


# ---- each effect once (law 5) --------------------------------------------------------------------


def test_the_same_content_has_its_effect_once_on_a_desk(store: Store) -> None:
    first, second = decided_mail(store), decided_mail(store)
    apply_plans(store, first)
    assert first.entry and facts_for(store).duplicate_of == first.entry.id
    with pytest.raises(Conflict):
        apply_plans(store, second)


def test_the_same_content_twice_in_one_batch_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict):
        apply_plans(store, decided_mail(store), decided_mail(store))


def test_of_workers_that_decide_the_same_content_at_once_one_wins(store: Store) -> None:
    decided = [decided_mail(store) for _ in range(4)]

    def attempt(one: apply.Decided) -> bool:
        try:
            store.retrying(lambda tx: apply.apply(tx, [one], NOON))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, decided)) == [False, False, False, True]
    with store.reading() as tx:
        assert len(tickets.list_tickets(tx)) == 1


def test_the_same_content_on_another_desk_is_a_sibling(store: Store) -> None:
    (applied,) = apply_plans(store, decided_mail(store))
    facts = facts_for(store, desk="other")
    assert applied.ticket and (facts.duplicate_of, facts.sibling) == (None, applied.ticket.id)
    assert facts_for(store).sibling is None


def test_content_without_date_or_id_counts_for_a_day(store: Store) -> None:
    apply_plans(store, decided_mail(store, lasting_key=False))
    day = timedelta(hours=24)
    assert facts_for(store, NOON + day - timedelta(seconds=1)).duplicate_of
    assert facts_for(store, NOON + day).duplicate_of is None
    again = decided_mail(store, lasting_key=False)
    apply_plans(store, again, now=NOON + day)
    assert again.entry and facts_for(store, NOON + day).duplicate_of == again.entry.id


@pytest.mark.parametrize("nothing", [Disposition.IGNORED, Disposition.REFUSED, Disposition.QUARANTINED])
def test_what_had_no_effect_can_be_replayed(store: Store, nothing: Disposition) -> None:
    apply_plans(store, decided_mail(store, a_plan(disposition=nothing, changes=())))
    assert facts_for(store).duplicate_of is None
    apply_plans(store, decided_mail(store))


# ---- decisions (law 14) --------------------------------------------------------------------------


def test_a_decision_is_kept_with_its_facts(store: Store) -> None:
    ticket = open_ticket(store)
    one = decided_mail(store, a_plan(ticket=ticket.id, changes=(), disposition=Disposition.FOLLOW_UP))
    facts = Facts(tickets=(KnownTicket(ticket, ()),))
    one = apply.Decided(one.plan, one.keys, one.entry, facts)
    apply_plans(store, one)
    assert one.entry
    with store.reading() as tx:
        (decision,) = decisions_of(tx, one.entry.id)
    assert (decision.plan, decision.facts, decision.policy, decision.at) == (one.plan, facts, "v1", NOON)
