"""Shapes of the rules: what they look at (`RuleView`), what they change (`Draft`), what they come to (`RuleHit`)."""

from __future__ import annotations

from dataclasses import dataclass

from maild.model import Envelope, Message, ProposalKind, Reason, Register


@dataclass(frozen=True, slots=True)
class RuleView:
    """All a condition may look at: parsed values only, never raw headers."""

    message: Message
    envelope: Envelope
    desk: str
    register: Register
    organisation: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The ticket as it would be opened if no further rule matched.

    `proposes`: changes of the register that the mail asks for. `instructs`: it asks for what only somebody authorised
    may decide.
    """

    priority: int
    category: str = ""
    assignee: str = ""
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    proposes: tuple[ProposalKind, ...] = ()
    instructs: bool = False


@dataclass(frozen=True, slots=True)
class Shaped:
    """What a rule set made of a draft, and why."""

    draft: Draft
    reasons: tuple[Reason, ...]
