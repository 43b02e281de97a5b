"""A mail prepared once for all rules, each part when it is first asked for; and the ticket as it stands: `Scene`.

Laws: pure; all work is linear in the length of the mail, and beyond the bounds below rules do not look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from maild.ingest.header.headers import decoded
from maild.patterns.regex import NOTHING_CAUGHT, Captures, is_pattern, pattern
from maild.patterns.words import Text, holds, sayable, text_of
from maild.rules.model import Draft
from maild.rules.view import RuleView

LONGEST_SUBJECT = 2_000
LONGEST_TEXT = 100_000
LONGEST_VALUE = 2_000

Finder = Callable[[str, Text], frozenset[str] | None]
"""Which words and patterns of the rules stand in a text of this name; None where it has not been looked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What matched, as the rule writes it, and what its brackets caught."""

    wanted: str
    captures: Captures = NOTHING_CAUGHT


class Matter:
    """The parts of a mail that conditions ask for."""

    def __init__(self, view: RuleView, finder: Finder | None = None) -> None:
        self.view, self._finder = view, finder

    @cached_property
    def subject(self) -> Text:
        return self._searched("subject", self.view.subject, LONGEST_SUBJECT)

    @cached_property
    def text(self) -> Text:
        return self._searched("text", self.view.text, LONGEST_TEXT)

    @cached_property
    def full_text(self) -> Text:
        return self._searched("full_text", self.view.full_text, LONGEST_TEXT)

    @cached_property
    def sender(self) -> str:
        return sayable(self.view.sender)

    @cached_property
    def recipients(self) -> tuple[str, ...]:
        return tuple(map(sayable, self.view.recipients))

    @cached_property
    def attachments(self) -> tuple[tuple[Text, Text, int], ...]:
        """Name, type and size of each."""
        return tuple((value_of(one.name), value_of(one.type), one.size) for one in self.view.attachments)

    def header(self, name: str) -> tuple[Text, ...]:
        """The decoded values of a header field, by its name in lower case."""
        return tuple(value_of(decoded(value)) for field, value in self.view.headers if field == name)

    def _searched(self, name: str, written: str, limit: int) -> Text:
        text = text_of(written, limit)
        return replace(text, present=self._finder(name, text)) if self._finder else text


@dataclass(frozen=True, slots=True)
class Scene:
    """What a rule looks at: the mail, and the ticket as the rules before it have left it."""

    matter: Matter
    draft: Draft

    @property
    def view(self) -> RuleView:
        return self.matter.view


def value_of(written: str) -> Text:
    """A short value, prepared."""
    return text_of(written, LONGEST_VALUE)


def in_text(value: Text, wanted: Sequence[str]) -> Found | None:
    """The first word, phrase or pattern that stands in the text."""
    for one in wanted if value.present is None else (one for one in wanted if one in value.present):
        if not is_pattern(one):
            if holds(value, one):
                return Found(one)
        elif (captures := pattern(one).search(value.raw)) is not None:
            return Found(one, captures)
    return None


def among(values: Sequence[str], wanted: Sequence[str]) -> Found | None:
    """The first word that equals one of the values, or the first pattern found in one of them."""
    for one in wanted:
        if not is_pattern(one):
            if one in values:
                return Found(one)
        elif (captures := _searched(one, values)) is not None:
            return Found(one, captures)
    return None


def _searched(written: str, values: Sequence[str]) -> Captures | None:
    hits = (pattern(written).search(value) for value in values if value)
    return next((hit for hit in hits if hit is not None), None)
