"""Service levels: what is promised for a ticket and by when, how a clock that stood still goes on, and who is told.

In: a desk, what is known of a ticket, aware instants; out: `Promised` (UTC) with its arithmetic in words. Pure.
Laws: the first level that fits counts; where none fits, or the desk never opens, nothing is promised. A promise is made
once: what a calendar says later changes no due time, only the times that are reckoned later (`resumed`, `milestone`).
A desk that does not open within a year any more is reckoned around the clock then, so that no promise is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from maild.desks.deadlines import end_of, spanned
from maild.desks.lengths import Length, Span, length
from maild.desks.months import NOTHING
from maild.desks.policy import Desk
from maild.desks.targets import WHOLE, Clock, Escalation, ServiceLevel
from maild.desks.working_time import (
    added_up,
    ago,
    closing,
    counted,
    due,
    explained,
    lasting,
    of_work,
    worked,
)
from maild.model.promises import Aim

BREACH = Escalation(at=f"{WHOLE} %")
"""What happens at the due time where the desk says nothing of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a service level is chosen by. `package`: of the requester's organisation, "" for none."""

    priority: int
    type: str = ""
    category: str = ""
    package: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """A due time (UTC) and how it came about: `work` is the time of its clock from its start to its end; `always` a
    clock that runs around the clock, else in the desk's hours; `fixed` one that nothing lets stand still."""

    aim: Aim
    started_at: datetime
    due_at: datetime
    work: timedelta
    always: bool
    words: str
    fixed: bool = False


class Running(Protocol):
    """What a promise has to say of itself for its escalations."""

    @property
    def aim(self) -> Aim: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def work(self) -> timedelta: ...
    @property
    def always(self) -> bool: ...


def promised(desk: Desk, asked: Asked, at: datetime) -> tuple[Promised, ...]:
    """What is promised to whoever asks this at an instant (aware), the response first."""
    level = next((one for one in desk.service_levels if fits(one, asked)), None)
    if level is None:
        return ()
    made = (_made(desk, aim, length(text), level.clock, at) for aim, text in level.targets)
    return tuple(one for one in made if one)


def fits(level: ServiceLevel, asked: Asked) -> bool:
    """Whether a level is for this; what it says nothing of may be anything."""
    return (
        (not level.priority or asked.priority in level.priority)
        and (not level.type or asked.type in level.type)
        and (not level.category or asked.category in level.category)
        and (not level.package or asked.package in level.package)
    )


def left(desk: Desk, always: bool, now: datetime, due_at: datetime) -> timedelta:
    """Time that is left on a clock; nothing where it is over."""
    if always:
        return max(due_at - now, NOTHING)
    return worked(desk.hours, now, due_at)


def resumed(desk: Desk, always: bool, left: timedelta, at: datetime) -> tuple[datetime, str]:
    """The new due time (UTC) of a clock that goes on with so much left on it, and its words.

    Where nothing was left, the promise is broken: keep its due time rather than asking for a new one.
    """
    left = max(left, NOTHING)
    end = None if always else due(desk.hours, at, left)
    if end is None:
        return _around(desk, at, left)
    return end, explained(desk.hours, at, of_work(desk.hours, left), end)


def milestone(desk: Desk, of: Running, step: int) -> tuple[datetime, Escalation] | None:
    """The escalation number `step` (the first is 0) of a promise, and when (UTC) it is to happen; None: no more.

    The due time itself is always among them. A time may lie in the past, and even before a pause: do it at once.
    """
    steps = _steps(desk.escalation, of.aim)
    if step >= len(steps):
        return None
    percent = steps[step].percent
    return _moved(desk, of, of.work * (percent - WHOLE) / WHOLE), steps[step]


def _steps(written: tuple[Escalation, ...], aim: Aim) -> tuple[Escalation, ...]:
    """Those of one aim, in order, with the breach."""
    ours = tuple(one for one in written if one.is_about(aim))
    if any(one.percent == WHOLE for one in ours):
        return ours
    return tuple(sorted((*ours, BREACH), key=lambda one: one.percent))


def _moved(desk: Desk, of: Running, by: timedelta) -> datetime:
    """The due time, so much time of its clock later or, where `by` is negative, earlier."""
    if of.always or not by:
        return of.due_at + by
    found = due(desk.hours, of.due_at, by) if by > NOTHING else ago(desk.hours, of.due_at, -by)
    return found or of.due_at + by


def _made(desk: Desk, aim: Aim, lasts: Length, clock: Clock, at: datetime) -> Promised | None:
    always = clock is not Clock.HOURS
    found = _reckoned(desk, lasts, always, at)
    if found is None:
        return None
    end, words = found
    work = lasts.work or left(desk, always, at, end)
    return Promised(aim, at.astimezone(UTC), end, work, always, words, fixed=clock is Clock.CALENDAR)


def _reckoned(desk: Desk, lasts: Length, always: bool, at: datetime) -> tuple[datetime, str] | None:
    """The due time and its words; None where the desk does not open."""
    if lasts.span:
        return _on_the_calendar(desk, at, lasts.span)
    if always and not lasts.days:
        return _around(desk, at, lasts.work)
    end = closing(desk.hours, at, lasts.days) if lasts.days else due(desk.hours, at, lasts.work)
    added = counted(lasts.days) if lasts.days else of_work(desk.hours, lasts.work)
    return (end, explained(desk.hours, at, added, end)) if end else None


def _around(desk: Desk, at: datetime, work: timedelta) -> tuple[datetime, str]:
    """The end of a clock that knows no closed days, and its words."""
    end = at.astimezone(UTC) + work
    return end, added_up(desk.hours, at, f"{lasting(work)} around the clock", end)


def _on_the_calendar(desk: Desk, at: datetime, span: Span) -> tuple[datetime, str]:
    """The end of a deadline of a law or a contract, and its words."""
    end = end_of(span, desk.hours.zone, at)
    return end, added_up(desk.hours, at, spanned(span), end)
