"""Rule files → rules that may go live.

In: YAML files in their order and what they may speak of (`Known`); out: the rules, and every problem with its line.
A file is checked in three steps: is each rule well formed, does it name only what exists, and do its examples
come out as they say. Nothing runs in this module but the rules' own examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from maild.desks.policy import Desk
from maild.directory import Directory
from maild.errors import ConfigError, Problem
from maild.rules.actions import placeholders
from maild.rules.examples import differences
from maild.rules.language import Rule, When
from maild.rules.regex import Pattern, is_pattern, pattern
from maild.yaml.file import Document, Step, read
from maild.yaml.problems import build
from maild.yaml.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may name; None where the files that say so are broken themselves."""

    desks: tuple[Desk, ...] | None
    directory: Directory | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule, with the file and the number it has there."""

    rule: Rule
    document: Document
    number: int

    def problem(self, message: str, *path: Step, of_key: bool = False) -> Problem:
        return self.document.problem(message, self.number, *path, of_key=of_key)


def load_rules(files: Iterable[Path], known: Known) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """All rules in order, and all that is wrong; with problems the rules must not go live."""
    placed: list[Placed] = []
    problems: list[Problem] = []
    for file in files:
        try:
            document = read(file)
        except ConfigError as error:
            problems += error.problems
            continue
        problems += _take(document, placed)
    problems += _twice(placed)
    for one in placed:
        problems += _problems(one, known)
    return tuple(one.rule for one in placed), tuple(problems)


def _take(document: Document, placed: list[Placed]) -> Iterator[Problem]:
    if document.value is None:
        return
    if not isinstance(document.value, list):
        yield document.problem("a list of rules is expected here: start each with `- rule: its name`")
        return
    for number in range(len(document.value)):
        try:
            placed.append(Placed(build(document, Rule, number), document, number))
        except ConfigError as error:
            yield from error.problems


def _twice(placed: Sequence[Placed]) -> Iterator[Problem]:
    first: dict[str, Placed] = {}
    for one in placed:
        other = first.setdefault(one.rule.rule, one)
        if other is not one:
            line = other.document.place((other.number, "rule")).line
            yield one.problem(f"a rule of this name is in {other.document.file}, line {line}: names are unique", "rule")


def _problems(one: Placed, known: Known) -> Iterator[Problem]:
    broken = [*_references(one, known), *_placeholder_problems(one)]
    yield from broken
    if not broken and known.desks and known.directory is not None:
        yield from _example_problems(one, known.desks, known.directory)


# ---- does it name only what exists? --------------------------------------------------------------


def _references(one: Placed, known: Known) -> Iterator[Problem]:
    desks = None if known.desks is None else [desk.desk for desk in known.desks]
    customers = None if known.directory is None else [record.key for record in known.directory.organisations]
    staff = None if known.directory is None else [record.name for record in known.directory.staff]
    for path, when in _all_whens(one.rule.when, ("when",)):
        yield from _unknown(one, (*path, "desk"), "desk", when.desk, desks)
        yield from _unknown(one, (*path, "organisation"), "organisation", when.organisation, customers)
    yield from _unknown(one, ("then", "assign"), "member of staff", filter(None, [one.rule.then.assign]), staff)


def _unknown(
    one: Placed, path: tuple[Step, ...], what: str, names: Iterable[str], known: Sequence[str] | None
) -> Iterator[Problem]:
    for place, name in enumerate(names):
        if known is not None and not is_pattern(name) and name not in known:
            yield one.problem(f"there is no {what} `{name}`{did_you_mean(name, known)}", *path, place)


def _all_whens(when: When, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], When]]:
    yield path, when
    for name, inner in (("any", when.any_), ("all", when.all_)):
        for number, one in enumerate(inner):
            yield from _all_whens(one, (*path, name, number))
    if when.not_ is not None:
        yield from _all_whens(when.not_, (*path, "not"))


# ---- can its placeholders be filled? -------------------------------------------------------------


def _placeholder_problems(one: Placed) -> Iterator[Problem]:
    patterns = tuple(_patterns(one.rule.when))
    most = max((found.groups for found in patterns), default=0)
    names = {str(number) for number in range(1, most + 1)} | {name for found in patterns for name in found.names}
    for key, template in one.rule.then.field:
        for name in placeholders(template):
            if name not in names:
                message = f"no pattern in this rule's `when` has brackets for `{{{name}}}`{did_you_mean(name, names)}"
                yield one.problem(message, "then", "field", key)


def _patterns(when: When) -> Iterator[Pattern]:
    """Those that may have matched when the rule did: not what stands under `not`."""
    lists = (when.subject, when.text, when.sender, when.recipient, when.desk, when.organisation)
    yield from (pattern(word) for words in lists for word in words if is_pattern(word))
    for inner in (*when.any_, *when.all_):
        yield from _patterns(inner)


# ---- do its examples come out? -------------------------------------------------------------------


def _example_problems(one: Placed, desks: Sequence[Desk], directory: Directory) -> Iterator[Problem]:
    for number, example in enumerate(one.rule.examples):
        for difference in differences(one.rule, example, desks, directory):
            message = f"example {number + 1} of rule `{one.rule.rule}`: {difference.message}"
            yield one.problem(message, "examples", number, *difference.path)
