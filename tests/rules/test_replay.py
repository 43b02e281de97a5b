"""Other rules, asked about what was decided before: only what would be different, with the rule it is owed to."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.model import ProposalKind, Status
from maild.rules.actions import ACTIONS
from maild.rules.model import Draft, Ruled
from maild.rules.replay import Changed, in_words, replayed
from maild.rules.run import run
from tests.rules.any_rules import RULE, VIEWS
from tests.rules.kit import DRAFT, a_view, rules


def decided(*written: dict[str, Any], draft: Draft = DRAFT) -> Ruled:
    return run(rules(*written), draft, a_view(subject="down")).ruled


@settings(max_examples=150, deadline=None)
@given(st.lists(RULE, max_size=4), VIEWS)
def test_the_same_rules_change_nothing(written: list[dict[str, Any]], view: Any) -> None:
    asked = rules(*written)
    assert replayed(run(asked, DRAFT, view).ruled, asked) == ()


@settings(max_examples=150, deadline=None)
@given(st.lists(RULE, max_size=4), st.lists(RULE, max_size=4), VIEWS)
def test_whatever_is_different_is_told_once_with_its_old_and_new_value(
    then: list[dict[str, Any]], now: list[dict[str, Any]], view: Any
) -> None:
    before, after = run(rules(*then), DRAFT, view).ruled, run(rules(*now), DRAFT, view).ruled
    found = replayed(before, rules(*now))
    parts = [part.name for part in fields(Draft) if getattr(before.draft, part.name) != getattr(after.draft, part.name)]
    assert [(one.old, one.new) for one in found] == [
        (in_words(getattr(before.draft, name)), in_words(getattr(after.draft, name))) for name in parts
    ]
    assert {one.name for one in found} <= set(ACTIONS) and all(one.because for one in found)


URGENT = {"rule": "urgent", "when": {"subject": "down"}, "then": {"priority": 1}}


@pytest.mark.parametrize(
    ("now", "because", "new"),
    [
        ([URGENT | {"then": {"priority": 2}}], "urgent", "2"),
        ([URGENT, {"rule": "last", "then": {"priority": 4}}], "last", "4"),
        ([URGENT | {"when": {"subject": "up"}}], "no longer urgent", "3"),
        ([URGENT | {"shadow": True}], "no longer urgent", "3"),
        ([], "no longer urgent", "3"),
    ],
)
def test_a_change_is_owed_to_the_last_rule_that_makes_it_or_to_the_one_that_no_longer_does(
    now: list[dict[str, Any]], because: str, new: str
) -> None:
    assert replayed(decided(URGENT), rules(*now)) == (Changed("priority", "1", new, because),)


def test_a_rule_that_does_something_else_now_is_owed_nothing() -> None:
    """It matches still, and nobody sets the priority any more."""
    found = replayed(decided(URGENT), rules(URGENT | {"then": {"tag": "t"}}))
    assert [(one.name, one.because) for one in found] == [("priority", "no rule any more"), ("tag", "urgent")]


def test_it_starts_from_the_ticket_as_it_was_before_the_rules() -> None:
    then = decided({"then": {"tag": "old"}}, draft=replace(DRAFT, tags=("first",)))
    assert replayed(then, rules({"rule": "r", "then": {"tag": "new"}})) == (
        Changed("tag", "first, old", "first, new", "r"),
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        ((), ""),
        ("x", "x"),
        (2, "2"),
        (Status.WAITING, "waiting"),
        (("a", "b"), "a, b"),
        ((("vm", "de-10"), ("os", "x")), "vm: de-10, os: x"),
        ((ProposalKind.LEAVING,), "leaving"),
    ],
)
def test_values_are_shown_as_people_write_them(value: object, shown: str) -> None:
    assert in_words(value) == shown
