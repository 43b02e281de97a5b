"""What works in a rule set, but was hardly meant so: rules that are never reached or always overwritten, conditions
that cannot hold, patterns that match everything.

In: placed rules in their order; out: warnings with their line. Pure. Law: a warning is certain; what may be meant is
left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from maild.errors import Problem
from maild.model import Register
from maild.patterns.regex import is_pattern, parts, pattern
from maild.rules.holding import condition_holds
from maild.rules.language import Rule, When
from maild.rules.matter import Matter, Scene
from maild.rules.measures import PLAIN, compare
from maild.rules.model import Draft
from maild.rules.placed import Path, Placed
from maild.rules.view import RuleView, Trigger

OVERWRITTEN = frozenset({"priority", "type", "category", "module", "assign", "status", "answer"})
"""Actions of which the last one counts."""
SEEN_LATER = ("priority", "type", "category", "module", "tag", "field")
"""What rules set and the conditions of later rules ask for."""
OF_MAIL = ("header", "attachment", "language", "automatic", "recipient", "recipients", "proof")
ABSENT: Mapping[Trigger, tuple[str, ...]] = {
    Trigger.NEW: ("status", "age", "quiet"),
    Trigger.REPLY: OF_MAIL,
    Trigger.TIME: ("text", "full_text", *OF_MAIL),
}
"""Conditions on what is not there on such an occasion."""
WHY: Mapping[Trigger, str] = {
    Trigger.NEW: "there is no ticket yet; add `on: [follow-up]` or `on: [time]`",
    Trigger.REPLY: "there is no mail to look at",
    Trigger.TIME: "there is no mail to look at",
}
TEXTS = ("subject", "text", "full_text")
BORDER = re.compile(r"[$^]|\\[AzbBQ]")
"""What makes an expression ask where it is, rather than what is there."""
NAMES = ("desk", "organisation", "language", "status", "proof", "automatic")
"""Conditions of which a mail has one value only."""
PRIORITIES = (1, 2, 3, 4)
Key = tuple[str, str]
NO_CONDITION: Key = ("", "")
SHARED = 50
"""Looking at more rules for each rule would take too long in a set of thousands."""


def warnings(placed: Sequence[Placed]) -> Iterator[Problem]:
    """All of them, rule by rule."""
    often = Counter(key for one in placed for key in set(_keys(one.rule.when)))
    stopping = _Wide((one for one in placed if one.rule.stop and not one.rule.shadow), often)
    setting = _Wide((one for one in placed if not one.rule.shadow and not _looks_at_ticket(one.rule.when)), often)
    order = {one.rule.rule: number for number, one in enumerate(placed)}
    for number, one in enumerate(placed):
        yield from _unreachable(one, [wide for wide in stopping.covering(one) if order[wide.rule.rule] < number])
        last = (order[wide.rule.rule] for wide in setting.covering(one))
        yield from _overwritten(one, (placed[number + 1 : place + 1] for place in last if place > number))
        for path, when in one.whens():
            yield from _matches_everything(one, path, when)
        yield from (one.problem(told, *path) for path, told in _impossible(one.rule))


# ---- is it ever asked? does it count? ------------------------------------------------------------


def _unreachable(one: Placed, before: Sequence[Placed]) -> Iterator[Problem]:
    for other in before[:1]:
        told = f"it is never reached: whenever it could match, `{other.rule.rule}` ({_where(other)}) says stop"
        yield one.problem(told, "rule")


def _overwritten(one: Placed, after: Iterable[Sequence[Placed]]) -> Iterator[Problem]:
    """Whether all that a rule does is undone by one that always matches when it does: the last of some after it."""
    sets = {name for name, _ in one.rule.then.given()}
    if not sets or sets - OVERWRITTEN or one.rule.stop or one.rule.shadow:
        return
    undone = (some[-1] for some in after if _undone(sets, some))
    for other in islice(undone, 1):
        told = f"it has no effect: whenever it matches, `{other.rule.rule}` ({_where(other)}) overwrites it"
        yield one.problem(told, "rule")


def _undone(sets: set[str], after: Sequence[Placed]) -> bool:
    """Whether the last rule sets it all again, and none before it has looked at it or said stop."""
    *between, last = (one.rule for one in after)
    if not sets <= {name for name, _ in last.then.given()}:
        return False
    return not any(one.stop or _looks_at(one.when, sets) for one in between if not one.shadow)


class _Wide:
    """Rules by the rarest thing that they ask for, so that those which ask for less than another are found at once."""

    def __init__(self, placed: Iterable[Placed], often: Mapping[Key, int]) -> None:
        self._by_key: dict[Key, list[Placed]] = {}
        for one in placed:
            for key in _few(one.rule.when, often):
                self._by_key.setdefault(key, []).append(one)

    def covering(self, narrow: Placed) -> list[Placed]:
        """Those that certainly match whenever the narrow one does, in their order; it itself is none of them."""
        keys = dict.fromkeys((NO_CONDITION, *_keys(narrow.rule.when)))
        found = {one.rule.rule: one for key in keys for one in self._by_key.get(key, ()) if one is not narrow}
        wide = [one for one in found.values() if _covers(one.rule, narrow.rule)]
        return sorted(wide, key=lambda one: (one.document.file, one.number))


def _few(when: When, often: Mapping[Key, int]) -> Sequence[Key]:
    """The keys of the condition that fewest rules share, one of which every narrower rule has too; where many share it,
    only the rarest: then some warnings are not given."""
    each = [[*_keys_of(*given)] for given in when.given()] or [[NO_CONDITION]]
    keys = min(each, key=lambda keys: sum(often[one] for one in keys))
    return keys if sum(often[one] for one in keys) <= SHARED else [min(keys, key=lambda one: often[one])]


def _keys(when: When) -> Iterator[Key]:
    for given in when.given():
        yield from _keys_of(*given)


def _keys_of(name: str, wanted: Any) -> Iterator[Key]:
    simple = isinstance(wanted, tuple) and all(isinstance(word, str) for word in wanted)
    yield from ((name, str(word)) for word in wanted) if simple else ((name, repr(wanted)),)


def _looks_at_ticket(when: When) -> bool:
    return _looks_at(when, SEEN_LATER)


def _looks_at(when: When, names: Collection[str]) -> bool:
    """Whether a condition asks for one of these things that rules set; `status` is that of before the rules."""
    mine = any(name in names and name in SEEN_LATER for name, _ in when.given())
    return mine or any(_looks_at(inner, names) for inner in (*when.any_, *when.all_, *filter(None, (when.not_,))))


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
    for name, wanted in rule.when.given():
        if all(_never(name, wanted, trigger) for trigger in rule.on):
            triggers = " and ".join(f"`{trigger.value}`" for trigger in rule.on)
            yield ("when", name), f"`{name}` never holds like this on {triggers}: {WHY[rule.on[0]]}"
    if rule.when.priority and not any(map(compare(rule.when.priority, PLAIN).holds, PRIORITIES)):
        yield ("when", "priority"), f"no priority lies in `{rule.when.priority}`: they are 1 to 4"
    if rule.when.organisation and set(rule.when.sender) == {Register.UNKNOWN.value}:
        yield ("when", "sender"), "it never holds together with `organisation`: who is unknown has none"
    yield from _contradictions(rule.when)


def _never(name: str, wanted: Any, trigger: Trigger) -> bool:
    """Asked of an occasion on which there is neither mail nor ticket."""
    blank = RuleView(trigger, datetime.min.replace(tzinfo=UTC), desk="")
    scene = Scene(Matter(blank), Draft(priority=PRIORITIES[0]))
    return name in ABSENT.get(trigger, ()) and condition_holds(name, wanted, scene) is None


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
    """A rule that sets fields may want what such a pattern catches."""
    for name in TEXTS if not one.rule.then.field else ():
        for word in getattr(when, name):
            if is_pattern(word) and _is_everywhere(word):
                yield one.problem(f"`{word}` matches every text, even an empty one", *path, name)


def _is_everywhere(word: str) -> bool:
    """What is found in an empty text is found at every place of any, unless it asks where it is; every text has a
    place that `^` at its start takes."""
    body = parts(word)[0].removeprefix("^")
    return BORDER.search(body.replace("[^", "[")) is None and pattern(word).search("") is not None
