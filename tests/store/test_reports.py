"""What a report is made of, in both databases: whose requests, of when, and nothing that stays inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from maild.decide.asked.periods import Period
from maild.decide.asked.reporting import Level, Request, Standing
from maild.decide.facts import Facts
from maild.decide.mail.screening import SPAM
from maild.decide.plan import (
    AddArticle,
    Change,
    JoinTicket,
    MergeTickets,
    OpenTicket,
    RecordContact,
    SetPromise,
    SetStatus,
)
from maild.directory import Directory, OrganisationRecord, PersonRecord
from maild.model import (
    Address,
    Aim,
    ArticleKind,
    Promise,
    PromiseState,
    Register,
    Role,
    Status,
    TicketId,
)
from maild.store import register, reports
from maild.store.apply import Decided
from maild.store.decisions import dump_facts, load_facts_of
from maild.store.engine import Store
from maild.store.schema import inbox_entry
from maild.store.states import InboxState
from tests.builders import ADA, BOB, NOON, STRANGER
from tests.store.kit import a_plan, an_article, apply_plans, decided_mail, keys

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DORA = Address("Dora", "dora@beta.example")
SPAN = Period(NOON - DAY, NOON + 30 * DAY, "UTC")
MOST = 100
GRACE = Address("Grace", "grace@desk.example")


def customer(key: str, *people: Address) -> OrganisationRecord:
    contacts = tuple(
        PersonRecord(name=one.name, addresses=(one.address,), register=Register.AUTHORISED) for one in people
    )
    return OrganisationRecord(key=key, name=f"{key.title()} Clinic", contacts=contacts)


@pytest.fixture
def known(store: Store) -> Store:
    """A register of two customers."""
    with store.transaction() as tx:
        directory = Directory(organisations=(customer("acme", ADA, BOB), customer("beta", DORA)))
        register.import_directory(tx, directory, NOON)
    return store


def opened(store: Store, who: Address = ADA, now: datetime = NOON, *more: Change, **changes: Any) -> TicketId:
    """A new ticket of somebody's, as a plan of no mail opens it."""
    ticket = OpenTicket(**({"desk": "service", "prefix": "SD", "title": f"of {who.name}", "priority": 3} | changes))
    changed = (
        RecordContact(who, Register.UNVERIFIED),
        ticket,
        JoinTicket(None, who.address, Role.REQUESTER),
        an_article(author=who),
        *more,
    )
    (applied,) = apply_plans(store, Decided(a_plan(changes=changed)), now=now)
    assert applied.ticket
    return applied.ticket.id


def then(store: Store, ticket: TicketId, now: datetime, *changes: Change) -> None:
    apply_plans(store, Decided(a_plan(disposition=None, changes=changes, ticket=ticket)), now=now)


def log(store: Store, key: str = "acme", now: datetime = NOON + DAY, **more: Any) -> tuple[Request, ...]:
    asked = {"desks": None, "span": SPAN, "now": now, "most": MOST} | more
    with store.reading() as tx:
        return reports.of_organisation(tx, key, **asked)


def titles(requests: tuple[Request, ...]) -> list[str]:
    return [one.title for one in requests]


# ---- whose, and of when ----------------------------------------------------------------------------


def test_a_log_holds_what_the_organisations_people_asked_and_nobody_elses(known: Store) -> None:
    for who in (ADA, DORA, BOB, STRANGER):
        opened(known, who)
    assert titles(log(known)) == ["of Ada Lovelace", "of Bob"]
    assert titles(log(known, "beta")) == ["of Dora"]
    assert log(known, "") == () and log(known, "gamma") == ()


def test_who_reads_along_or_joins_as_a_second_requester_does_not_make_it_theirs(known: Store) -> None:
    opened(known, DORA, NOON, JoinTicket(None, ADA.address, Role.CC))
    opened(known, BOB, NOON, JoinTicket(None, DORA.address, Role.REQUESTER))
    assert titles(log(known)) == ["of Bob"] and titles(log(known, "beta")) == ["of Dora"]


def test_what_may_be_a_strangers_in_their_name_is_not_in_it(known: Store) -> None:
    opened(known, ADA, unverified=True)
    assert log(known) == ()


def test_the_period_begins_with_its_first_instant_and_ends_before_its_last(known: Store) -> None:
    for at in (SPAN.begins - HOUR, SPAN.begins, SPAN.ends - HOUR, SPAN.ends):
        opened(known, ADA, at)
    assert [one.opened_at for one in log(known)] == [SPAN.begins, SPAN.ends - HOUR]


def test_it_can_be_of_some_desks_only_and_is_bounded(known: Store) -> None:
    opened(known, ADA)
    opened(known, BOB, NOON + HOUR, desk="billing")
    assert titles(log(known, desks={"billing"})) == ["of Bob"]
    assert titles(log(known, most=1)) == ["of Ada Lovelace"]
    with known.reading() as tx:
        whole = reports.report(tx, "acme", None, SPAN, NOON, 1)
    assert (whole.organisation, len(whole.requests), whole.more) == ("Acme Clinic", 1, True)


def test_what_was_spam_is_in_no_log(known: Store) -> None:
    one = decided_mail(known)
    assert one.entry
    apply_plans(known, one)
    assert titles(log(known)) == ["Printer"]
    with known.transaction() as tx:
        tx.execute(update(inbox_entry).values(cause=SPAM, state=InboxState.QUARANTINED))
    assert log(known) == ()


# ---- what is in it ---------------------------------------------------------------------------------


def an_answer(ticket: TicketId | None, **changes: Any) -> AddArticle:
    return AddArticle(ticket, ArticleKind.OUTGOING, GRACE, "secret words", "secret words", **changes)


def test_the_first_answer_is_the_first_word_of_ours_that_went_out(known: Store) -> None:
    ticket = opened(known)
    note = AddArticle(ticket, ArticleKind.NOTE, GRACE, "secret words", "secret words")
    assert log(known)[0].answered_at is None
    then(known, ticket, NOON + HOUR, note, an_answer(ticket, automatic=True))
    then(known, ticket, NOON + 2 * HOUR, an_answer(ticket))
    then(known, ticket, NOON + 3 * HOUR, an_answer(ticket))
    (one,) = log(known)
    assert one.answered_at == NOON + 2 * HOUR
    assert "secret" not in repr(one) and "It burns" not in repr(one) and GRACE.name not in repr(one)


def test_what_was_answered_before_on_a_ticket_that_was_merged_into_it_is_no_answer_to_it(known: Store) -> None:
    earlier, ticket = opened(known), opened(known, now=NOON + 2 * HOUR)
    then(known, earlier, NOON + HOUR, an_answer(earlier))
    then(known, earlier, NOON + 3 * HOUR, MergeTickets(earlier, ticket, "the same"))
    assert log(known)[1].answered_at is None
    then(known, ticket, NOON + 4 * HOUR, an_answer(ticket))
    assert log(known)[1].answered_at == NOON + 4 * HOUR


def test_it_says_when_a_request_was_solved_and_closed_and_forgets_it_when_it_is_reopened(known: Store) -> None:
    ticket = opened(known)
    then(known, ticket, NOON + HOUR, SetStatus(ticket, Status.SOLVED))
    then(known, ticket, NOON + 2 * HOUR, SetStatus(ticket, Status.CLOSED))
    (one,) = log(known)
    assert (one.solved_at, one.closed_at, one.status) == (NOON + HOUR, NOON + 2 * HOUR, Status.CLOSED)
    then(known, ticket, NOON + 3 * HOUR, SetStatus(ticket, Status.OPEN))
    (one,) = log(known)
    assert (one.solved_at, one.closed_at, one.status) == (None, None, Status.OPEN)


def test_it_says_what_was_promised_and_what_became_of_it(known: Store) -> None:
    due = NOON + HOUR
    answer = Promise(Aim.RESPONSE, PromiseState.MET, NOON, due, HOUR, True, "", met_at=NOON)
    solution = Promise(Aim.SOLUTION, PromiseState.RUNNING, NOON, due, HOUR, True, "")
    opened(known, ADA, NOON, SetPromise(None, answer), SetPromise(None, solution))
    (one,) = log(known)
    assert one.response == Level(due, Standing.KEPT) and one.solution == Level(due, Standing.MISSED)
    assert log(known, now=NOON)[0].solution == Level(due, Standing.OPEN)


def test_a_request_says_who_asked_and_what_in_its_own_words(known: Store) -> None:
    number = opened(known, ADA, type="problem", title="It burns", desk="service")
    (one,) = log(known)
    assert one == Request(f"SD-{number}", "service", NOON, "Ada Lovelace", "It burns", "problem", 3, Status.NEW)


def test_a_desks_figures_are_made_of_all_that_was_asked_there(known: Store) -> None:
    for who in (ADA, DORA, STRANGER):
        opened(known, who)
    opened(known, ADA, desk="billing")
    with known.reading() as tx:
        found = reports.of_desk(tx, "service", SPAN, NOON, MOST)
    assert titles(found) == ["of Ada Lovelace", "of Dora", "of Mallory"]


# ---- by mail ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("standing", [one for one in Register if one is not Register.AUTHORISED])
def test_nothing_is_looked_up_for_whoever_is_not_authorised(known: Store, standing: Register) -> None:
    opened(known, ADA)
    with known.transaction() as tx:
        (ada,) = register.find_contacts(tx, [ADA.address])
        asked = keys(report=SPAN)
        assert reports.report_for(tx, asked, ada, NOON)
        assert reports.report_for(tx, asked, replace(ada, register=standing), NOON) is None
        assert reports.report_for(tx, asked, replace(ada, organisation=""), NOON) is None
        assert reports.report_for(tx, asked, None, NOON) is None
        assert reports.report_for(tx, keys(), ada, NOON) is None


def test_by_mail_it_is_of_the_desk_that_was_written_to(known: Store) -> None:
    opened(known, ADA)
    opened(known, BOB, desk="billing")
    with known.reading() as tx:
        (ada,) = register.find_contacts(tx, [ADA.address])
        found = reports.report_for(tx, keys(report=SPAN), ada, NOON)
    assert found and titles(found.requests) == ["of Ada Lovelace"]


def test_what_a_report_was_made_of_is_kept_with_the_decision(known: Store) -> None:
    promised = Promise(Aim.RESPONSE, PromiseState.MET, NOON, NOON, HOUR, True, "", met_at=NOON)
    opened(known, ADA, NOON, SetPromise(None, promised))
    with known.reading() as tx:
        facts = Facts(report=reports.report(tx, "acme", None, SPAN, NOON, MOST))
    assert facts.report and facts.report.requests and load_facts_of(dump_facts(facts)) == facts
