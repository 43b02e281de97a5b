"""By when a request is carried out, and what the clock does until then: `due`, `agenda`. Pure.

In: a workflow or a run, a desk's hours, aware instants; out: aware UTC instants. Days are working days of the desk; the
day on which something begins does not count itself (BGB 187, 188).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from maild.desks.calendar import DAY, HORIZON, open_spans
from maild.desks.hours import Hours
from maild.desks.working_time import closing
from maild.model.workflows import Run, RunState
from maild.workflows.model import Workflow

_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_GERMAN = re.compile(r"\b(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})\b")


class What(StrEnum):
    """What the clock does with a request."""

    LAPSE = "lapse"
    COOLED = "cooled"
    REMIND_CUSTOMER = "remind-customer"
    REMIND_STAFF = "remind-staff"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """Something that is to be done at a time."""

    at: datetime
    what: What


@dataclass(frozen=True, slots=True)
class Window:
    """From when on it may be carried out for the day's sake, and by when it has to be; None for no such time."""

    opens: datetime | None
    ends: datetime | None


NEVER = Window(None, None)


def window(workflow: Workflow, hours: Hours, complete: datetime, fields: Mapping[str, str]) -> Window:
    """When a request that is complete now is carried out. No window where the desk never opens, or its field holds no
    date that is to come."""
    due = workflow.due
    if due.days is not None:
        return Window(None, closing(hours, complete, due.days))
    if due.first_working_day:
        earliest = closing(hours, complete, due.notice_days) if due.notice_days else complete
        return _first_of_month(hours, earliest) if earliest else NEVER
    return _on(hours, read_date(fields.get(due.field, "")), complete) if due.field else NEVER


def read_date(text: str) -> date | None:
    """`2026-12-31` or `31.12.2026`, the first in a text."""
    iso, german = _ISO.search(text), _GERMAN.search(text)
    parts = iso.groups() if iso else german.groups()[::-1] if german else ()
    try:
        return date(*map(int, parts)) if parts else None
    except ValueError:
        return None


def agenda(run: Run, workflow: Workflow, hours: Hours) -> tuple[Item, ...]:
    """All that the clock will do while the request stays where it is, in order."""
    return tuple(sorted(_agenda(run, workflow, hours)))


def next_item(run: Run, workflow: Workflow, hours: Hours) -> Item | None:
    """The first that was not seen to yet."""
    return next((one for one in agenda(run, workflow, hours) if one.at > run.seen_at), None)


def _agenda(run: Run, workflow: Workflow, hours: Hours) -> Iterator[Item]:
    guards, since = workflow.safeguards, run.asked_at or run.created_at
    if run.state is RunState.COLLECTING:
        yield Item(run.created_at + timedelta(days=workflow.patience_days), What.LAPSE)
    elif run.state is RunState.CONFIRMING:
        yield from _lapse(closing(hours, since, guards.confirm_days or 0))
    elif run.state is RunState.SECONDING:
        yield from _lapse(closing(hours, since, guards.second_days))
    elif run.state is RunState.COOLING and run.ready_at:
        yield Item(run.ready_at, What.COOLED)
        yield from _reminders(run, hours, workflow.due.remind_customer, What.REMIND_CUSTOMER)
        yield from _reminders(run, hours, workflow.due.remind_staff, What.REMIND_STAFF)
    elif run.state in (RunState.READY, RunState.EXECUTING) and run.due_at:
        yield from _reminders(run, hours, workflow.due.remind_staff, What.REMIND_STAFF)
        yield Item(run.due_at, What.OVERDUE)


def _lapse(at: datetime | None) -> Iterator[Item]:
    if at is not None:
        yield Item(at, What.LAPSE)


def _reminders(run: Run, hours: Hours, days: tuple[int, ...], what: What) -> Iterator[Item]:
    if run.due_at is None:
        return
    for number in days:
        if at := before(hours, run.due_at, number):
            yield Item(at, what)


def before(hours: Hours, end: datetime, days: int) -> datetime | None:
    """When the desk opens on the so many-th working day before the day of `end`; for 0 on that day itself."""
    day = end.astimezone(ZoneInfo(hours.zone)).date()
    for back in range(HORIZON):
        spans = open_spans(hours, day - back * DAY)
        if back and spans:
            days -= 1
        if days <= 0 and spans:
            return spans[0].begin
    return None


def _first_of_month(hours: Hours, earliest: datetime) -> Window:
    """The first working day of the first month in which it lies after `earliest`."""
    day = earliest.astimezone(ZoneInfo(hours.zone)).date().replace(day=1)
    for _ in range(HORIZON // 28):
        found = next((spans for number in range(28) if (spans := open_spans(hours, day + number * DAY))), ())
        if found and found[0].begin > earliest:
            return Window(found[0].begin, found[-1].end)
        day = (day + 32 * DAY).replace(day=1)
    return NEVER


def _on(hours: Hours, day: date | None, now: datetime) -> Window:
    """That date, or the first working day after it."""
    if day is None:
        return NEVER
    for ahead in range(HORIZON):
        if spans := open_spans(hours, day + ahead * DAY):
            return Window(spans[0].begin, spans[-1].end) if spans[-1].end > now else NEVER
    return NEVER
