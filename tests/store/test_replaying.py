"""What rules were asked about, as the replay reads it: each mail once, by its last decision, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select

from maild import pipeline
from maild.decide.policy import Policy
from maild.model import ReceivedMail, Source
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.replaying import replay
from maild.steps.watch import NO_WATCH
from maild.store import replaying
from maild.store.decisions import dump_ruled, load_ruled
from maild.store.engine import Store
from maild.store.schema import decision, inbox_entry, raw_piece
from tests.builders import NOON, SUPPORT, TOKENS, a_desk
from tests.rules.kit import rules
from tests.scenarios.world import a_mail

SUBJECTS = ("one", "two", "three")


@pytest.fixture
def taken(store: Store) -> Iterator[Store]:
    """Three mails that opened tickets."""
    policy = Policy(version="v", desks=(a_desk(),), templates=builtin_templates())
    house = House(store, lambda: NOON, policy, TOKENS, Renderer(policy.templates, TOKENS, "mx.desk.example"))
    raws = (a_mail(subject=one, text=f"about {one}").as_bytes() for one in SUBJECTS)
    mails = [ReceivedMail(raw, Source.SMTP, "x@y.example", (SUPPORT.address,), NOON) for raw in raws]
    pipeline.receive(store, mails)
    while pipeline.process(house, "n/1", NO_WATCH):
        pass
    yield store


def decide_again(store: Store, number: int, *, ruled: bool = True) -> None:
    """Another decision on this mail, an hour later; `ruled` False: one in which rules had no say."""
    with store.transaction() as tx:
        row = tx.execute(select(decision).where(decision.c.entry_id == number)).one()._asdict()
        old = load_ruled(row.pop("ruled"))
        assert old is not None and row.pop("id")
        later = {"ruled": dump_ruled(old) if ruled else "", "at": NOON + timedelta(hours=1), "policy": "later"}
        tx.execute(insert(decision).values(row | later))


def seen(store: Store, since: timedelta = timedelta(0)) -> list[tuple[int, str, str]]:
    """Entry, subject and text of each mail that is looked at."""
    with store.reading() as tx:
        found = list(replaying.kept(tx, NOON + since))
        assert replaying.count(tx, NOON + since) == len(found)
    assert all(one.complete and one.at >= NOON + since for one in found)
    return [(one.entry, one.ruled.view.subject, one.ruled.view.text.strip()) for one in found]


def test_each_mail_is_there_with_its_words(taken: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    every = [(number, one, f"about {one}") for number, one in enumerate(SUBJECTS, 1)]
    assert seen(taken) == every
    for size in (1, 2, 3):
        monkeypatch.setattr(replaying, "PAGE", size)
        assert seen(taken) == every
    assert seen(taken, timedelta(seconds=1)) == []


def test_a_mail_that_was_decided_twice_is_looked_at_once_as_it_was_last(taken: Store) -> None:
    decide_again(taken, 1)
    assert [entry for entry, _, _ in seen(taken)] == [2, 3, 1]
    assert [entry for entry, _, _ in seen(taken, timedelta(minutes=30))] == [1]


def test_a_decision_in_which_rules_had_no_say_does_not_hide_the_one_before(taken: Store) -> None:
    decide_again(taken, 1, ruled=False)
    assert [entry for entry, _, _ in seen(taken)] == [1, 2, 3]


def test_a_mail_whose_raw_bytes_have_expired_is_left_out_where_they_are_needed(taken: Store) -> None:
    with taken.transaction() as tx:
        raw = tx.execute(select(inbox_entry.c.raw_id).where(inbox_entry.c.id == 2)).scalar_one()
        tx.execute(delete(raw_piece).where(raw_piece.c.raw_id == raw))
    by_header, by_subject = rules({"when": {"header": {"x-a": "*"}}, "then": {"tag": "t"}}), rules()
    with taken.reading() as tx:
        assert [one.entry for one in replay(tx, by_header, NOON)] == [1, 3]
        assert [one.entry for one in replay(tx, by_subject, NOON)] == [1, 2, 3]
