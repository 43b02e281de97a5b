"""What would become of a promise: its clock, the times it stands still, and its escalations, if nobody ever answered.

In: a desk, a promise, and the waits, in order; out: `Course`. Pure. Nothing here decides about a ticket: it shows what
`service_levels` says, one thing after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from maild.desks.policy import Desk
from maild.desks.service_levels import Asked, Promised, left, milestone, promised, resumed
from maild.desks.targets import Escalation


@dataclass(frozen=True, slots=True)
class Wait:
    """The clock stands still from one instant (aware) to another, as while the customer is asked something."""

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """What a wait did to a promise: what was `left` of its time, and the new due time (UTC) with its words."""

    begins_at: datetime
    ends_at: datetime
    left: timedelta
    due_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """An escalation, and when (UTC) it happens."""

    at: datetime
    escalation: Escalation


@dataclass(frozen=True, slots=True)
class Course:
    """A promise as it was made, what it became (`due_at`, UTC), and what happened on the way, in order."""

    promised: Promised
    due_at: datetime
    pauses: tuple[Pause, ...]
    steps: tuple[Step, ...]


def simulated(desk: Desk, asked: Asked, at: datetime, waits: Iterable[Wait] = ()) -> tuple[Course, ...]:
    """The course of all that is promised to whoever asks this at an instant. A wait that begins when the time is over
    changes nothing any more; what is fixed waits for nobody."""
    known = tuple(waits)
    return tuple(_course(desk, one, () if one.fixed else known) for one in promised(desk, asked, at))


def _course(desk: Desk, made: Promised, waits: Iterable[Wait]) -> Course:
    now, pauses, steps = made, list[Pause](), list[Step]()
    for wait in waits:
        rest = left(desk, now.always, wait.begins_at, now.due_at)
        if not rest:
            break
        steps += (step for step in _steps(desk, now, len(steps)) if step.at <= wait.begins_at)
        due_at, words = resumed(desk, now.always, rest, wait.ends_at)
        pauses.append(Pause(wait.begins_at.astimezone(UTC), wait.ends_at.astimezone(UTC), rest, due_at, words))
        now = replace(now, due_at=due_at, words=words)
    steps += _steps(desk, now, len(steps))
    return Course(made, now.due_at, tuple(pauses), tuple(steps))


def _steps(desk: Desk, one: Promised, behind: int) -> Iterator[Step]:
    """The escalations from a number on."""
    while found := milestone(desk, one, behind):
        yield Step(*found)
        behind += 1
