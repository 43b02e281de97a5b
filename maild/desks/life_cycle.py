"""How a desk's tickets come to rest: what stops a promise's clock, how long a settled ticket may be reopened, and what
becomes of one that nobody answers (REQ-A12, A13). In: what a desk's file says; out: `LifeCycle`, immutable.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, model_validator

from maild.model import Status

LONGEST = 3650
MOST_CASES = 20
Days = Annotated[int, Field(ge=1, le=LONGEST)]
SETTLED = frozenset({Status.SOLVED, Status.CLOSED})
"""Nobody works on it any more."""


class Then(StrEnum):
    """What is done with a ticket that the customer does not answer."""

    CLOSE = "close"
    ASK = "ask"


class Unanswered(BaseModel):
    """What becomes of tickets that wait for the customer, and of which types."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    types: tuple[str, ...] = Field(
        default=(), max_length=50, description="Types of tickets that this is about; all of them where it is empty."
    )
    after_days: Days = Field(description="Days without an answer, from our last mail on, or since it has this type.")
    then: Then = Field(
        default=Then.CLOSE,
        description="`close` the ticket, which its requester is told; or first `ask` whether it is still needed.",
    )
    close_after_days: Days = Field(default=5, description="Days from that question on, after which it is closed, too.")


Word = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,60}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Words = tuple[tuple[Language, Word], ...]


def _pairs(value: object) -> object:
    """A mapping, in its order, so that equal files are equal policies."""
    return tuple(value.items()) if isinstance(value, Mapping) else value


def _nested(value: object) -> object:
    return tuple((key, _pairs(inner)) for key, inner in value.items()) if isinstance(value, Mapping) else value


def _plain(value: tuple[tuple[str, Words], ...]) -> dict[str, dict[str, str]]:
    return {str(status): dict(words) for status, words in value}


Names = Annotated[tuple[tuple[Status, Words], ...], BeforeValidator(_nested), PlainSerializer(_plain)]


class LifeCycle(BaseModel):
    """The life of a desk's tickets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reopen_days: Days | None = Field(
        default=None,
        description="Days for which an answer reopens a solved or closed ticket. What comes later is a new ticket, "
        "linked to the old one, and its requester is told so. Without it an answer always reopens.",
    )
    settle_days: Days | None = Field(
        default=None, description="Days after which a solved ticket is closed, if nobody objects; never without it."
    )
    unanswered: tuple[Unanswered, ...] = Field(
        default=(),
        max_length=MOST_CASES,
        description="What becomes of tickets that wait for the customer; the first that fits a ticket's type counts.",
    )
    stops_while: tuple[Status, ...] = Field(
        default=(Status.WAITING,),
        description="In which states the clocks of its service levels stand still: waiting (for the customer), "
        "third-party.",
    )
    names: Names = Field(
        default=(),
        description="What customers read for a state, in each language: `waiting: {en: Awaiting your reply}`.",
    )

    @model_validator(mode="after")
    def _stops(self) -> LifeCycle:
        if settled := SETTLED.intersection(self.stops_while):
            raise ValueError(f"`{min(settled)}` ends a ticket's clocks anyway: take it out of `stops_while`")
        return self

    def unanswered_case(self, type: str) -> Unanswered | None:
        """What becomes of a ticket of this type that nobody answers."""
        return next((one for one in self.unanswered if not one.types or type in one.types), None)

    def name_of(self, status: Status, language: str) -> str:
        """The desk's own word for a state, "" where it has none in that language."""
        return dict(dict(self.names).get(status, ())).get(language, "")


USUAL = LifeCycle()
