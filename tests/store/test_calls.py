"""Calls in the outbox: apart from mail, once each, in order, at least once, and no budget's business."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from maild.decide.told.budgets import Wanted
from maild.model import (
    CallEntry,
    CallKind,
    Channel,
    Delivery,
    DeliveryResult,
    NotificationKind,
    OutboxId,
    OutboxState,
    OutgoingCall,
    Reason,
    TicketId,
)
from maild.store import calls, outbox, spam, spending, tickets
from maild.store.delivering import LeftOver
from maild.store.engine import Store
from tests.builders import NOON
from tests.store.kit import LEASE, a_queued, an_outgoing, open_ticket

SOON = timedelta(minutes=1)
NOTHING_NOTED = LeftOver(frozenset(), frozenset())


@pytest.fixture
def ticket(store: Store) -> TicketId:
    return open_ticket(store).id


def a_call(ticket: TicketId | None, event: str = "ticket-opened", **changes: object) -> calls.QueuedCall:
    webhook = str(changes.pop("webhook", "crm"))
    call = OutgoingCall(f"msg_{ticket}_{event}_{webhook}", webhook, b'{"a":1}')
    return calls.QueuedCall(ticket, event, call, NOON, bool(changes.pop("parked", False)))


def queue(store: Store, *queued: calls.QueuedCall) -> int:
    with store.transaction() as tx:
        return calls.add(tx, queued)


def take(store: Store, now: datetime = NOON, limit: int = 10, *resting: str) -> tuple[CallEntry, ...]:
    with store.transaction() as tx:
        return calls.claim(tx, "n/calls", now, LEASE, limit, resting)


def again(attempts: int, now: datetime) -> datetime | None:
    return now + SOON if attempts < 3 else None


def tell(store: Store, entry: OutboxId, result: DeliveryResult, now: datetime = NOON, **more: datetime) -> None:
    with store.transaction() as tx:
        outbox.record(tx, [Delivery(entry, now, result, "so", **more)], now, again)


def shown(store: Store, entry: OutboxId) -> outbox.OutboxView:
    with store.reading() as tx:
        return outbox.show(tx, entry)


def test_a_call_is_claimed_as_it_was_finished_and_shown_as_what_it_is(store: Store, ticket: TicketId) -> None:
    assert queue(store, a_call(ticket)) == 1
    (entry,) = take(store)
    assert entry == CallEntry(entry.id, ticket, a_call(ticket).call, 1, NOON)
    assert take(store) == ()
    view = shown(store, entry.id)
    assert (view.channel, view.kind, view.recipient, view.raw) == (Channel.WEBHOOK, CallKind.RULE, "crm", b'{"a":1}')
    assert (view.message_id, view.attempts, view.state) == (entry.call.id, 1, OutboxState.SENDING)


def test_the_same_occasion_is_told_once_to_each_webhook(store: Store, ticket: TicketId) -> None:
    assert queue(store, a_call(ticket), a_call(ticket)) == 1
    assert queue(store, a_call(ticket), a_call(ticket, "solved"), a_call(ticket, webhook="chat")) == 2


def test_who_sends_mail_never_gets_a_call_and_the_other_way_round(store: Store, ticket: TicketId) -> None:
    with store.transaction() as tx:
        outbox.add(tx, [a_queued(ticket)])
        assert outbox.is_due(tx, NOON) and not calls.is_due(tx, NOON)
        assert calls.claim(tx, "n/calls", NOON, LEASE, 10) == ()
        assert len(outbox.claim(tx, "n/delivery", NOON, LEASE, 10)) == 1
    queue(store, a_call(ticket))
    with store.transaction() as tx:
        assert calls.is_due(tx, NOON) and not outbox.is_due(tx, NOON)
        assert outbox.claim(tx, "n/delivery", NOON, LEASE, 10) == ()
        assert len(calls.claim(tx, "n/calls", NOON, LEASE, 10)) == 1


def test_calls_of_one_ticket_to_one_webhook_go_in_order_and_others_do_not_wait(store: Store, ticket: TicketId) -> None:
    other = open_ticket(store).id
    queue(store, a_call(ticket, "1"), a_call(ticket, "2"), a_call(ticket, "1", webhook="chat"), a_call(other, "1"))
    first, chat, of_other = take(store)
    assert [first.ticket, chat.call.webhook, of_other.ticket] == [ticket, "chat", other]
    tell(store, first.id, DeliveryResult.DEFERRED)
    assert take(store) == ()
    tell(store, take(store, NOON + SOON)[0].id, DeliveryResult.SENT)
    assert [entry.call.id for entry in take(store)] == [f"msg_{ticket}_2_crm"]


def test_what_rests_is_not_claimed(store: Store, ticket: TicketId) -> None:
    queue(store, a_call(ticket), a_call(ticket, webhook="chat"))
    assert [entry.call.webhook for entry in take(store, NOON, 10, "crm")] == ["chat"]
    with store.reading() as tx:
        assert calls.is_due(tx, NOON) and not calls.is_due(tx, NOON, {"crm"})


def test_a_receiver_that_asks_for_time_is_given_more_than_the_usual(store: Store, ticket: TicketId) -> None:
    queue(store, a_call(ticket))
    (entry,) = take(store)
    tell(store, entry.id, DeliveryResult.DEFERRED, not_before=NOON + 3 * SOON)
    assert shown(store, entry.id).due_at == NOON + 3 * SOON
    (entry,) = take(store, NOON + 3 * SOON)
    tell(store, entry.id, DeliveryResult.DEFERRED, not_before=NOON)
    assert shown(store, entry.id).due_at == NOON + SOON


@pytest.mark.parametrize("noted", [None, NOTHING_NOTED])
def test_a_call_whose_caller_died_is_made_again_however_often(
    store: Store, ticket: TicketId, noted: LeftOver | None
) -> None:
    queue(store, a_call(ticket))
    for attempt in range(1, 5):
        (entry,) = take(store)
        assert (entry.attempts, entry.call) == (attempt, a_call(ticket).call)
        with store.transaction() as tx:
            assert outbox.recover(tx, "n", NOON, noted) == 1
        assert shown(store, entry.id).state is OutboxState.DEFERRED


def test_a_call_that_is_refused_has_failed_a_person_is_told_and_may_retry_or_drop_it(
    store: Store, ticket: TicketId
) -> None:
    queue(store, a_call(ticket))
    (entry,) = take(store)
    tell(store, entry.id, DeliveryResult.REFUSED)
    with store.transaction() as tx:
        assert outbox.counts(tx).failed == 1
        events = [one.text for one in tickets.show_ticket(tx, ticket).events if one.actor == "outbox"]
        outbox.retry(tx, entry.id, NOON)
    assert events == [f"call {entry.id} to crm: refused: so"]
    (entry,) = take(store)
    tell(store, entry.id, DeliveryResult.REFUSED)
    with store.transaction() as tx:
        assert outbox.drop(tx, NOON, [entry.id]) == 1


def test_a_parked_call_waits_for_a_person(store: Store, ticket: TicketId) -> None:
    queue(store, a_call(ticket, parked=True))
    assert take(store, NOON + 1000 * SOON) == ()
    with store.transaction() as tx:
        assert outbox.release(tx, NOON) == 1
    assert len(take(store)) == 1


def test_waiting_calls_are_counted_with_the_outbox(store: Store, ticket: TicketId) -> None:
    queue(store, a_call(ticket), a_call(ticket, webhook="chat"))
    with store.reading() as tx:
        assert outbox.counts(tx) == outbox.OutboxCounts(2, 0, 0, 0, 0, NOON)


def test_a_call_counts_against_no_budget(store: Store, ticket: TicketId) -> None:
    mail = a_queued(ticket, mail=an_outgoing(recipient="crm"))
    with store.transaction() as tx:
        before = spending.spent_on(tx, [Wanted(mail.notification, ticket)], NOON).counts
        calls.add(tx, [a_call(ticket)])
        assert spending.spent_on(tx, [Wanted(mail.notification, ticket)], NOON).counts == before
        outbox.add(tx, [a_queued(ticket, mail=an_outgoing(recipient="crm"), event="other")])
        assert spending.spent_on(tx, [Wanted(mail.notification, ticket)], NOON).counts != before


def test_calls_about_spam_that_were_not_made_never_are(store: Store, ticket: TicketId) -> None:
    queue(store, a_call(ticket))
    with store.transaction() as tx:
        assert spam.silence(tx, ticket, Reason("spam", "marked", "a person says so")) == 1
    assert take(store) == ()


def test_a_mail_is_still_shown_as_one(store: Store, ticket: TicketId) -> None:
    with store.transaction() as tx:
        outbox.add(tx, [a_queued(ticket)])
        (view,) = outbox.list_entries(tx)
    assert (view.channel, view.kind) == (Channel.MAIL, NotificationKind.CONFIRMATION)
