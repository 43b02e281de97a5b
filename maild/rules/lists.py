"""Named lists: words, patterns or names that several rules share, written as `$name`.

In: a rule as it was written, and the lists; out: the same rule with the lists' entries in place of their names, or what
is wrong with that. Rules are stored and run without lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from maild.rules.kinds import names_list
from maild.rules.language import Rule, When

Lists = Mapping[str, tuple[str, ...]]


def named(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The lists that plain values name, each with the place where it stands."""
    if isinstance(value, str) and names_list(value):
        yield value[1:], path
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        yield from named(one, (*path, step))


def expanded(rule: Rule, lists: Lists) -> Rule:
    """The rule with its lists put in. Raises ValueError where an entry does not fit where the list stands."""
    written = json.dumps(_put_in(rule.when.model_dump(mode="json"), lists))
    try:
        when = When.model_validate_json(written, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(str(first.get("ctx", {}).get("error", first["msg"]))) from None
    return rule.model_copy(update={"when": when})


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
