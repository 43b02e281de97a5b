"""Reports: an organisation's log of requests (REQ-L4), and what a desk promised and kept. Pure.

In: what the store found of each request; out: `Report`, and `Month`s of figures. Laws: of people a report names who
asked, and nobody else; a promise that nobody waits for any more was neither kept nor missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from statistics import median
from zoneinfo import ZoneInfo

from maild.decide.asked.periods import Period
from maild.desks.hours import Hours
from maild.desks.working_time import worked
from maild.model import Promise, PromiseState, Status

HOUR = timedelta(hours=1)


class Standing(StrEnum):
    """What became of a promise so far."""

    KEPT = "kept"
    MISSED = "missed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Level:
    """A promise as a customer reads it: by when (UTC), and what became of it."""

    due_at: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log; instants in UTC. `requester` is who asked, by name, else by address."""

    number: str
    desk: str
    opened_at: datetime
    requester: str
    title: str
    type: str
    priority: int
    status: Status
    answered_at: datetime | None = None
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    response: Level | None = None
    solution: Level | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The log of an organisation's requests that were opened in a period, the oldest first, told in the period's zone.

    `organisation` is its name. `more`: there are requests beyond those that a report holds.
    """

    organisation: str
    span: Period
    requests: tuple[Request, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """A desk's month ("2026-03"), of the requests that were opened in it. `median_hours`: working hours to the first
    answer, of those that got one."""

    month: str
    opened: int
    answered: int
    response_kept: int
    response_missed: int
    solution_kept: int
    solution_missed: int
    median_hours: float | None


def level(promise: Promise | None, now: datetime) -> Level | None:
    """How a promise stands; `now` in UTC."""
    if promise is None or promise.state is PromiseState.VOID:
        return None
    return Level(promise.due_at, _standing(promise, now))


def _standing(promise: Promise, now: datetime) -> Standing:
    if promise.missed_at is not None:
        return Standing.MISSED
    if promise.state is PromiseState.MET:
        late = promise.met_at is not None and promise.met_at > promise.due_at
        return Standing.MISSED if late else Standing.KEPT
    is_over = promise.state is PromiseState.RUNNING and promise.due_at < now
    return Standing.MISSED if is_over else Standing.OPEN


def settled(moves: Iterable[tuple[Status, datetime]]) -> tuple[datetime | None, datetime | None]:
    """When a ticket was solved, and when it was closed, from its moves, oldest first; what was reopened is neither."""
    solved: datetime | None = None
    closed: datetime | None = None
    for status, at in moves:
        if status is Status.SOLVED:
            solved, closed = at, None
        elif status is Status.CLOSED:
            closed = at
        else:
            solved, closed = None, None
    return solved, closed


def months(requests: Sequence[Request], hours: Hours) -> tuple[Month, ...]:
    """Figures by month of the desk's own place, the oldest first. `requests` come in the order they were opened."""
    zone = ZoneInfo(hours.zone)
    by_month = groupby(requests, lambda one: f"{one.opened_at.astimezone(zone):%Y-%m}")
    return tuple(_month(name, list(group), hours) for name, group in by_month)


def _month(name: str, requests: Sequence[Request], hours: Hours) -> Month:
    responses, solutions = [one.response for one in requests], [one.solution for one in requests]
    waits = [worked(hours, one.opened_at, one.answered_at) / HOUR for one in requests if one.answered_at]
    return Month(
        month=name,
        opened=len(requests),
        answered=len(waits),
        response_kept=_count(responses, Standing.KEPT),
        response_missed=_count(responses, Standing.MISSED),
        solution_kept=_count(solutions, Standing.KEPT),
        solution_missed=_count(solutions, Standing.MISSED),
        median_hours=round(median(waits), 2) if waits else None,
    )


def _count(levels: Iterable[Level | None], standing: Standing) -> int:
    return sum(one is not None and one.standing is standing for one in levels)
