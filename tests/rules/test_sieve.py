"""Looking for everything in one pass comes to the same as asking every rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.patterns.words import holds, text_of
from maild.rules import finder
from maild.rules.finder import Finder
from maild.rules.run import run
from maild.rules.sieve import needed
from maild.rules.trace import trace
from maild.rules.view import RuleView
from tests.rules.any_rules import PIECES, RULE, VIEWS, WORDS
from tests.rules.kit import DRAFT, RULES, rules, shaped


@settings(max_examples=400, deadline=None)
@given(st.lists(RULE, min_size=1, max_size=8), VIEWS)
def test_the_rules_that_had_a_say_are_those_that_match_one_by_one(
    written: list[dict[str, Any]], view: RuleView
) -> None:
    made = rules(*written)
    steps = list(trace(made, DRAFT, view))
    assert [hit.rule for hit in run(made, DRAFT, view).ruled.hits] == [one.rule.rule for one in steps if one.matched]
    assert all(one.why for one in steps)


@settings(max_examples=200, deadline=None)
@given(st.lists(RULE, min_size=1, max_size=6), VIEWS)
def test_a_rule_that_is_not_named_has_done_nothing(written: list[dict[str, Any]], view: RuleView) -> None:
    made = rules(*written)
    whole = run(made, DRAFT, view).ruled
    named = {hit.rule for hit in whole.hits}
    kept = rules(*({"rule": one.rule} | written[place] for place, one in enumerate(made.rules) if one.rule in named))
    assert run(kept, DRAFT, view).ruled.draft == whole.draft


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join))
def test_a_pass_never_overlooks_what_is_there(written: str) -> None:
    text = text_of(written, 1000)
    found = Finder(WORDS).present(text)
    assert {word for word in WORDS if finder._stands(word, text)} <= found
    assert {word for word in found if word.startswith("/")} == {
        word for word in WORDS if word.startswith("/") and finder._stands(word, text)
    }


def test_a_set_that_ran_out_of_memory_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dumb:
        def Match(self, _text: str) -> list[int]:  # noqa: N802 - the library's name
            return []

    made = Finder(WORDS)
    monkeypatch.setattr(made._words, "sets", [(0, Dumb())])
    text = text_of("the Ausfall is down", 1000)
    assert made.present(text) == {word for word in WORDS if finder._stands(word, text)} >= {"down", "*fall*"}


def test_patterns_that_fit_into_no_memory_together_are_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "LEAST_MEMORY", 1 << 16)
    monkeypatch.setattr(finder, "MOST_MEMORY", 1 << 16)
    many = [f"/word{number}(a|b)+[x-z]{{1,5}}/" for number in range(200)]
    made = Finder(many)
    assert len(made._searched.sets) > 1
    assert made.present(text_of("word7ax word199bz", 1000)) == {many[7], many[199]}


def test_an_open_quotation_is_looked_for_alone() -> None:
    assert finder.expression(r"/\Qa.b/") == "" and finder.expression("/a|b/i") == "(?mi:a|b)"
    assert Finder([r"/\Qa.b/"]).present(text_of("see a.b", 100)) == {r"/\Qa.b/"}


NEEDS: tuple[tuple[dict[str, Any], set[tuple[str, str]] | None], ...] = (
    ({"subject": ["a", "b"]}, {("subject", "a"), ("subject", "b")}),
    ({"subject": ["a", "b"], "text": "c"}, {("text", "c")}),
    ({"desk": "service", "subject": ["a", "b"]}, {("subject", "a"), ("subject", "b")}),
    ({"desk": "service", "subject": "/x/"}, {("subject", "/x/")}),
    ({"any": [{"subject": "a"}, {"text": "b"}]}, {("subject", "a"), ("text", "b")}),
    ({"any": [{"subject": "a"}, {"priority": 1}]}, None),
    ({"all": [{"subject": "a"}, {"priority": 1}]}, {("subject", "a")}),
    ({"not": {"subject": "a"}}, None),
    ({"sender": ["@a.example", "/x/"]}, None),
    ({"sender": "@a.example"}, {("sender", "@a.example")}),
    ({}, None),
)


@pytest.mark.parametrize(("when", "atoms"), NEEDS)
def test_what_must_be_there_for_a_rule_to_match(when: dict[str, Any], atoms: set[tuple[str, str]] | None) -> None:
    (rule,) = RULES.validate_python(({"rule": "r", "then": {"tag": "t"}, **({"when": when} if when else {})},))
    assert needed(rule.when) == atoms


def test_words_are_found_wherever_their_letters_are_and_then_looked_at() -> None:
    assert "down" in Finder(["down"]).present(text_of("download", 100))
    assert not holds(text_of("download", 100), "down")
    assert not shaped({"when": {"subject": "down"}, "then": {"tag": "t"}}, subject="download").ruled.hits
