"""Why did this rule match, or not?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.model import Status
from maild.rules.holding import condition_holds
from maild.rules.matter import Matter, Scene
from maild.rules.model import Draft
from maild.rules.trace import missed, trace
from maild.rules.view import RuleView, Standing
from tests.builders import NOON
from tests.rules.any_rules import RULE, VIEWS
from tests.rules.kit import DRAFT, a_view, rules

THEN = {"then": {"tag": "t"}}
WAITING = Standing(Status.WAITING, NOON.replace(day=1), NOON.replace(hour=9))
WHY: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "it is for every mail"),
    ({"when": {"subject": ["no", "fire"], "text": "/burns/"}}, "subject `fire` and text `/burns/`"),
    ({"when": {"any": [{"subject": "no"}, {"desk": "service"}]}}, "desk `service`"),
    ({"when": {"all": [{"subject": "fire"}, {"desk": "service"}]}}, "subject `fire` and desk `service`"),
    ({"when": {"not": {"desk": "sales"}}}, "not the desk it excludes"),
)
WHY_NOT: tuple[tuple[dict[str, Any], str], ...] = (
    ({"on": "reply"}, "it is asked on reply only, and this is new"),
    ({"on": ["reply", "time"], "when": {"subject": "no"}}, "it is asked on reply and time only, and this is new"),
    ({"when": {"subject": "no"}}, "`subject` does not hold, it is `The printer is on fire`"),
    ({"when": {"subject": "fire", "text": "no", "desk": "no"}}, "`text` does not hold, it is `It burns.`"),
    ({"when": {"sender": "bob@acme.example"}},
     "`sender` does not hold, it is `ada@acme.example`, `authorised`, `primary`, `technical`"),
    ({"when": {"quiet": "> 5 days"}}, "`quiet` does not hold, it is 3 h 0 min"),
    ({"when": {"age": "> 30 days"}}, "`age` does not hold, it is 19 d 0 h"),
    ({"when": {"status": "new"}}, "`status` does not hold, it is `waiting`"),
    ({"when": {"priority": "1..2"}}, "`priority` does not hold, it is `3`"),
    ({"when": {"category": "x"}}, "`category` does not hold, it is nothing"),
    ({"when": {"header": {"x-a": "b"}}}, "`header` does not hold, it is `x-a: c`"),
    ({"when": {"any": [{"subject": "no"}, {"desk": "sales"}]}},
     "none of `any` holds: `subject` does not hold, it is `The printer is on fire`; "
     "`desk` does not hold, it is `service`"),
    ({"when": {"all": [{"subject": "fire"}, {"desk": "sales"}]}},
     "not all of `all` hold: `desk` does not hold, it is `service`"),
    ({"when": {"not": {"subject": "fire", "desk": "service"}}},
     "what `not` excludes is there: subject `fire` and desk `service`"),
    ({"when": {"any": [{"not": {"desk": "service"}}, {"all": [{"any": [{"text": "x"}]}]}]}},
     "none of `any` holds: what `not` excludes is there: desk `service`; "
     "not all of `all` hold: none of `any` holds: `text` does not hold, it is `It burns.`"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "why"), WHY)
def test_a_step_says_why_a_rule_matched(rule: dict[str, Any], why: str) -> None:
    (step,) = trace(rules(THEN | rule), DRAFT, a_view())
    assert (step.matched, step.asked, step.why) == (True, True, why)


@pytest.mark.parametrize(("rule", "why"), WHY_NOT)
def test_a_step_says_what_was_there_instead(rule: dict[str, Any], why: str) -> None:
    seen = a_view(ticket=WAITING, headers=(("x-a", "c"), ("x-b", "d")))
    (step,) = trace(rules(THEN | rule), DRAFT, seen)
    assert (step.matched, step.asked, step.why) == (False, True, why)


def test_a_step_sees_what_the_rules_before_it_have_set() -> None:
    first, second = {"then": {"category": "x"}}, {"when": {"category": "y"}, **THEN}
    steps = list(trace(rules(first, second), DRAFT, a_view()))
    assert steps[1].why == "`category` does not hold, it is `x`"
    steps = list(trace(rules(first | {"shadow": True}, second), DRAFT, a_view()))
    assert steps[1].why == "`category` does not hold, it is nothing"


def test_after_a_stop_nothing_is_asked() -> None:
    stop = {"rule": "the end", "stop": True}
    steps = list(trace(rules(stop | {"when": {"desk": "sales"}, "rule": "far"}, stop, THEN), DRAFT, a_view()))
    assert [(step.matched, step.asked) for step in steps] == [(False, True), (True, True), (False, False)]
    assert steps[2].why == "not asked: `the end` says stop"
    shadow = list(trace(rules(stop | {"shadow": True}, THEN), DRAFT, a_view()))
    assert all(step.asked for step in shadow)


def test_a_long_text_is_shortened_and_stays_on_one_line() -> None:
    (step,) = trace(rules(THEN | {"when": {"text": "no"}}), DRAFT, a_view(text="a\nb\t" * 9000))
    assert "\n" not in step.why and len(step.why) < 150 and step.why.endswith("…`")


@settings(max_examples=60, deadline=None)
@given(st.lists(RULE, min_size=1, max_size=6), VIEWS)
def test_every_step_has_a_reason_and_names_a_condition_that_decides(
    written: list[dict[str, Any]], view: RuleView
) -> None:
    steps = list(trace(rules(*written), DRAFT, view))
    assert [step.rule for step in steps] == list(rules(*written).rules)
    for step in steps:
        assert step.why.strip() and "``" not in step.why
        assert step.asked or step.why.startswith("not asked: `")


@settings(max_examples=60, deadline=None)
@given(RULE, VIEWS)
def test_the_condition_that_is_named_is_the_first_that_does_not_hold(written: dict[str, Any], view: RuleView) -> None:
    (rule,) = rules(written).rules
    scene = Scene(Matter(view), Draft(3))
    failing = [name for name, wanted in rule.when.given() if condition_holds(name, wanted, scene) is None]
    if view.trigger in rule.on:
        assert bool(failing) is bool(missed(rule, scene))
        assert not failing or f"`{failing[0].rstrip('_')}`" in missed(rule, scene)
