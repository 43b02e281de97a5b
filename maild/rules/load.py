"""Rule files → rules that may go live.

In: YAML files in their order and what they may speak of (`Known`); out: `Loaded`, with every problem and its line.
A file is checked in steps: is each rule well formed, do its lists exist, does it name only what exists, do its examples
come out as they say. Nothing runs in this module but the rules' own examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from maild.desks.policy import Desk
from maild.directory import Directory
from maild.errors import ConfigError, Problem
from maild.rules.examples import differences
from maild.rules.language import NamedList, Rule
from maild.rules.lint import warnings
from maild.rules.lists import expanded, named
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
    problems: list[Problem] = field(default_factory=list)


def load_rules(files: Iterable[Path], known: Known, *, examples: bool = True) -> Loaded:
    """Read the files; `examples` False leaves the rules' own examples unasked."""
    written = _Written()
    for file in files:
        try:
            _take(read(file), written)
        except ConfigError as error:
            written.problems += error.problems
    placed = [found for one in written.placed if (found := _with_lists(one, written))]
    problems = [*written.problems, *_twice(placed), *_problems(placed, known, examples=examples)]
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
                written.placed.append(Placed(build(document, Rule, number), document, number))
        except ConfigError as error:
            written.problems += error.problems


def _take_list(document: Document, number: int, written: _Written) -> None:
    one = build(document, NamedList, number)
    if one.list_ in written.lists:
        told = f"a list `{one.list_}` is there already: names are unique"
        written.problems.append(document.problem(told, number, "list"))
    written.lists[one.list_] = one.of


def _with_lists(one: Placed, written: _Written) -> Placed | None:
    """The rule with its lists put in; None, and a problem, where that cannot be."""
    value = one.document.value[one.number].get("when")
    used = list(named(value, ("when",)))
    unknown = [(name, path) for name, path in used if name not in written.lists]
    for name, path in unknown:
        told = f"there is no list `${name}`{did_you_mean(name, written.lists)}"
        written.problems.append(one.problem(told, *path))
    if unknown or not used:
        return None if unknown else one
    try:
        return replace(one, rule=expanded(one.rule, written.lists))
    except ValueError as error:
        written.problems.append(one.problem(f"with the list `${used[0][0]}` put in: {error}", *used[0][1]))
    return None


def _twice(placed: Sequence[Placed]) -> Iterator[Problem]:
    first: dict[str, Placed] = {}
    for one in placed:
        other = first.setdefault(one.rule.rule, one)
        if other is not one:
            place = f"{other.document.file}, line {other.line}"
            yield one.problem(f"a rule of this name is in {place}: names are unique", "rule")


def _problems(placed: Sequence[Placed], known: Known, *, examples: bool) -> Iterator[Problem]:
    fields = {key for one in placed for key, _ in one.rule.then.field}
    for one in placed:
        broken = [*reference_problems(one, known, fields)]
        yield from broken
        if examples and not broken and known.desks and known.directory is not None:
            yield from _example_problems(one, known.desks, known.directory)


def _example_problems(one: Placed, desks: Sequence[Desk], directory: Directory) -> Iterator[Problem]:
    for number, example in enumerate(one.rule.examples):
        for difference in differences(one.rule, example, desks, directory):
            message = f"example {number + 1} of rule `{one.rule.rule}`: {difference.message}"
            yield one.problem(message, "examples", number, *difference.path)
