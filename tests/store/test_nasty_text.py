"""Whatever a mail decodes to can be stored, found again, and read back the same from both databases (law 11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from maild.cleaning import clean_text
from maild.decide import plan as plans
from maild.decide.facts import Facts
from maild.decide.plan import AddArticle, Change, Plan
from maild.model import Address, Attachment, Reason, Register, Role
from maild.rules.run import run
from maild.rules.view import RuleView
from maild.store import apply, inbox, lookup, outbox, tickets
from maild.store.decisions import (
    NamedChange,
    dump_facts,
    dump_plan,
    dump_ruled,
    load_facts_of,
    load_plan,
    load_ruled,
)
from maild.store.engine import Store
from tests.builders import ADA, NOON
from tests.rules.any_rules import RULE, VIEWS
from tests.rules.kit import DRAFT, rules
from tests.store.kit import LEASE, a_plan, a_queued, a_received_mail, an_article, an_outgoing, done, keys

NASTY = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\x00\ud800\udfff\r\n\x85\u2028%_'\"\\{}[]\x1a")))
PLAIN = st.text(st.characters(exclude_categories=("Cs",)))
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
IN_DATABASE = settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Undo(Exception):
    """Ends an example without leaving anything behind."""


@IN_DATABASE
@given(text=NASTY, name=NASTY, subject=NASTY)
@example(text="a\x00b\ud800", name="\udfff\x00", subject="\u2028\x85\r\n")
def test_any_text_is_kept_cleaned(store: Store, text: str, name: str, subject: str) -> None:
    person = Address(name, ADA.address)
    part = Attachment(name, subject, 1, "d" * 32, "e" * 64, "2", text)
    changes = (
        plans.RecordContact(person, Register.UNVERIFIED),
        plans.OpenTicket("service", "SD", subject, 3, tags=(text,), fields=((name, text),)),
        plans.JoinTicket(None, ADA.address, Role.REQUESTER),
        an_article(author=person, text=text, visible_text=text, subject=subject, attachments=(part,)),
        plans.IndexMessageIds(None, (text, name, text)),
    )
    plan = a_plan(changes=changes, reasons=(Reason("step", "code", text),))
    with pytest.raises(Undo), store.transaction() as tx:
        inbox.add(tx, [a_received_mail(message_id=text, parent_id=name, peer=subject)])
        (entry,) = inbox.claim(tx, "n/1", NOON, LEASE, 1, 1)
        asked = keys(message_ids=(text,), content_key=text, numbers=(name,), bounced_id=subject)
        (facts,) = lookup.load_facts(tx, [asked], NOON)
        (applied,) = apply.apply(tx, [apply.Decided(plan, asked, entry, facts)], NOON)
        assert applied.ticket
        outbox.add(tx, [a_queued(applied.ticket.id, event=text, mail=an_outgoing(message_id=name or "<o@x>"))])
        inbox.finish(tx, [done(entry.id, reasons=plan.reasons, cause=text)])
        view = tickets.show_ticket(tx, applied.ticket.id)
        assert view.articles[0].text == clean_text(text)
        assert (view.ticket.title, view.ticket.tags) == (clean_text(subject), (clean_text(text),))
        assert view.participants[0].contact.name == clean_text(name)
        (again,) = lookup.load_facts(tx, [asked], NOON)
        assert again.duplicate_of == entry.id
        assert [lead.ticket for lead in again.by_message_id] == [applied.ticket.id]
        raise Undo


st.register_type_strategy(str, PLAIN)
st.register_type_strategy(datetime, MOMENTS)


def without_texts(plan: Plan) -> Plan:
    """The article's text is kept in the article."""
    return replace(
        plan, changes=tuple(replace(one, text="") if isinstance(one, AddArticle) else one for one in plan.changes)
    )


@given(st.from_type(Facts))
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
def test_facts_are_read_back_as_they_were(facts: Facts) -> None:
    assert load_facts_of(dump_facts(facts)) == facts


@given(st.builds(Plan, ruled=st.none()))
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=100)
def test_a_plan_is_read_back_as_it_was_but_for_the_whole_text_of_articles(plan: Plan) -> None:
    assert load_plan(dump_plan(plan)) == without_texts(plan)


@given(VIEWS, st.lists(RULE, max_size=4))
@settings(max_examples=50, deadline=None)
def test_what_rules_saw_is_read_back_but_for_the_words_of_the_mail(view: RuleView, written: list[Any]) -> None:
    ruled = run(rules(*written), DRAFT, view).ruled
    wordless = replace(ruled, view=replace(ruled.view, subject="", text="", full_text="", headers=()))
    assert load_ruled(dump_ruled(ruled)) == wordless and dump_ruled(None) == "" and load_ruled("") is None


def test_a_plan_with_text_that_no_encoding_has_is_kept_without_that_text() -> None:
    plan = a_plan(reasons=(Reason("step", "code", "a\ud800b\x00"),))
    assert load_plan(dump_plan(plan)) == without_texts(a_plan(reasons=(Reason("step", "code", "ab"),)))


def test_every_kind_of_change_can_be_stored() -> None:
    assert set(NamedChange.__annotations__) == {kind.__name__ for kind in get_args(Change)}
