"""The outbox: each mail once, in order, and after a lost answer at most once more (law 10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from maild.errors import NotFound
from maild.model import (
    Delivery,
    DeliveryResult,
    NotificationKind,
    OutboxEntry,
    OutboxId,
    OutboxState,
    Reason,
    Suppressed,
    TicketId,
)
from maild.store import outbox, tickets
from maild.store.engine import Store
from tests.builders import ADA, BOB, NOON
from tests.store.kit import LEASE, a_queued, an_outgoing, open_ticket

SOON = timedelta(minutes=1)
WHY = Reason("notify", "budget-day", "an address gets 20 automatic mails a day")


@pytest.fixture
def ticket(store: Store) -> TicketId:
    return open_ticket(store).id


def queue(store: Store, *queued: outbox.Queued) -> int:
    with store.transaction() as tx:
        return outbox.add(tx, queued)


def take(store: Store, owner: str = "n/1", now: datetime = NOON, limit: int = 10) -> tuple[OutboxEntry, ...]:
    with store.transaction() as tx:
        return outbox.claim(tx, owner, now, LEASE, limit)


def again(attempts: int, now: datetime) -> datetime | None:
    return now + SOON if attempts < 3 else None


def tell(store: Store, entry: OutboxId, result: DeliveryResult, now: datetime = NOON) -> outbox.OutboxView:
    with store.transaction() as tx:
        outbox.record(tx, [Delivery(entry, now, result, "250 or not")], now, again)
        return outbox.show(tx, entry)


def events(store: Store, ticket: TicketId) -> list[str]:
    with store.reading() as tx:
        return [one.kind for one in tickets.show_ticket(tx, ticket).events if one.actor == "outbox"]


def test_a_mail_is_sent_as_it_was_finished(store: Store, ticket: TicketId) -> None:
    mail = an_outgoing(raw=bytes(range(256)), mail_from="support@desk.example")
    assert queue(store, a_queued(ticket, mail=mail)) == 1
    (entry,) = take(store)
    assert entry == OutboxEntry(entry.id, ticket, mail, 1, NOON, ambiguous=False)
    assert take(store) == ()


def test_the_same_occasion_is_told_once(store: Store, ticket: TicketId) -> None:
    assert queue(store, a_queued(ticket), a_queued(ticket)) == 1
    assert queue(store, a_queued(ticket), a_queued(ticket, event="status:solved")) == 1
    assert queue(store, a_queued(ticket, mail=an_outgoing(recipient=BOB.address))) == 1


def test_what_is_not_sent_is_recorded_with_its_reason_and_stays_unsent(store: Store, ticket: TicketId) -> None:
    silent = Suppressed(NotificationKind.CONFIRMATION, "confirmation", ADA.address, WHY)
    with store.transaction() as tx:
        assert outbox.suppress(tx, [outbox.Silent(silent, ticket)], NOON) == 1
    assert queue(store, a_queued(ticket)) == 0
    assert take(store) == ()
    with store.reading() as tx:
        (view,) = outbox.list_entries(tx, OutboxState.SUPPRESSED)
    assert (view.reasons, view.recipient, view.ticket) == ((WHY,), ADA.address, ticket)


def test_mails_of_one_ticket_to_one_person_go_in_order(store: Store, ticket: TicketId) -> None:
    other = open_ticket(store).id
    queue(store, *[a_queued(ticket, event=event) for event in ("1", "2", "3")])
    queue(store, a_queued(ticket, mail=an_outgoing(recipient=BOB.address)), a_queued(other))
    first, to_bob, about_other = take(store)
    assert [first.ticket, to_bob.mail.recipient, about_other.ticket] == [ticket, BOB.address, other]
    assert tell(store, first.id, DeliveryResult.DEFERRED).due_at == NOON + SOON
    assert take(store) == ()
    (first_again,) = take(store, now=NOON + SOON)
    tell(store, first_again.id, DeliveryResult.SENT)
    (second,) = take(store)
    assert (first_again.id, first_again.attempts, second.id) == (first.id, 2, first.id + 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_goes_before_a_mail_is_looked_for_among_its_tickets_mails_not_among_its_recipients(store: Store) -> None:
    """Somebody who has got thousands of mails is not read through for each further one. PostgreSQL knows by its
    statistics which of the two are few."""
    said: list[tuple[str, object]] = []
    with store.transaction() as tx:
        event.listen(tx, "before_cursor_execute", lambda *call: said.append((call[2], call[3])))
        outbox.claim(tx, "n/1", NOON, LEASE, 10)
        statement, values = said[0]
        plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    earlier = [str(row[-1]) for row in plan if "earlier" in str(row[-1])]
    assert earlier and all("ticket_id=" in line for line in earlier), plan


def test_senders_never_get_the_same_mail(store: Store, ticket: TicketId) -> None:
    queue(store, *[a_queued(ticket, mail=an_outgoing(recipient=f"p{number}@x.example")) for number in range(60)])

    def work(sender: int) -> list[OutboxId]:
        mine: list[OutboxId] = []
        while entries := store.retrying(lambda tx: outbox.claim(tx, f"n/{sender}", NOON, LEASE, 4)):
            sent = [Delivery(entry.id, NOON, DeliveryResult.SENT) for entry in entries]
            store.retrying(lambda tx, sent=sent: outbox.record(tx, sent, NOON, again))
            mine += [entry.id for entry in entries]
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = Counter(entry for mine in pool.map(work, range(4)) for entry in mine)
    assert len(taken) == 60 and set(taken.values()) == {1}


@pytest.mark.parametrize("no", [DeliveryResult.DEFERRED, DeliveryResult.RELAY_REFUSED])
def test_a_mail_that_is_put_off_too_often_has_failed_and_a_person_is_told(
    store: Store, ticket: TicketId, no: DeliveryResult
) -> None:
    queue(store, a_queued(ticket))
    now = NOON
    for _ in range(2):
        (entry,) = take(store, now=now)
        assert tell(store, entry.id, no, now).state is OutboxState.DEFERRED
        now += SOON
    (entry,) = take(store, now=now)
    view = tell(store, entry.id, no, now)
    assert (view.state, view.due_at, len(view.deliveries)) == (OutboxState.FAILED, None, 3)
    assert events(store, ticket) == ["delivery/failed"]


def test_a_refused_mail_has_failed(store: Store, ticket: TicketId) -> None:
    queue(store, a_queued(ticket))
    (entry,) = take(store)
    assert tell(store, entry.id, DeliveryResult.REFUSED).state is OutboxState.FAILED
    assert events(store, ticket) == ["delivery/failed"]


def test_a_mail_that_may_have_arrived_is_sent_once_more_and_no_more(store: Store, ticket: TicketId) -> None:
    queue(store, a_queued(ticket))
    (first,) = take(store)
    assert tell(store, first.id, DeliveryResult.AMBIGUOUS).state is OutboxState.QUEUED
    (second,) = take(store)
    assert (second.mail, second.ambiguous) == (first.mail, True)
    assert tell(store, second.id, DeliveryResult.DEFERRED).ambiguous
    (third,) = take(store, now=NOON + SOON)
    view = tell(store, third.id, DeliveryResult.AMBIGUOUS)
    assert (view.state, view.due_at) == (OutboxState.UNKNOWN, None)
    assert events(store, ticket) == ["delivery/unknown"]


def ends(store: Store, node: str | None, now: datetime) -> int:
    with store.transaction() as tx:
        return outbox.recover(tx, node, now)


@pytest.mark.parametrize(
    ("how", "count"),
    [
        (lambda store: ends(store, "n", NOON), 1),
        (lambda store: ends(store, "other", NOON), 0),
        (lambda store: ends(store, None, NOON + LEASE), 1),
        (lambda store: ends(store, None, NOON + LEASE - SOON / 2), 0),
    ],
)
def test_what_a_dead_sender_left_may_have_arrived(
    store: Store, ticket: TicketId, how: Callable[[Store], int], count: int
) -> None:
    queue(store, a_queued(ticket))
    take(store, "n/1")
    assert how(store) == count
    assert [entry.ambiguous for entry in take(store, now=NOON + LEASE)] == [True] * count


def test_a_late_word_counts_only_if_it_says_that_the_mail_arrived(store: Store, ticket: TicketId) -> None:
    queue(store, a_queued(ticket))
    (entry,) = take(store)
    assert ends(store, "n", NOON) == 1
    assert tell(store, entry.id, DeliveryResult.REFUSED).state is OutboxState.QUEUED
    view = tell(store, entry.id, DeliveryResult.SENT)
    assert (view.state, view.due_at, len(view.deliveries)) == (OutboxState.SENT, None, 3)


def test_a_person_sends_a_failed_mail_again(store: Store, ticket: TicketId) -> None:
    queue(store, a_queued(ticket))
    (entry,) = take(store)
    with store.transaction() as tx, pytest.raises(NotFound):
        outbox.retry(tx, entry.id, NOON)
    tell(store, entry.id, DeliveryResult.REFUSED)
    with store.transaction() as tx:
        assert outbox.counts(tx) == outbox.OutboxCounts(0, 0, 0, 1, 0, None)
        outbox.retry(tx, entry.id, NOON)
        assert outbox.counts(tx) == outbox.OutboxCounts(1, 0, 0, 0, 0, NOON)
    assert [one.attempts for one in take(store)] == [1]


def test_parked_mail_goes_when_it_is_released_and_never_before(store: Store, ticket: TicketId) -> None:
    parked = a_queued(ticket, parked=True)
    queue(store, parked)
    assert take(store, now=NOON + timedelta(days=9)) == ()
    with store.transaction() as tx:
        assert outbox.counts(tx).parked == 1
        assert outbox.counts(tx).oldest is None
        assert outbox.release(tx, NOON + SOON, [OutboxId(99)]) == 0
        assert outbox.release(tx, NOON + SOON) == 1
    assert [one.mail for one in take(store, now=NOON + SOON)] == [parked.mail]


def test_parked_mail_that_a_person_drops_stays_to_be_looked_at(store: Store, ticket: TicketId) -> None:
    queue(store, a_queued(ticket, parked=True))
    with store.transaction() as tx:
        (entry,) = outbox.list_entries(tx, OutboxState.PARKED)
        assert outbox.drop(tx, NOON, [entry.id]) == 1
        assert outbox.release(tx, NOON) == 0
        shown = outbox.show(tx, entry.id)
    assert (shown.state, shown.raw != b"") == (OutboxState.SUPPRESSED, True)
    assert "a person" in shown.reasons[0].text


def test_mail_that_nobody_can_deliver_is_given_up_by_number_and_not_with_all(store: Store, ticket: TicketId) -> None:
    queue(store, a_queued(ticket))
    (entry,) = take(store)
    assert tell(store, entry.id, DeliveryResult.REFUSED).state is OutboxState.FAILED
    with store.transaction() as tx:
        assert outbox.drop(tx, NOON) == 0
        assert outbox.counts(tx).failed == 1
        assert outbox.drop(tx, NOON, [entry.id]) == 1
        assert outbox.counts(tx).failed == 0
        assert outbox.show(tx, entry.id).reasons[0].code == "dropped"
