"""The actions of a rule: one function per word an admin can write; its docstring is its documentation.

In: the draft, what the rule says, what its patterns caught; out: the draft as it is then. Actions change the draft
and can do nothing else (design part 7). What a mail's text puts into a field is one line of bounded length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from maild.model import ProposalKind
from maild.rules.model import Draft
from maild.rules.regex import Captures

LONGEST_VALUE = 500
BRACES = re.compile(r"\{\{|\}\}|\{(?P<name>[A-Za-z0-9_]+)\}|(?P<stray>[{}])")


def priority(draft: Draft, value: int, _captures: Captures) -> Draft:
    """The ticket's priority, 1 (highest) to 4."""
    return replace(draft, priority=value)


def category(draft: Draft, value: str, _captures: Captures) -> Draft:
    """The ticket's category, in your own words."""
    return replace(draft, category=value)


def assign(draft: Draft, value: str, _captures: Captures) -> Draft:
    """Who of the staff works on it: a name from the directory."""
    return replace(draft, assignee=value)


def field(draft: Draft, value: Sequence[tuple[str, str]], captures: Captures) -> Draft:
    """Named values on the ticket. `{1}` is what the first pair of brackets of the rule's first matching pattern
    caught, `{name}` what `(?P<name>…)` caught; where that is nothing the field stays as it was. `{{` is a brace."""
    filled = ((key, fill(template, captures)) for key, template in value)
    fields = dict(draft.fields) | {key: text for key, text in filled if text}
    return replace(draft, fields=tuple(fields.items()))


def tag(draft: Draft, value: Iterable[str], _captures: Captures) -> Draft:
    """Tags put on the ticket, beside those it has."""
    return replace(draft, tags=tuple(dict.fromkeys((*draft.tags, *value))))


def propose(draft: Draft, value: Iterable[ProposalKind], _captures: Captures) -> Draft:
    """A change of the register that the mail asks for: `new-contact`, `new-authorised`, `new-primary` or `leaving`. It
    is about the people whose addresses stand in the mail. An authorised contact's wish is kept for staff to approve;
    anybody else's waits until an authorised contact says yes."""
    return replace(draft, proposes=tuple(dict.fromkeys((*draft.proposes, *value))))


def instruction(draft: Draft, value: bool, _captures: Captures) -> Draft:
    """Whether the mail asks for something that only an authorised contact may decide: then the wish of anybody else is
    held until one of them says yes."""
    return replace(draft, instructs=value)


Action = Callable[[Draft, Any, Captures], Draft]
_ALL: tuple[Action, ...] = (priority, category, assign, field, tag, propose, instruction)
ACTIONS = {action.__name__: action for action in _ALL}


def placeholders(template: str) -> tuple[str, ...]:
    """The names in braces. ValueError for a brace that stands alone."""
    found = tuple(BRACES.finditer(template))
    if any(match["stray"] for match in found):
        raise ValueError(
            "a brace stands alone: `{1}` or `{name}` puts in what a pattern caught, `{{` is a brace itself"
        )
    return tuple(match["name"] for match in found if match["name"])


def fill(template: str, captures: Captures) -> str:
    """The template with what was caught, on one line; "" where one of its placeholders caught nothing."""
    if not all(captures.get(name) for name in placeholders(template)):
        return ""
    text = BRACES.sub(lambda match: _filled(match, captures), template)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:LONGEST_VALUE]


def _filled(match: re.Match[str], captures: Captures) -> str:
    return (captures.get(match["name"]) or "") if match["name"] else match[0][0]
