"""Mail that waits for a scanner, is judged by people, and is forgotten in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from maild.decide.plan import Plan
from maild.errors import NotFound
from maild.model import Address, ArticleKind, Disposition, EntryId, OutboxState, Reason
from maild.store import apply, inbox, inbox_views, outbox, spam
from maild.store.engine import Store
from maild.store.schema import raw_mail, raw_piece
from maild.store.states import InboxState
from tests.builders import ADA, NOON
from tests.store.kit import (
    a_plan,
    a_queued,
    a_received_mail,
    an_article,
    apply_plans,
    claim,
    done,
    finish,
    keep,
    keys,
    open_ticket,
)

WHY = Reason("staff", "spam", "marked as spam by Grace")
GTUBE = Reason("screening", "spam", "rspamd says spam: reject")
DAY = timedelta(days=1)


def a_quarantined(store: Store, code: str = "spam", at: datetime = NOON, **changes: object) -> EntryId:
    (entry,) = keep(store, a_received_mail(received_at=at, **changes))
    claim(store, now=at, limit=1)
    decide(store, entry, Reason("screening", code, code), at)
    return entry


def decide(store: Store, entry: EntryId, why: Reason, at: datetime, owner: str = "n/1") -> None:
    """What `write` does with a plan that only sets aside."""
    with store.transaction() as tx:
        it = spam.suspect(tx, entry).entry
        apply.apply(tx, [apply.Decided(Plan(Disposition.QUARANTINED, (why,)), None, it)], at)
        aside = {"disposition": Disposition.QUARANTINED, "reasons": (why,), "cause": why.code}
        inbox.finish(tx, [inbox.Finished(entry, owner, **aside)])


def view(store: Store, entry: EntryId) -> inbox_views.EntryView:
    with store.reading() as tx:
        return inbox_views.show(tx, entry)


def expire(store: Store, now: datetime, limit: int = 100) -> int:
    return store.retrying(lambda tx: spam.expire(tx, now, 30, limit))


def hold(store: Store, now: datetime, *entries: EntryId, owner: str = "n/1") -> None:
    store.retrying(lambda tx: spam.hold(tx, owner, dict.fromkeys(entries, "clamd: Connection refused"), now))


# ---- held ------------------------------------------------------------------------------------------------------


def test_a_held_mail_waits_uncharged_and_comes_again(store: Store) -> None:
    kept = keep(store, a_received_mail(), a_received_mail())
    claim(store)
    hold(store, NOON, *kept)
    assert [(view(store, one).state, view(store, one).attempts) for one in kept] == [(InboxState.WAITING, 0)] * 2
    assert claim(store, now=NOON) == ()
    assert [one.id for one in claim(store, "n/2", NOON + timedelta(seconds=5))] == list(kept)


def test_it_waits_longer_the_longer_it_has_been_here(store: Store) -> None:
    (entry,) = keep(store, a_received_mail(received_at=NOON - 9 * DAY, kept_at=NOON))
    waits, now = [], NOON
    for _ in range(12):
        claim(store, now=now)
        hold(store, now, entry)
        due = view(store, entry).due_at
        assert due
        waits.append(due - now)
        now = due
    assert waits[0] == timedelta(seconds=5) and waits == sorted(waits)
    assert sum(waits, timedelta()) > timedelta(minutes=5) and max(waits) <= timedelta(minutes=15)


def test_who_lost_the_claim_holds_nothing(store: Store) -> None:
    (entry,) = keep(store, a_received_mail())
    claim(store, "n/2")
    hold(store, NOON, entry, owner="n/1")
    assert view(store, entry).state is InboxState.CLAIMED


def test_status_learns_how_many_wait_since_when_and_why(store: Store) -> None:
    with store.reading() as tx:
        assert spam.held(tx) is None
    first, second = keep(store, a_received_mail(received_at=NOON - DAY), a_received_mail())
    claim(store)
    hold(store, NOON, first, second)
    with store.reading() as tx:
        assert spam.held(tx) == spam.Held(2, NOON - DAY, "clamd: Connection refused")
    claim(store, now=NOON + DAY)
    finish(store, done(first), done(second))
    assert (view(store, first).cause, view(store, first).detail) == ("", "")
    with store.reading() as tx:
        assert spam.held(tx) is None


def test_a_mail_that_workers_died_of_keeps_its_cause_while_it_is_held(store: Store) -> None:
    (entry,) = keep(store, a_received_mail())
    claim(store)
    with store.transaction() as tx:
        inbox.charge(tx, entry, NOON, "cpu-budget", "the worker ended")
    claim(store)
    hold(store, NOON, entry)
    assert (view(store, entry).cause, view(store, entry).detail) == ("cpu-budget", "the worker ended")
    assert view(store, entry).due_at == NOON + timedelta(seconds=5)


# ---- judged by people ----------------------------------------------------------------------------------------


def a_ticket_by_mail(store: Store) -> tuple[EntryId, int]:
    (entry,) = keep(store, a_received_mail())
    (claimed,) = claim(store, limit=1)
    (applied,) = apply_plans(store, apply.Decided(a_plan(), keys(content_key=f"c{entry}"), claimed))
    assert applied.ticket
    finish(store, done(entry, disposition=Disposition.NEW_TICKET, ticket=applied.ticket.id))
    return entry, applied.ticket.id


def test_a_ticket_leads_to_the_entry_that_opened_it(store: Store) -> None:
    entry, number = a_ticket_by_mail(store)
    with store.transaction() as tx:
        assert spam.opener_of(tx, number) == entry
        found = spam.suspect(tx, entry)
        assert (found.ticket, found.opened, found.lonely) == (number, True, True)
        with pytest.raises(NotFound):
            spam.opener_of(tx, 4711)
        with pytest.raises(NotFound):
            spam.suspect(tx, EntryId(4711))


@pytest.mark.parametrize(
    ("kind", "author", "lonely"),
    [("note", "grace", True), ("outgoing", "grace", False), ("incoming", "bob", False), ("incoming", "ada", True)],
)
def test_a_ticket_is_lonely_while_nobody_has_answered_and_nobody_else_has_written(
    store: Store, kind: str, author: str, lonely: bool
) -> None:
    entry, number = a_ticket_by_mail(store)
    who = ADA if author == "ada" else Address("", f"{author}@acme.example")
    article = replace(an_article(number, author=who), kind=ArticleKind(kind))
    apply_plans(store, apply.Decided(Plan(None, (WHY,), (article,), ticket=number)))
    with store.transaction() as tx:
        assert spam.suspect(tx, entry).lonely is lonely


def test_a_mail_on_a_ticket_that_no_mail_has_opened_is_not_its_opener(store: Store) -> None:
    (entry,) = keep(store, a_received_mail())
    claim(store, limit=1)
    ticket = open_ticket(store)
    finish(store, done(entry, disposition=Disposition.FOLLOW_UP, ticket=ticket.id))
    with store.transaction() as tx:
        found = spam.suspect(tx, entry)
        assert (found.ticket, found.opened, found.lonely) == (ticket.id, False, False)
        with pytest.raises(NotFound, match="no mail has opened"):
            spam.opener_of(tx, ticket.id)


def test_set_aside_and_restored_is_as_before_with_both_words_in_its_reasons(store: Store) -> None:
    entry, number = a_ticket_by_mail(store)
    with store.transaction() as tx:
        spam.set_aside(tx, spam.suspect(tx, entry), WHY)
    aside = view(store, entry)
    assert (aside.state, aside.disposition, aside.cause) == (InboxState.QUARANTINED, Disposition.QUARANTINED, "spam")
    with store.transaction() as tx:
        spam.restore(tx, spam.suspect(tx, entry), replace(WHY, code="ham"), Disposition.NEW_TICKET)
    back = view(store, entry)
    assert (back.state, back.disposition, back.cause, back.ticket) == (
        InboxState.DONE,
        Disposition.NEW_TICKET,
        "",
        number,
    )
    assert [why.code for why in back.reasons][:2] == ["ham", "spam"]
    assert claim(store) == ()


def test_a_cleared_mail_comes_again_alone_and_cleared(store: Store) -> None:
    entry = a_quarantined(store)
    with store.transaction() as tx:
        spam.clear(tx, spam.suspect(tx, entry), WHY)
    (again,) = claim(store)
    assert (again.id, again.cleared, again.alone, again.attempts) == (entry, True, True, 0)


def test_mail_that_has_not_left_never_will_but_for_a_persons(store: Store) -> None:
    _, number = a_ticket_by_mail(store)
    with store.transaction() as tx:
        outbox.add(tx, [a_queued(number), a_queued(number, event="reply:1", by_person=True)])
        assert spam.silence(tx, number, WHY) == 1
    with store.reading() as tx:
        states = {one.event: one.state for one in outbox.list_entries(tx)}
    assert states == {"confirmation": OutboxState.SUPPRESSED, "reply:1": OutboxState.QUEUED}


# ---- forgotten -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["spam", "virus", "blocked"])
def test_what_is_old_expires_its_bytes_go_and_its_row_says_so(store: Store, code: str) -> None:
    entry = a_quarantined(store, code, raw=b"x" * 300_000)
    assert expire(store, NOON + 29 * DAY) == 0
    assert expire(store, NOON + 31 * DAY) == 1
    gone = view(store, entry)
    assert (gone.state, gone.disposition, gone.cause) == (InboxState.DONE, Disposition.QUARANTINED, "expired")
    assert [why.code for why in gone.reasons] == [code, "expired"]
    with store.reading() as tx:
        assert tx.execute(raw_piece.select()).all() == []
        assert [row.size for row in tx.execute(raw_mail.select())] == [300_000]
        with pytest.raises(NotFound, match="expired"):
            inbox_views.raw_of(tx, entry)
        with pytest.raises(NotFound, match="expired"):
            list(inbox_views.pieces_of(tx, entry))
    assert expire(store, NOON + 99 * DAY) == 0


@pytest.mark.parametrize("code", ["malformed-from", "too-deep", "bug"])
def test_what_needs_a_person_never_expires(store: Store, code: str) -> None:
    a_quarantined(store, code)
    assert expire(store, NOON + 999 * DAY) == 0


def test_what_a_person_marked_yesterday_is_not_old(store: Store) -> None:
    entry, _ = a_ticket_by_mail(store)
    later = NOON + 100 * DAY
    with store.transaction() as tx:
        it = spam.suspect(tx, entry)
        apply.apply(tx, [apply.Decided(Plan(Disposition.QUARANTINED, (WHY,)), entry=it.entry)], later)
        spam.set_aside(tx, it, WHY)
    assert expire(store, later + DAY) == 0
    assert expire(store, later + 31 * DAY) == 1


def test_bytes_stay_as_long_as_one_entry_needs_them(store: Store) -> None:
    first, second = keep(store, a_received_mail(recipients=("a@desk.example", "b@desk.example")))
    claim(store)
    decide(store, first, GTUBE, NOON)
    finish(store, done(second))
    assert expire(store, NOON + 31 * DAY) == 1
    with store.reading() as tx:
        assert inbox_views.raw_of(tx, second) == inbox_views.raw_of(tx, first) == a_received_mail().raw


def test_portions_are_bounded_and_all_goes_in_the_end(store: Store) -> None:
    for _ in range(7):
        a_quarantined(store)
    assert [expire(store, NOON + 31 * DAY, limit=3) for _ in range(4)] == [3, 3, 1, 0]
    with store.reading() as tx:
        assert tx.execute(raw_piece.select()).all() == []


def test_two_nodes_that_expire_one_mail_leave_no_bytes(store: Store) -> None:
    kept = keep(store, *[a_received_mail(recipients=("a@desk.example", "b@desk.example")) for _ in range(10)])
    claim(store, limit=50)
    for entry in kept:
        decide(store, entry, GTUBE, NOON)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: sum(expire(store, NOON + 31 * DAY, limit=3) for _ in range(9)), range(4)))
    assert sum(counts) == len(kept)
    with store.reading() as tx:
        assert tx.execute(raw_piece.select()).all() == []
