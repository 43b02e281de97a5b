"""Shapes of the rules: what they change (`Draft`), and what they come to (`Shaped`).

Laws: plain data; a draft says everything that rules can do, and nothing is done but by whoever decides (design part 7).
"""

from __future__ import annotations

from dataclasses import dataclass

from maild.model import ProposalKind, Reason, Status
from maild.rules.view import RuleView


@dataclass(frozen=True, slots=True)
class Page:
    """A member of staff, or a team, who shall be told; `template` "" takes the ordinary one."""

    staff: str
    template: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The ticket as it would be if no further rule matched, and what else shall happen.

    `status` None: as it would be anyway. `proposes`: changes of the register that the mail asks for. `instructs`: it
    asks for what only somebody authorised may decide. `workflow`: the request with legal weight that it begins.
    `participants`: addresses that take part. `forwards`: to whom of
    the staff its text goes ("account-manager", or a name). `answer`: the template that takes the confirmation's place.
    `asks`: fields without which nobody can begin, each with the words that the sender is asked with. `review` and
    `ignored` are the words of why, "" for not.
    """

    priority: int
    type: str = ""
    category: str = ""
    module: str = ""
    assignee: str = ""
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    status: Status | None = None
    proposes: tuple[ProposalKind, ...] = ()
    instructs: bool = False
    workflow: str = ""
    participants: tuple[str, ...] = ()
    forwards: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    webhooks: tuple[str, ...] = ()
    answer: str = ""
    asks: tuple[tuple[str, str], ...] = ()
    review: str = ""
    ignored: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule whose conditions hold; a shadow has changed nothing. `tells`: whom it wants told, as in "webhook crm"."""

    rule: str
    shadow: bool = False
    tells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruled:
    """One occasion on which rules were asked: what they saw, the draft before and after, and which had a say. It is
    kept with the decision, so that another set of rules can be asked the same."""

    view: RuleView
    before: Draft
    draft: Draft
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Shaped:
    """What a rule set made of a draft, and why."""

    ruled: Ruled
    reasons: tuple[Reason, ...] = ()

    @property
    def draft(self) -> Draft:
        return self.ruled.draft
