"""Named lists: words, patterns or names that several rules share, written as `$name`.

In: a rule as it was written, and the lists; out: the same rule with the lists' entries in place of their names, or why
one does not fit where it stands. Rules are stored and run without lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import dropwhile
from typing import Any

from pydantic import ValidationError

from maild.rules.kinds import MOST_WORDS, names_list
from maild.rules.language import Rule, When

Lists = Mapping[str, tuple[str, ...]]
Path = tuple[str | int, ...]
AROUND = frozenset({"when", "any", "all", "not"})
"""What a condition may stand in."""


def named(value: Any, path: Path = ()) -> Iterator[tuple[str, Path]]:
    """The lists that plain values name, each with the place where it stands."""
    if isinstance(value, str) and names_list(value):
        yield value[1:], path
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        yield from named(one, (*path, step))


def expanded(rule: Rule, lists: Lists) -> Rule:
    """The rule with its lists put in. Raises ValueError where an entry does not fit where its list stands."""
    return rule.model_copy(update={"when": _read(_put_in(rule.when.model_dump(mode="json"), lists))})


def misfit(path: Path, entries: Sequence[str]) -> str:
    """Why a list with these entries cannot stand at a place in a rule; "" where it can."""
    value: Any = list(entries)
    steps = dropwhile(AROUND.__contains__, (step for step in path if isinstance(step, str)))
    for step in reversed(list(steps)):
        value = {step: value}
    try:
        _read(value)
    except ValueError as error:
        return str(error)
    return ""


def _read(when: Any) -> When:
    """Raises ValueError with the first thing that is wrong."""
    try:
        return When.model_validate_json(json.dumps(when), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    if first["type"] == "too_long":
        raise ValueError(f"with its lists a condition holds more than {MOST_WORDS} words")
    raise ValueError(str(first.get("ctx", {}).get("error", first["msg"])))


def _put_in(value: Any, lists: Lists) -> Any:
    if isinstance(value, dict):
        return {name: _put_in(one, lists) for name, one in value.items()}
    if isinstance(value, list):
        return [entry for one in value for entry in _entries(one, lists)]
    return value


def _entries(one: Any, lists: Lists) -> list[Any]:
    if isinstance(one, str) and names_list(one):
        return list(lists.get(one[1:], ()))
    return [_put_in(one, lists)]
