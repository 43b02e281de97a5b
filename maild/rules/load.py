"""Rule files → rules that may go live.

In: YAML files in their order and what they may speak of (`Known`); out: `Loaded`, with every problem and its line.
A file is checked in steps: is each rule well formed, do its lists exist, can its actions be done when it is asked, does
it name only what exists, do its examples come out as they say. Nothing runs in this module but the rules' own examples.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as File
from typing import Any

from maild.desks.policy import Desk
from maild.directory import Directory
from maild.errors import ConfigError, Problem
from maild.rules.actions_allowed import occasion_problems
from maild.rules.examples import differences
from maild.rules.language import NamedList, Rule
from maild.rules.lint import warnings
from maild.rules.lists import Path, expanded, misfit, named
from maild.rules.placed import Placed
from maild.rules.references import Known, reference_problems
from maild.yaml.file import Document, read
from maild.yaml.problems import build
from maild.yaml.suggest import did_you_mean

__all__ = ["Known", "Loaded", "load_rules"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """All rules in order, and all that is wrong; with problems the rules must not go live. `warnings`: what works, but
    was hardly meant so."""

    rules: tuple[Rule, ...]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass
class _Written:
    """What the files hold."""

    placed: list[Placed] = field(default_factory=list)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    broken_lists: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def load_rules(files: Iterable[File], known: Known, *, examples: bool = True) -> Loaded:
    """Read the files; `examples` False leaves the rules' own examples unasked."""
    written = _Written()
    for file in files:
        try:
            _take(read(file), written)
        except ConfigError as error:
            written.problems += error.problems
    placed = [found for one in written.placed if (found := _with_lists(one, written))]
    problems = [*written.problems, *_twice(placed), *_problems(placed, known, written.fields, examples=examples)]
    return Loaded(tuple(one.rule for one in placed), tuple(problems), () if problems else tuple(warnings(placed)))


def _take(document: Document, written: _Written) -> None:
    if document.value is None:
        return
    if not isinstance(document.value, list):
        advice = "a list of rules is expected here: start each with `- rule: its name`"
        written.problems.append(document.problem(advice))
        return
    for number, value in enumerate(document.value):
        try:
            if isinstance(value, dict) and "list" in value and "rule" not in value:
                _take_list(document, number, written)
            else:
                written.fields.update(_fields(value))
                written.placed.append(Placed(build(document, Rule, number), document, number))
        except ConfigError as error:
            written.problems += error.problems


def _fields(rule: Any) -> Iterator[str]:
    """The fields that a rule sets, even where something else is wrong with it."""
    then = rule.get("then") if isinstance(rule, dict) else None
    named = then.get("field") if isinstance(then, dict) else None
    yield from named if isinstance(named, dict) else ()


def _take_list(document: Document, number: int, written: _Written) -> None:
    try:
        one = build(document, NamedList, number)
    except ConfigError:
        written.broken_lists.add(str(document.value[number]["list"]))
        raise
    if one.list_ in written.lists:
        told = f"a list `{one.list_}` is there already: names are unique"
        written.problems.append(document.problem(told, number, "list"))
    written.lists[one.list_] = one.of


def _with_lists(one: Placed, written: _Written) -> Placed | None:
    """The rule with its lists put in; None, and a problem, where that cannot be."""
    used = list(named(one.written("when"), ("when",)))
    if not used:
        return one
    if any(name not in written.lists for name, _ in used):
        written.problems += _unknown_lists(one, used, written)
        return None
    try:
        return replace(one, rule=expanded(one.rule, written.lists))
    except ValueError as error:
        misfits = [
            one.problem(f"the list `${name}` cannot stand here: {told}", *path)
            for name, path in used
            if (told := misfit(path, written.lists[name]))
        ]
        written.problems += misfits or [one.problem(str(error), "when")]
    return None


def _unknown_lists(one: Placed, used: Iterable[tuple[str, Path]], written: _Written) -> Iterator[Problem]:
    """What is wrong with a broken list is told where it stands."""
    for name, path in used:
        if name not in written.lists and name not in written.broken_lists:
            advice = did_you_mean(name, written.lists) or f"; the word itself is the pattern /\\${name}/"
            yield one.problem(f"there is no list `${name}`{advice}", *path)


def _twice(placed: Sequence[Placed]) -> Iterator[Problem]:
    first: dict[str, Placed] = {}
    for one in placed:
        other = first.setdefault(one.rule.rule, one)
        if other is not one:
            place = f"{other.document.file}, line {other.line}"
            yield one.problem(f"a rule of this name is in {place}: names are unique", "rule")


def _problems(placed: Sequence[Placed], known: Known, fields: Collection[str], *, examples: bool) -> Iterator[Problem]:
    for one in placed:
        broken = [*occasion_problems(one), *reference_problems(one, known, fields)]
        yield from broken
        if examples and not broken and known.desks and known.directory is not None:
            yield from _example_problems(one, known.desks, known.directory)


def _example_problems(one: Placed, desks: Sequence[Desk], directory: Directory) -> Iterator[Problem]:
    for number, example in enumerate(one.rule.examples):
        for difference in differences(one.rule, example, desks, directory):
            message = f"example {number + 1} of rule `{one.rule.rule}`: {difference.message}"
            yield one.problem(message, "examples", number, *difference.path)
