"""The actions of a rule: one function per word an admin can write; its docstring is its documentation.

In: the draft, what the rule says, what its patterns caught; out: the parts of the draft that become others by it, each
the affair of one action. Actions change the draft and can do nothing else (design part 7). What a mail's text puts into
a field is one line of bounded length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from maild.model import ProposalKind, Status
from maild.patterns.regex import Captures
from maild.rules.kinds import PageWords
from maild.rules.model import Draft, Page

T = TypeVar("T")
Parts = Mapping[str, object]
"""Parts of a draft, by name, as they are then."""
LONGEST_VALUE = 500
BRACES = re.compile(r"\{\{|\}\}|\{(?P<name>[A-Za-z0-9_]+)\}|(?P<stray>[{}])")


def priority(_draft: Draft, value: int, _captures: Captures) -> Parts:
    """The ticket's priority, 1 (highest) to 4."""
    return {"priority": value}


def type(_draft: Draft, value: str, _captures: Captures) -> Parts:
    """The ticket's type, in your own words, such as question, incident or change request."""
    return {"type": value}


def category(_draft: Draft, value: str, _captures: Captures) -> Parts:
    """The ticket's category, in your own words."""
    return {"category": value}


def module(_draft: Draft, value: str, _captures: Captures) -> Parts:
    """The part of the product that it is about, in your own words."""
    return {"module": value}


def assign(_draft: Draft, value: str, _captures: Captures) -> Parts:
    """Who works on it: a member of staff, or a team, by the name in the directory."""
    return {"assignee": value}


def field(draft: Draft, value: Sequence[tuple[str, str]], captures: Captures) -> Parts:
    """Named values on the ticket. `{1}` is what the first pair of brackets of the rule's first matching pattern
    caught, `{name}` what `(?P<name>…)` caught; where that is nothing the field stays as it was. `{{` is a brace."""
    filled = ((key, fill(template, captures)) for key, template in value)
    fields = dict(draft.fields) | {key: text for key, text in filled if text}
    return {"fields": tuple(fields.items())}


def tag(draft: Draft, value: Iterable[str], _captures: Captures) -> Parts:
    """Tags put on the ticket, beside those it has; without commas."""
    return {"tags": _more(draft.tags, value)}


def status(_draft: Draft, value: Status, _captures: Captures) -> Parts:
    """The status the ticket gets: new, open, waiting, third-party, solved or closed."""
    return {"status": value}


def participant(draft: Draft, value: Iterable[str], _captures: Captures) -> Parts:
    """Addresses that take part in the ticket as followers."""
    return {"participants": _more(draft.participants, value)}


def notify(draft: Draft, value: Iterable[PageWords], _captures: Captures) -> Parts:
    """Staff or teams who are told by mail at once, by their names; `{ staff: NAME, template: NAME }` takes a template
    of your own."""
    return {"pages": _more(draft.pages, (Page(one.staff, one.template) for one in value))}


def forward(draft: Draft, value: Iterable[str], _captures: Captures) -> Parts:
    """To whom the mail's text goes: `account-manager` (of the sender's organisation), or staff or a team by name."""
    return {"forwards": _more(draft.forwards, value)}


def answer(_draft: Draft, value: str, _captures: Captures) -> Parts:
    """The template of your own that the sender gets in place of the confirmation (on `time`: the requester). Who did
    not prove to be registered gets the desk's neutral answer, whatever stands here."""
    return {"answer": value}


def ask(draft: Draft, value: Iterable[tuple[str, str]], _captures: Captures) -> Parts:
    """Fields without which nobody can begin, each with the words that the sender knows it by: where one is empty after
    all rules, the sender is asked for it in place of the confirmation, and the ticket waits."""
    return {"asks": tuple((dict(value) | dict(draft.asks)).items())}


def review(_draft: Draft, value: str, _captures: Captures) -> Parts:
    """A person must look at the mail before it counts as part of the conversation; the words say why."""
    return {"review": value}


def ignore(_draft: Draft, value: str, _captures: Captures) -> Parts:
    """No ticket and no answer; the words say why. The mail is kept, `maild inbox` lists it."""
    return {"ignored": value}


def webhook(draft: Draft, value: Iterable[str], _captures: Captures) -> Parts:
    """Other systems that are told, by the names they have in maild.yaml."""
    return {"webhooks": _more(draft.webhooks, value)}


def propose(draft: Draft, value: Iterable[ProposalKind], _captures: Captures) -> Parts:
    """A change of the register that the mail asks for: `new-contact`, `new-authorised`, `new-primary` or `leaving`. It
    is about the people whose addresses stand in the mail. An authorised contact's wish is kept for staff to approve;
    anybody else's waits until an authorised contact says yes."""
    return {"proposes": _more(draft.proposes, value)}


def instruction(_draft: Draft, value: bool, _captures: Captures) -> Parts:
    """Whether the mail asks for something that only an authorised contact may decide: then the wish of anybody else is
    held until one of them says yes."""
    return {"instructs": value}


def workflow(_draft: Draft, value: str, _captures: Captures) -> Parts:
    """The request with legal weight that the mail begins, by the workflow's name; only for somebody whom the workflow
    lets ask, proven: of anybody else's mail those who could have asked are told."""
    return {"workflow": value}


Action = Callable[[Draft, Any, Captures], Parts]
_ALL: tuple[Action, ...] = (
    priority, type, category, module, assign, field, tag, status, participant,
    notify, forward, answer, ask, review, ignore, webhook, propose, instruction, workflow,
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
