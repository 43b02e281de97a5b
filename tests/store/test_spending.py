"""What was sent lately, counted; breakers kept; digests found when due. On both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from maild.decide.told.breaker import EVERYBODY, STRANGERS, of_address, of_bounces
from maild.decide.told.budgets import Wanted, likeness
from maild.decide.told.digests import digest
from maild.model import (
    Address,
    Breaker,
    Notification,
    NotificationKind,
    OutboxState,
    Reason,
    Register,
    Stand,
    Suppressed,
    TicketId,
)
from maild.store import digests, outbox, spending
from maild.store.engine import Store, open_store
from tests.builders import ADA, BOB, NOON
from tests.store.kit import a_queued, an_outgoing, open_ticket

HOUR = timedelta(hours=1)
WHY = Reason("gate", "budget-alike", "enough")


def wanted(who: Address = ADA, ticket: TicketId | None = None) -> Wanted:
    return Wanted(Notification(NotificationKind.CONFIRMATION, "confirmation", who, "en"), ticket)


def silent(ticket: TicketId, event: str, **changes: object) -> outbox.Silent:
    usual = {"kind": NotificationKind.CONFIRMATION, "event": event, "recipient": ADA.address, "reason": WHY}
    return outbox.Silent(Suppressed(**(usual | changes)), ticket)  # type: ignore[arg-type]


def test_automatic_mails_of_the_last_hour_and_day_are_counted(store: Store) -> None:
    ticket = open_ticket(store)
    ages = {"now": 0, "hour": 59, "older": 61, "day": 24 * 60 - 1, "yesterday": 24 * 60}
    with store.transaction() as tx:
        for event, minutes in ages.items():
            outbox.add(tx, [a_queued(ticket.id, event=event, created_at=NOON - timedelta(minutes=minutes))])
        outbox.add(tx, [a_queued(ticket.id, event="reply", by_person=True)])
        outbox.add(tx, [a_queued(ticket.id, event="bob", mail=an_outgoing(recipient=BOB.address), unverified=True)])
        outbox.suppress(tx, [silent(ticket.id, "silent")], NOON)
        spent = spending.spent_on(tx, [wanted(), wanted(ticket=ticket.id)], NOON, lock=True).counts
    expected = {
        ("address-hour", ADA.address): 2,
        ("address-day", ADA.address): 4,
        ("alike", ADA.address, likeness(wanted().mail)): 2,
        ("thread-hour", str(ticket.id), ADA.address): 2,
        ("thread-day", str(ticket.id), ADA.address): 4,
        ("domain", "acme.example"): 3,
        (EVERYBODY,): 3,
        (STRANGERS,): 1,
        (STRANGERS, "acme.example"): 1,
    }
    assert {key: spent[key] for key in expected} == expected


def test_breakers_are_kept_moved_listed_and_forgotten(store: Store) -> None:
    ada, bob = of_address(ADA.address), of_bounces(BOB.address)
    with store.transaction() as tx:
        spending.keep(tx, [Breaker(ada, Stand.OPEN, NOON + HOUR), Breaker(bob, Stand.CLOSED, NOON + HOUR)])
        spending.keep(tx, [Breaker(ada, Stand.HALF_OPEN, NOON + 2 * HOUR, 2, 1)])
        assert spending.spent_on(tx, [wanted()], NOON).breakers == {
            ada: Breaker(ada, Stand.HALF_OPEN, NOON + 2 * HOUR, 2, 1)
        }
        assert [one.scope for one in spending.list_breakers(tx, NOON)] == [ada]
        assert [one.stand for one in spending.list_breakers(tx, NOON + timedelta(hours=3))] == []
        spending.keep(tx, [Breaker(STRANGERS, Stand.OPEN, NOON + HOUR)])
        assert [one.stand for one in spending.list_breakers(tx, NOON + 2 * HOUR)] == [Stand.HALF_OPEN]
        assert spending.reset(tx, STRANGERS)
        assert spending.reset(tx, ada) and not spending.reset(tx, ada)
        assert spending.forget(tx, NOON + timedelta(days=100)) == 1


def test_what_was_held_back_is_summed_up_once_when_it_is_due(store: Store) -> None:
    tickets = [open_ticket(store) for _ in range(3)]
    with store.transaction() as tx:
        for one in tickets:
            outbox.suppress(tx, [silent(one.id, "confirmation", digest_at=NOON + HOUR)], NOON)
        outbox.suppress(tx, [silent(tickets[0].id, "never")], NOON)
        assert digests.due_digests(tx, NOON, 10) == ()
        (unsent,) = digests.due_digests(tx, NOON + HOUR, 10)
        assert digests.due_digests(tx, NOON + HOUR, 10) == ()
    assert (unsent.recipient, len(unsent.entries), unsent.register) == (ADA, 3, Register.UNVERIFIED)
    assert digest(unsent).notifications[0].unverified
    assert not digest(replace(unsent, register=Register.REGISTERED)).notifications[0].unverified
    assert [one.id for one in unsent.tickets] == [one.id for one in tickets]


def test_a_mail_that_waits_for_its_digest_holds_up_no_other_mail_of_its_ticket(store: Store) -> None:
    ticket = open_ticket(store)
    with store.transaction() as tx:
        outbox.suppress(tx, [silent(ticket.id, "confirmation", digest_at=NOON + HOUR)], NOON)
        outbox.add(tx, [a_queued(ticket.id, event="status:solved")])
        assert outbox.counts(tx).oldest == NOON
        assert len(outbox.claim(tx, "n/outbox", NOON, HOUR, 10)) == 1
        assert outbox.is_due(tx, NOON + HOUR) is False
        assert len(outbox.list_entries(tx, OutboxState.SUPPRESSED)) == 1


def test_a_delayed_mail_goes_when_its_time_has_come(store: Store) -> None:
    with store.transaction() as tx:
        outbox.add(tx, [a_queued(None, not_before=NOON + HOUR)])
        assert outbox.claim(tx, "n/outbox", NOON, HOUR, 10) == ()
        assert len(outbox.claim(tx, "n/outbox", NOON + HOUR, HOUR, 10)) == 1


def test_totals_are_counted_from_an_index_alone(sqlite_url: str) -> None:
    """However large the outbox has grown: an hour's totals touch an hour's index rows, and no mail."""
    store = open_store(sqlite_url)
    with store.reading() as tx:
        written = spending.CROWDS.params(an_hour_ago=NOON).compile(
            dialect=tx.dialect, compile_kwargs={"literal_binds": True}
        )
        plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}").all()
    store.close()
    assert any("COVERING INDEX ix_outbox_entry_totals" in row.detail for row in plan), plan
