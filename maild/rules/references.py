"""Does a rule name only what exists? Desks, organisations, staff, teams, webhooks, fields, placeholders.

In: a placed rule and what there is (`Known`, the fields that rules set); out: a Problem for each name that leads
nowhere, with the one that was probably meant. Pure. Templates are `config.templates`' business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from maild.desks.policy import Desk
from maild.directory import Directory
from maild.errors import Problem
from maild.patterns.regex import Pattern, is_pattern, pattern
from maild.rules.actions import placeholders
from maild.rules.language import When
from maild.rules.placed import Path, Placed
from maild.workflows.model import Workflow
from maild.yaml.suggest import did_you_mean

ACCOUNT_MANAGER = "account-manager"


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may name; None where the files that say so are broken themselves."""

    desks: tuple[Desk, ...] | None
    directory: Directory | None
    webhooks: frozenset[str] | None = None
    workflows: tuple[Workflow, ...] | None = None

    def desk_names(self) -> Collection[str] | None:
        return None if self.desks is None else [desk.desk for desk in self.desks]

    def organisations(self) -> Collection[str] | None:
        return None if self.directory is None else [record.key for record in self.directory.organisations]

    def fields(self) -> Collection[str] | None:
        """What desks find by themselves in mails."""
        if self.desks is None:
            return None
        facts = (one for workflow in self.workflows or () for one in workflow.facts)
        return {one.field for one in (*(one for desk in self.desks for one in desk.information.fields), *facts)}

    def workflow_names(self) -> Collection[str] | None:
        return None if self.workflows is None else [one.workflow for one in self.workflows]

    def kinds(self, name: str) -> Collection[str] | None:
        """Types, or categories, of tickets; None where a desk takes any."""
        listed = [desk.kinds(name) for desk in self.desks or ()]
        return {kind for kinds in listed for kind in kinds} if listed and all(listed) else None

    def workers(self) -> Collection[str] | None:
        """Staff and teams."""
        if self.directory is None:
            return None
        staff, teams = self.directory.staff, self.directory.teams
        return [*(one.name for one in staff), *(one.name for one in teams)]


def reference_problems(one: Placed, known: Known, fields: Collection[str]) -> Iterator[Problem]:
    """Every name that leads nowhere."""
    for path, when in one.whens():
        yield from _unknown(one, (*path, "desk"), "desk", when.desk, known.desk_names())
        yield from _unknown(one, (*path, "organisation"), "organisation", when.organisation, known.organisations())
        for name, _ in when.field:
            yield from _no_field(one, (*path, "field", name), name, fields, known)
    yield from _of_actions(one, known, fields)
    yield from _placeholder_problems(one)


def _of_actions(one: Placed, known: Known, fields: Collection[str]) -> Iterator[Problem]:
    then, workers = one.rule.then, known.workers()
    yield from _unknown(one, ("then", "assign"), "member of staff or team", _given(then.assign), workers)
    forwards = [name for name in then.forward if name != ACCOUNT_MANAGER]
    yield from _unknown(one, ("then", "forward"), "member of staff or team", forwards, workers)
    yield from _unknown(
        one, ("then", "notify"), "member of staff or team", [page.staff for page in then.notify], workers
    )
    for kind in ("type", "category"):
        yield from _unknown(one, ("then", kind), kind, _given(getattr(then, kind)), known.kinds(kind))
    yield from _unknown(one, ("then", "webhook"), "webhook", then.webhook, known.webhooks)
    yield from _unknown(one, ("then", "workflow"), "workflow", _given(then.workflow), known.workflow_names())
    for name, _ in then.ask:
        yield from _no_field(one, ("then", "ask", name), name, fields, known)


def _given(name: str) -> tuple[str, ...]:
    return (name,) if name else ()


def _unknown(
    one: Placed, path: Path, what: str, names: Iterable[str], known: Collection[str] | None
) -> Iterator[Problem]:
    for name in names:
        if known is not None and not is_pattern(name) and name not in known:
            where = _where(one.written(*path), name)
            listed = "" if where is not None else " (it stands in a list)"
            yield one.problem(f"there is no {what} `{name}`{listed}{did_you_mean(name, known)}", *path, *(where or ()))


def _where(written: Any, name: str) -> Path | None:
    """The place of a name in what was written; None where it came out of a named list."""
    if isinstance(written, list):
        inner = ((number, _where(value, name)) for number, value in enumerate(written))
        return next(((number, *path) for number, path in inner if path is not None), None)
    if isinstance(written, dict):
        return ("staff",) if written.get("staff") == name else None
    return () if written == name else None


def _no_field(one: Placed, path: Path, name: str, fields: Collection[str], known: Known) -> Iterator[Problem]:
    found = known.fields()
    if found is not None and name not in fields and name not in found:
        advice = did_you_mean(name, {*fields, *found}) or "; a rule sets one by `field: { " + name + ": … }`"
        yield one.problem(f"no rule sets a field `{name}`{advice}", *path)


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
    yield from (pattern(word) for word in searched(when) if is_pattern(word))
    for inner in (*when.any_, *when.all_):
        yield from _patterns(inner)


def searched(when: When) -> Iterator[str]:
    """The words and patterns of these conditions, without those within them."""
    for name, wanted in when.given():
        if name in ("header", "field"):
            yield from (word for _, words in wanted for word in words)
        elif name == "attachment":
            yield from (*wanted.name, *wanted.type)
        elif isinstance(wanted, tuple):
            yield from (word for word in wanted if isinstance(word, str))
