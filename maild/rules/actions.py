"""The actions of a rule: one function per word an admin can write; its docstring is its documentation.

In: the draft, what the rule says, what its patterns caught; out: the draft as it is then. Actions change the draft
and can do nothing else (design part 7). What a mail's text puts into a field is one line of bounded length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from maild.model import ProposalKind, Status
from maild.rules.kinds import PageWords
from maild.rules.model import Draft, Page
from maild.rules.regex import Captures

T = TypeVar("T")
LONGEST_VALUE = 500
BRACES = re.compile(r"\{\{|\}\}|\{(?P<name>[A-Za-z0-9_]+)\}|(?P<stray>[{}])")


def priority(draft: Draft, value: int, _captures: Captures) -> Draft:
    """The ticket's priority, 1 (highest) to 4."""
    return replace(draft, priority=value)


def type(draft: Draft, value: str, _captures: Captures) -> Draft:
    """The ticket's type, in your own words, such as question, incident or change request."""
    return replace(draft, type=value)


def category(draft: Draft, value: str, _captures: Captures) -> Draft:
    """The ticket's category, in your own words."""
    return replace(draft, category=value)


def module(draft: Draft, value: str, _captures: Captures) -> Draft:
    """The part of the product that it is about, in your own words."""
    return replace(draft, module=value)


def assign(draft: Draft, value: str, _captures: Captures) -> Draft:
    """Who works on it: a member of staff, or a team, by the name in the directory."""
    return replace(draft, assignee=value)


def field(draft: Draft, value: Sequence[tuple[str, str]], captures: Captures) -> Draft:
    """Named values on the ticket. `{1}` is what the first pair of brackets of the rule's first matching pattern
    caught, `{name}` what `(?P<name>…)` caught; where that is nothing the field stays as it was. `{{` is a brace."""
    filled = ((key, fill(template, captures)) for key, template in value)
    fields = dict(draft.fields) | {key: text for key, text in filled if text}
    return replace(draft, fields=tuple(fields.items()))


def tag(draft: Draft, value: Iterable[str], _captures: Captures) -> Draft:
    """Tags put on the ticket, beside those it has."""
    return replace(draft, tags=_more(draft.tags, value))


def status(draft: Draft, value: Status, _captures: Captures) -> Draft:
    """The status the ticket gets: new, open, waiting, solved or closed."""
    return replace(draft, status=value)


def participant(draft: Draft, value: Iterable[str], _captures: Captures) -> Draft:
    """Addresses that take part in the ticket as followers."""
    return replace(draft, participants=_more(draft.participants, value))


def notify(draft: Draft, value: Iterable[PageWords], _captures: Captures) -> Draft:
    """Staff or teams who are told by mail at once, by their names; `{ staff: NAME, template: NAME }` takes a template
    of your own."""
    return replace(draft, pages=_more(draft.pages, (Page(one.staff, one.template) for one in value)))


def forward(draft: Draft, value: Iterable[str], _captures: Captures) -> Draft:
    """To whom the mail's text goes: `account-manager` (of the sender's organisation), or staff or a team by name."""
    return replace(draft, forwards=_more(draft.forwards, value))


def answer(draft: Draft, value: str, _captures: Captures) -> Draft:
    """The template of your own that the sender gets in place of the confirmation (on `time`: the requester). Who did
    not prove to be registered gets the desk's neutral answer, whatever stands here."""
    return replace(draft, answer=value)


def ask(draft: Draft, value: Iterable[tuple[str, str]], _captures: Captures) -> Draft:
    """Fields without which nobody can begin, each with the words that the sender knows it by: where one is empty after
    all rules, the sender is asked for it in place of the confirmation, and the ticket waits."""
    return replace(draft, asks=tuple((dict(value) | dict(draft.asks)).items()))


def review(draft: Draft, value: str, _captures: Captures) -> Draft:
    """A person must look at the mail before it counts as part of the conversation; the words say why."""
    return replace(draft, review=value)


def ignore(draft: Draft, value: str, _captures: Captures) -> Draft:
    """No ticket and no answer; the words say why. The mail is kept, `maild inbox` lists it."""
    return replace(draft, ignored=value)


def webhook(draft: Draft, value: Iterable[str], _captures: Captures) -> Draft:
    """Other systems that are told, by the names they have in maild.yaml."""
    return replace(draft, webhooks=_more(draft.webhooks, value))


def propose(draft: Draft, value: Iterable[ProposalKind], _captures: Captures) -> Draft:
    """A change of the register that the mail asks for: `new-contact`, `new-authorised`, `new-primary` or `leaving`. It
    is about the people whose addresses stand in the mail. An authorised contact's wish is kept for staff to approve;
    anybody else's waits until an authorised contact says yes."""
    return replace(draft, proposes=_more(draft.proposes, value))


def instruction(draft: Draft, value: bool, _captures: Captures) -> Draft:
    """Whether the mail asks for something that only an authorised contact may decide: then the wish of anybody else is
    held until one of them says yes."""
    return replace(draft, instructs=value)


Action = Callable[[Draft, Any, Captures], Draft]
_ALL: tuple[Action, ...] = (
    priority, type, category, module, assign, field, tag, status, participant,
    notify, forward, answer, ask, review, ignore, webhook, propose, instruction,
)  # fmt: skip
ACTIONS = {action.__name__: action for action in _ALL}


def _more(there: Sequence[T], further: Iterable[T]) -> tuple[T, ...]:
    """Each once, in the order in which they came."""
    return tuple(dict.fromkeys((*there, *further)))


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
