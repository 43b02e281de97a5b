"""What a desk's YAML file says of its service levels: what is promised to whom, and who is told as time runs out.

In: the entries of `service_levels` and `escalation`; out: `ServiceLevel` and `Escalation`, immutable, written out as
they were read. What follows from them for a ticket says `service_levels`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from maild.desks.lengths import length
from maild.desks.written import one_or_many
from maild.model.promises import Aim

MOST_LEVELS = 100
MOST_STEPS = 20
MOST_WORDS = 50
WHOLE = 100
"""Percent: all of the promised time."""
MOST_PERCENT = 1000
_PERCENT = re.compile(r"([0-9]{1,4}) ?%")
_FILTERS = ("priority", "type", "category", "package")


class Clock(StrEnum):
    """Which time a promise counts. HOURS: the desk's. ALWAYS: every minute, by day and night (REQ-L11). CALENDAR: the
    same, and nothing lets it stand still (REQ-L13)."""

    HOURS = "hours"
    ALWAYS = "always"
    CALENDAR = "calendar"


class Of(StrEnum):
    """Which promises an escalation is about."""

    BOTH = "both"
    RESPONSE = "response"
    SOLUTION = "solution"


class Stops(StrEnum):
    """What keeps the promise of a response. ANSWER: our first answer. SOLUTION: a proposed solution (REQ-L3)."""

    ANSWER = "answer"
    SOLUTION = "solution"


def _length(text: str) -> str:
    if text:
        length(text)
    return text


def _share(text: str) -> str:
    found = _PERCENT.fullmatch(text)
    if not found or not 0 < int(found[1]) <= MOST_PERCENT:
        raise ValueError(
            f"`{text[:40]}` is no share of the promised time: write it as in `75 %`, at most `{MOST_PERCENT} %`"
        )
    return text


Priorities = Annotated[tuple[Annotated[int, Field(ge=1, le=4)], ...], BeforeValidator(one_or_many), Field(max_length=4)]
Word = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,80}$")]
Words = Annotated[tuple[Word, ...], BeforeValidator(one_or_many), Field(max_length=MOST_WORDS)]
LengthText = Annotated[str, AfterValidator(_length)]
Name = Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9._-]{0,63})?$")]


class ServiceLevel(BaseModel):
    """What is promised for some tickets."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)

    priority: Priorities = Field(default=(), description="Priorities it is for, one or a list; without it, any.")
    type: Words = Field(default=(), description="Ticket types it is for, one or a list; without it, any.")
    category: Words = Field(default=(), description="Categories it is for, one or a list; without it, any.")
    package: Words = Field(
        default=(),
        description="Packages of the requester's organisation that it is for, one or a list; without it, any, and "
        "people of no organisation.",
    )
    response: LengthText = Field(
        default="",
        description="By when an answer is promised: `4 h`, `30 min` or `5 working days` (to the end of the fifth "
        "working day after today); with `clock: calendar` also `7 calendar days`, `4 calendar weeks`, `1 month` or "
        "`1 month to the end of a month`; without it, it is not.",
    )
    solution: LengthText = Field(
        default="", description="By when a solution is promised, written as `response` is; without it, it is not."
    )
    clock: Clock = Field(
        default=Clock.HOURS,
        description="Which time counts: hours (the desk's), always (around the clock) or calendar, for deadlines of "
        "laws and contracts: it runs around the clock, stands still for nothing, and also for whom nothing proves; a "
        "day ends at midnight, and today does not count. Working days are the desk's in any case.",
    )

    @model_validator(mode="after")
    def _promises(self) -> ServiceLevel:
        if not self.response and not self.solution:
            raise ValueError("nothing is promised here: write `response`, `solution` or both")
        spans = [text for _, text in self.targets if length(text).span]
        if spans and self.clock is not Clock.CALENDAR:
            raise ValueError(f"`{spans[0]}` is a time of the calendar: write `clock: calendar` beside it")
        return self

    @property
    def targets(self) -> Iterator[tuple[Aim, str]]:
        """What is promised, and how long it may take."""
        yield from ((aim, text) for aim, text in ((Aim.RESPONSE, self.response), (Aim.SOLUTION, self.solution)) if text)


class Escalation(BaseModel):
    """What is done when so much of the promised time is over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Annotated[str, AfterValidator(_share)] = Field(
        description="The share of the promised time that is over then: `75 %`; above `100 %` it is broken already."
    )
    of: Of = Field(default=Of.BOTH, description="Which promise: response, solution or both.")
    tell: Name = Field(
        default="", description="Member of staff, or team, that is told; without it, whoever the ticket is with."
    )
    assign: Name = Field(
        default="", description="Member of staff, or team, that the ticket is given to; without it, nobody new."
    )

    @property
    def percent(self) -> int:
        """The share, in percent of the promised time."""
        return int(self.at.rstrip(" %"))

    def is_about(self, aim: Aim) -> bool:
        """Whether it is to happen for this promise."""
        return self.of is Of.BOTH or self.of.value == aim.value


def without_dead_ones(levels: tuple[ServiceLevel, ...]) -> tuple[ServiceLevel, ...]:
    """The same; ValueError where one can never count, because an earlier one fits whatever it fits."""
    for number, later in enumerate(levels):
        for place, earlier in enumerate(levels[:number]):
            if all(_covers(getattr(earlier, name), getattr(later, name)) for name in _FILTERS):
                raise ValueError(
                    f"service level {number + 1} never counts, since level {place + 1} fits all that it fits: "
                    "the first that fits counts, so put the narrower one first"
                )
    return levels


def in_order(steps: tuple[Escalation, ...]) -> tuple[Escalation, ...]:
    """The same; ValueError where an earlier share stands behind a later one."""
    for one, other in pairwise(steps):
        if other.percent < one.percent:
            raise ValueError(f"`{other.at}` stands behind `{one.at}`: write them in the order in which they happen")
    return steps


def _covers(wide: tuple[Any, ...], narrow: tuple[Any, ...]) -> bool:
    """Nothing said means any."""
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


ServiceLevels = Annotated[tuple[ServiceLevel, ...], Field(max_length=MOST_LEVELS), AfterValidator(without_dead_ones)]
Escalations = Annotated[tuple[Escalation, ...], Field(max_length=MOST_STEPS), AfterValidator(in_order)]
