# ruff: noqa: E501 - one row, one line
"""What works, but was hardly meant so: every warning is certain, and what may be meant is left alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml.nodes import Node

from maild.patterns.regex import pattern
from maild.rules.language import Rule
from maild.rules.lint import warnings
from maild.rules.placed import Placed
from maild.rules.run import run
from maild.rules.sieve import RuleSet
from maild.rules.view import RuleView, Trigger
from maild.yaml.file import Document
from tests.rules.any_rules import RULE, VIEWS
from tests.rules.kit import DRAFT, a_view, rules
from tests.rules.loading import load, told, warned

NEVER_REACHED = "it is never reached: whenever it could match, `a` (a.yaml, line 1) says stop"
NO_EFFECT = "it has no effect: whenever it matches, `b` (a.yaml, line {}) overwrites it"

WARNED: tuple[tuple[str, str], ...] = (
    # rules, one a line as `name: rest`, and what is said
    ("a: stop: true\nb: then: { tag: t }", f"a.yaml:2:11: {NEVER_REACHED}"),
    ("a: when: { desk: service }, stop: true\nb: when: { desk: service, subject: x }, then: { tag: t }", f"a.yaml:2:11: {NEVER_REACHED}"),
    ("a: when: { sender: [primary, unknown] }, stop: true\nb: when: { sender: unknown }, then: { tag: t }", NEVER_REACHED),
    ("a: when: { sender: [primary, unknown] }, stop: true\nb: when: { sender: primary }, then: { tag: t }", NEVER_REACHED),
    ("a: on: [new, reply], stop: true\nb: on: reply, then: { tag: t }", NEVER_REACHED),
    ("a: when: { any: [{ subject: x }] }, stop: true\nb: when: { any: [{ subject: x }], text: y }, then: { tag: t }", NEVER_REACHED),
    ("a: stop: true\nb: shadow: true, then: { tag: t }", NEVER_REACHED),
    ("a: then: { priority: 1 }\nb: then: { priority: 2 }", f"a.yaml:1:11: {NO_EFFECT.format(2)}"),
    ("a: when: { subject: x }, then: { category: x }\nc: then: { tag: t }\nb: then: { category: y, tag: t }", NO_EFFECT.format(3)),
    ("a: when: { tag: x }, then: { assign: grace }\nb: then: { assign: linus }", NO_EFFECT.format(2)),
    ("a: then: { category: x }\nc: when: { priority: 1 }, then: { tag: t }\nb: then: { category: y }", NO_EFFECT.format(3)),
    ("a: then: { category: x }\nc: shadow: true, stop: true, then: { tag: t }\nb: then: { category: y }", NO_EFFECT.format(3)),
    ("a: when: { subject: /x*/ }, then: { tag: t }", "a.yaml:1:31: `/x*/` matches every text, even an empty one"),
    ("a: when: { any: [{ text: [down, '/(^down)?/'] }] }, then: { tag: t }", ""),
    ("a: when: { not: { full_text: /(down|)/ } }, then: { tag: t }", "`/(down|)/` matches every text"),
    ("a: when: { subject: '/^[^x]*/' }, then: { tag: t }", "matches every text"),
    ("a: on: time, when: { age: '> 1 d', text: x }, then: { tag: t }", "a.yaml:1:52: `text` never holds like this on `time`: there is no mail to look at"),
    ("a: on: time, when: { age: '> 1 d', automatic: true }, then: { tag: t }", "`automatic` never holds"),
    ("a: on: time, when: { age: '> 1 d', recipient: a@b.example }, then: { tag: t }", "`recipient` never holds"),
    ("a: on: time, when: { age: '> 1 d', attachment: { name: x } }, then: { tag: t }", "`attachment` never holds"),
    ("a: on: [reply, time], when: { age: '> 1 d', proof: proven }, then: { tag: t }", "`proof` never holds like this on `reply` and `time`"),
    ("a: on: reply, when: { header: { x: '*' } }, then: { tag: t }", "`header` never holds like this on `reply`"),
    ("a: when: { status: open }, then: { tag: t }", "`status` never holds like this on `new`: there is no ticket yet; add `on: [follow-up]`"),
    ("a: when: { quiet: '> 5 days' }, then: { tag: t }", "`quiet` never holds like this on `new`"),
    ("a: when: { priority: 5 }, then: { tag: t }", "a.yaml:1:32: no priority lies in `5`: they are 1 to 4"),
    ("a: when: { priority: '> 4' }, then: { tag: t }", "no priority lies in `> 4`"),
    ("a: when: { organisation: acme, sender: unknown }, then: { tag: t }", "it never holds together with `organisation`: who is unknown has none"),
    ("a: when: { subject: x, not: { subject: [x, y] } }, then: { tag: t }", "it never holds: `not` excludes what the conditions beside it ask for"),
    ("a: when: { language: de, all: [{ language: [en, nl] }] }, then: { tag: t }", "it never holds: no mail has both `language` that are asked for"),
)  # fmt: skip
INNOCENT: tuple[str, ...] = (
    "a: when: { desk: service }, stop: true\nb: then: { tag: t }",
    "a: when: { tag: x }, stop: true\nb: when: { tag: x }, then: { tag: t }",
    "a: stop: true, shadow: true\nb: then: { tag: t }",
    "a: stop: true\nb: on: reply, then: { tag: t }",
    "a: on: [new], stop: true\nb: on: [new, follow-up], then: { tag: t }",
    "a: when: { sender: unknown }, stop: true\nb: when: { sender: [unknown, primary] }, then: { tag: t }",
    "a: when: { subject: x, text: x }, stop: true\nb: when: { subject: x }, then: { tag: t }",
    "a: when: { header: { x: [y, z] } }, stop: true\nb: when: { header: { x: y } }, then: { tag: t }",
    "a: then: { priority: 1 }\nb: when: { subject: x }, then: { priority: 2 }",
    "a: then: { priority: 1, tag: x }\nb: then: { priority: 2 }",
    "a: then: { priority: 1 }, stop: true\nb: on: reply, then: { priority: 2 }",
    "a: then: { priority: 1 }, shadow: true\nb: then: { priority: 2 }",
    "a: then: { priority: 1 }\nb: then: { priority: 2 }, shadow: true",
    "a: then: { category: x }\nc: when: { category: x }, then: { tag: t }\nb: then: { category: y }",
    "a: then: { category: x }\nc: when: { not: { any: [{ category: x }] } }, then: { tag: t }\nb: then: { category: y }",
    "a: then: { category: x }\nc: when: { subject: x }, stop: true\nb: then: { category: y }",
    "a: then: { category: x }\nb: when: { category: x }, then: { category: y }",
    "a: then: { priority: 1 }\nb: then: { priority: 2 }, on: reply",
    "a: when: { subject: /^$/ }, then: { tag: t }",
    r"a: when: { subject: '/\A\s*\z/' }, then: { tag: t }",
    r"a: when: { text: '/\b|x/' }, then: { tag: t }",
    "a: when: { text: '/^x*$/' }, then: { tag: t }",
    "a: when: { subject: /x+/ }, then: { tag: t }",
    "a: when: { text: '/^(?P<first>.*)/' }, then: { field: { line: '{first}' } }",
    "a: when: { tag: /.*/, category: /.*/, organisation: /.*/, sender: /.*/, header: { x: /.*/ } }, then: { tag: t }",
    "a: on: time, when: { age: '> 1 d', text: '/^$/', automatic: false, recipients: 0 }, then: { tag: t }",
    "a: on: time, when: { age: '> 1 d', attachment: { count: 0 }, proof: none, subject: x }, then: { tag: t }",
    "a: on: [time, follow-up], when: { age: '> 1 d', text: x }, then: { tag: t }",
    "a: on: reply, when: { text: x, status: open, quiet: '> 1 d' }, then: { tag: t }",
    "a: on: [new, follow-up], when: { status: open, age: '> 1 d' }, then: { tag: t }",
    "a: when: { status: [new, open], age: '< 1 d', quiet: 0 min }, then: { tag: t }",
    "a: when: { priority: 1..9 }, then: { tag: t }",
    "a: when: { organisation: acme, sender: [unknown, primary] }, then: { tag: t }",
    "a: when: { subject: [x, y], not: { subject: x } }, then: { tag: t }",
    "a: when: { subject: x, not: { subject: x, text: y } }, then: { tag: t }",
    "a: when: { language: [de, en], all: [{ language: [en, nl] }] }, then: { tag: t }",
    "a: when: { desk: service, all: [{ desk: /ser/ }] }, then: { tag: t }",
    "a: when: { tag: x, all: [{ tag: y }] }, then: { tag: t }",
)  # fmt: skip


def yaml(lines: str) -> str:
    return "".join(f"- {{ rule: {re.sub(': ', ', ', line, count=1)} }}\n" for line in lines.splitlines())


@pytest.mark.parametrize(("lines", "message"), WARNED)
def test_what_was_hardly_meant_is_told(tmp_path: Path, lines: str, message: str) -> None:
    loaded = load(tmp_path, yaml(lines))
    said = [one.replace(f"{tmp_path}/", "") for one in warned(loaded)]
    assert told(loaded) == []
    assert (said == []) if not message else (len(said) == 1 and message in said[0]), said


@pytest.mark.parametrize("lines", INNOCENT)
def test_what_may_be_meant_is_left_alone(tmp_path: Path, lines: str) -> None:
    loaded = load(tmp_path, yaml(lines))
    assert told(loaded) == warned(loaded) == []


def test_a_warning_is_no_problem(tmp_path: Path) -> None:
    loaded = load(tmp_path, yaml("a: stop: true\nb: then: { tag: t }"))
    assert len(loaded.rules) == 2 and loaded.problems == ()


# ---- random sets ---------------------------------------------------------------------------------

NO_NODE: Node | None = None


def possible(view: RuleView) -> RuleView:
    """The view with only what there is on its occasion."""
    if view.trigger is Trigger.NEW:
        return replace(view, ticket=None)
    if view.trigger in (Trigger.REPLY, Trigger.TIME):
        fresh = RuleView(view.trigger, view.at, view.desk)
        absent = {
            name: getattr(fresh, name)
            for name in ("headers", "attachments", "language", "automatic", "recipients", "proof")
        }
        texts = {"text": "", "full_text": ""} if view.trigger is Trigger.TIME else {}
        return replace(view, **absent, **texts)
    return view


def lint(found: tuple[Rule, ...]) -> dict[str, list[str]]:
    """Warnings by the rule they are about: each rule stands in a file of its own name."""
    placed = [Placed(rule, Document(rule.rule, [{}], NO_NODE), 0) for rule in found]
    said: dict[str, list[str]] = {}
    for one in warnings(placed):
        said.setdefault(one.file, []).append(one.message)
    return said


# Few words, so that rules often cover each other.
SIMPLE_WHEN = st.fixed_dictionaries(
    {},
    optional={
        "subject": st.lists(st.sampled_from(("down", "x")), min_size=1, max_size=2),
        "desk": st.lists(st.sampled_from(("service", "sales")), min_size=1, max_size=2),
        "category": st.sampled_from(("a", "b")),
        "not": st.sampled_from(({"subject": "x"}, {"category": "a"}, {"desk": "service"})),
        "text": st.sampled_from(("/x*/", "/^$/", "down")),
    },
)
SIMPLE = st.fixed_dictionaries(
    {"on": st.sampled_from((["new"], ["new", "reply"], ["time"]))},
    optional={
        "when": SIMPLE_WHEN.filter(bool),
        "then": st.fixed_dictionaries(
            {}, optional={"priority": st.integers(1, 2), "category": st.sampled_from(("a", "b")), "tag": st.just("t")}
        ).filter(bool),
        "stop": st.booleans(),
        "shadow": st.booleans(),
    },
).filter(lambda rule: "then" in rule or rule.get("stop"))
POOL = [
    possible(a_view(trigger=trigger, subject=subject, text=text, full_text=text, desk=desk))
    for trigger in (Trigger.NEW, Trigger.REPLY, Trigger.TIME)
    for subject in ("down", "x", "down x", "")
    for text in ("", "down")
    for desk in ("service", "sales", "hr")
]
DRAFTS = (DRAFT, replace(DRAFT, priority=1, category="a"))


def wrong(written: list[dict[str, Any]], views: list[RuleView]) -> list[str]:
    """Warnings that do not hold for one of the views, by asking all rules, and all but the one that is warned of."""
    found = rules(*written)
    return [
        message
        for name, messages in lint(found.rules).items()
        for message in messages
        for view in views
        if not holds_for(found, name, message, view)
    ]


def holds_for(found: RuleSet, name: str, message: str, view: RuleView) -> bool:
    others = RuleSet(rule for rule in found.rules if rule.rule != name)
    for before in DRAFTS:
        shaped = run(found, before, view)
        if " never " in message and name in {one.rule for one in shaped.ruled.hits}:
            return False
        if "no effect" in message and run(others, before, view).draft != shaped.draft:
            return False
        if "every text" in message and not every_text(message.split("`")[1]):
            return False
    return True


def every_text(word: str) -> bool:
    return all(pattern(word).search(text) is not None for text in ("", "a", "\n", "a\nb", "no word of it"))


@settings(max_examples=120, deadline=None)
@given(st.lists(SIMPLE, min_size=2, max_size=5))
def test_a_warning_is_never_wrong(written: list[dict[str, Any]]) -> None:
    assert wrong(written, POOL) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(RULE, min_size=1, max_size=5), st.lists(VIEWS.map(possible), min_size=8, max_size=8))
def test_a_warning_is_never_wrong_whatever_the_conditions(written: list[dict[str, Any]], views: list[RuleView]) -> None:
    assert wrong(written, views) == []
