"""What works in a rule set, but was hardly meant so: rules that are never reached or always overwritten, conditions
that cannot hold, patterns that match everything.

In: placed rules in their order; out: warnings with their line. Pure. Law: a warning is certain; what may be meant is
left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from maild.errors import Problem
from maild.model import Register
from maild.rules.language import Rule, When
from maild.rules.measures import PLAIN, SECONDS, compare
from maild.rules.placed import Path, Placed
from maild.rules.references import searched
from maild.rules.regex import is_pattern, pattern
from maild.rules.view import Trigger

OVERWRITTEN = frozenset({"priority", "type", "category", "module", "assign", "status", "answer"})
"""Actions of which the last one counts."""
OF_MAIL = ("text", "full_text", "header", "attachment", "language", "automatic", "recipient", "recipients")
OF_TICKET = ("status", "age", "quiet")
NAMES = ("desk", "organisation", "language", "status", "proof", "automatic")
"""Conditions of which a mail has one value only."""
PRIORITIES = (1, 2, 3, 4)
Key = tuple[str, str]
NO_CONDITION: Key = ("", "")


def warnings(placed: Sequence[Placed]) -> Iterator[Problem]:
    """All of them, rule by rule."""
    often = Counter(key for one in placed for key in set(_keys(one.rule.when)))
    stopping = _Wide((one for one in placed if one.rule.stop and not one.rule.shadow), often)
    setting = _Wide((one for one in placed if not one.rule.shadow and not _looks_at_ticket(one.rule.when)), often)
    order = {one.rule.rule: number for number, one in enumerate(placed)}
    for number, one in enumerate(placed):
        yield from _unreachable(one, [wide for wide in stopping.covering(one) if order[wide.rule.rule] < number])
        yield from _overwritten(one, [wide for wide in setting.covering(one) if order[wide.rule.rule] > number])
        for path, when in one.whens():
            yield from _matches_everything(one, path, when)
        yield from (one.problem(told, *path) for path, told in _impossible(one.rule))


# ---- is it ever asked? does it count? ------------------------------------------------------------


def _unreachable(one: Placed, before: Sequence[Placed]) -> Iterator[Problem]:
    for other in before[:1]:
        told = f"it is never reached: whenever it could match, `{other.rule.rule}` ({_where(other)}) says stop"
        yield one.problem(told, "rule")


def _overwritten(one: Placed, after: Sequence[Placed]) -> Iterator[Problem]:
    """Whether all that a rule does is undone by one that always matches when it does."""
    sets = {name for name, _ in one.rule.then.given()}
    if not sets or sets - OVERWRITTEN or one.rule.stop or one.rule.shadow:
        return
    undone = (other for other in after if sets <= {name for name, _ in other.rule.then.given()})
    for other in islice(undone, 1):
        told = f"it has no effect: whenever it matches, `{other.rule.rule}` ({_where(other)}) overwrites it"
        yield one.problem(told, "rule")


class _Wide:
    """Rules by the rarest thing that they ask for, so that those which ask for less than another are found at once."""

    def __init__(self, placed: Iterable[Placed], often: Mapping[Key, int]) -> None:
        self._by_key: dict[Key, list[Placed]] = {}
        for one in placed:
            rarest = min(_keys(one.rule.when), key=often.__getitem__, default=NO_CONDITION)
            self._by_key.setdefault(rarest, []).append(one)

    def covering(self, narrow: Placed) -> list[Placed]:
        """Those that certainly match whenever the narrow one does, in their order; it itself is none of them."""
        keys = dict.fromkeys((NO_CONDITION, *_keys(narrow.rule.when)))
        found = {one.rule.rule: one for key in keys for one in self._by_key.get(key, ()) if one is not narrow}
        wide = [one for one in found.values() if _covers(one.rule, narrow.rule)]
        return sorted(wide, key=lambda one: (one.document.file, one.number))


def _keys(when: When) -> Iterator[Key]:
    for name, wanted in when.given():
        simple = isinstance(wanted, tuple) and all(isinstance(word, str) for word in wanted)
        yield from ((name, str(word)) for word in wanted) if simple else ((name, repr(wanted)),)


def _looks_at_ticket(when: When) -> bool:
    mine = any((when.priority, when.type, when.category, when.module, when.tag, when.field))
    inner = (*when.any_, *when.all_, *((when.not_,) if when.not_ else ()))
    return mine or any(map(_looks_at_ticket, inner))


def _where(other: Placed) -> str:
    return f"{other.document.file}, line {other.line}"


def _covers(wide: Rule, narrow: Rule) -> bool:
    """Whether the wide rule certainly matches whenever the narrow one does."""
    asked = set(narrow.on) <= set(wide.on)
    return asked and not _looks_at_ticket(wide.when) and _follows(narrow.when, wide.when)


def _follows(narrow: When, wide: When) -> bool:
    """Whether the narrow conditions bring the wide ones with them: each is there too, and as strict or stricter."""
    given: Mapping[str, Any] = dict(narrow.given())
    return all(_as_strict(name, given.get(name), wanted) for name, wanted in wide.given())


def _as_strict(name: str, mine: Any, wanted: Any) -> bool:
    if mine is None or mine == wanted:
        return mine is not None
    simple = name not in ("header", "field", "any_", "all_", "not_") and isinstance(mine, tuple)
    return simple and isinstance(wanted, tuple) and set(mine) <= set(wanted)


# ---- can its conditions hold? --------------------------------------------------------------------


def _impossible(rule: Rule) -> Iterator[tuple[Path, str]]:
    for name, _ in rule.when.given():
        if name in OF_MAIL and set(rule.on) == {Trigger.TIME}:
            yield ("when", name), f"`{name}` never holds on `time`: there is no mail to look at"
        if name in OF_TICKET and set(rule.on) == {Trigger.NEW} and _never_new(name, rule.when):
            yield ("when", name), f"`{name}` never holds like this on `new`: add `on: [follow-up]` or `on: [time]`"
    if rule.when.priority and not any(map(compare(rule.when.priority, PLAIN).holds, PRIORITIES)):
        yield ("when", "priority"), f"no priority lies in `{rule.when.priority}`: they are 1 to 4"
    if rule.when.organisation and set(rule.when.sender) == {Register.UNKNOWN.value}:
        yield ("when", "sender"), "it never holds together with `organisation`: who is unknown has none"
    yield from _contradictions(rule.when)


def _never_new(name: str, when: When) -> bool:
    """A ticket that is just being opened has the status `new`, and is no time old."""
    if name == "status":
        return "new" not in when.status
    return not compare(getattr(when, name), SECONDS).holds(0)


def _contradictions(when: When) -> Iterator[tuple[Path, str]]:
    """What is wanted and excluded at once, or wanted twice with nothing in common."""
    if when.not_ is not None and _follows(when, when.not_):
        yield ("when", "not"), "it never holds: `not` excludes what the conditions beside it ask for"
    for name in NAMES:
        for other in when.all_:
            if _apart(getattr(when, name), getattr(other, name)):
                yield ("when", "all"), f"it never holds: no mail has both `{name}` that are asked for"


def _apart(one: Sequence[str], other: Sequence[str]) -> bool:
    plain = not any(map(is_pattern, (*one, *other)))
    return bool(one and other) and plain and not set(one) & set(other)


def _matches_everything(one: Placed, path: Path, when: When) -> Iterator[Problem]:
    for word in searched(when):
        if is_pattern(word) and pattern(word).search("") is not None:
            yield one.problem(f"`{word}` matches every text, even an empty one", *path)
