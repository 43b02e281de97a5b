"""Working time: when is so much of it over, how much of it lies between two instants, and that in words.

In: a desk's `Hours`, aware instants, and a length; out: aware UTC instants, lengths, one sentence. Pure. The two
functions fit each other: `worked(hours, start, due(hours, start, work)) == work`. A due time is the first instant at
which so much has been worked, so it may be the very end of a day's hours, and never lies in the night after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from zoneinfo import ZoneInfo

from maild.desks.calendar import DAY, FARTHEST_OFFSET, HORIZON, Span, hours_of, open_spans
from maild.desks.hours import ALWAYS, WEEKDAYS, Hours

NOTHING = timedelta(0)
MOST_NAMED = 3
"""Closed days that a sentence names one by one."""


def due(hours: Hours, start: datetime, work: timedelta) -> datetime | None:
    """The first instant (UTC) at which `work` has been worked since `start`; None where the desk does not open within a
    year."""
    if work <= NOTHING:
        return start.astimezone(UTC)
    left = work
    for span in spans_from(hours, start):
        length = span.end - span.begin
        if length >= left:
            return span.begin + left
        left -= length
    return None


def worked(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Working time between two instants; none where the second one is not later."""
    total = NOTHING
    for span in spans_from(hours, start) if start < end else ():
        if span.begin >= end:
            break
        total += min(span.end, end) - span.begin
    return total


def spans_from(hours: Hours, start: datetime) -> Iterator[Span]:
    """The working time from an instant on, in order. It ends where the desk does not open for a year.

    A clock that is put back over midnight shows a date again after the next one's first minutes: a date's spans wait
    until none of the following date can come before them.
    """
    day, idle, waiting = _local(hours, start).date() - DAY, 0, list[Span]()
    while idle <= HORIZON:
        for span in open_spans(hours, day):
            heappush(waiting, span)
        day += DAY
        border = datetime.combine(day, time(), UTC) - FARTHEST_OFFSET
        idle += 1
        while waiting and waiting[0].begin < border:
            span = heappop(waiting)
            if span.end > start:
                idle = 0
                yield Span(max(span.begin, start.astimezone(UTC)), span.end)


def in_words(hours: Hours, start: datetime, work: timedelta) -> str:
    """The arithmetic behind a due time, for people: where it starts, what is added, which days do not count."""
    end = due(hours, start, work)
    if end is None:
        return f"{_shown(hours, start)} + {lasting(work)}: the desk does not open within a year"
    kind = "" if hours == ALWAYS else " working time"
    closed = "".join(_closed(hours, start, end))
    return f"{_shown(hours, start)} + {lasting(work)}{kind}{closed} → {_shown(hours, end)} {hours.zone}"


def lasting(work: timedelta) -> str:
    """A length in hours and minutes: `8 h`, `1 h 30 min`."""
    whole, minutes = divmod(int(work.total_seconds()) // 60, 60)
    return " ".join(filter(None, (f"{whole} h" if whole else "", f"{minutes} min" if minutes or not whole else "")))


def _closed(hours: Hours, start: datetime, end: datetime) -> Iterator[str]:
    """Days in between whose weekday has hours, but which have none themselves."""
    first, last = _local(hours, start).date(), _local(hours, end).date()
    every = (first + number * DAY for number in range((last - first).days + 1))
    found = [day for day in every if not hours_of(hours, day) and _has_hours(hours, day)]
    yield from (f", {WEEKDAYS[day.weekday()].title()} {day.isoformat()} is closed" for day in found[:MOST_NAMED])
    if len(found) > MOST_NAMED:
        yield f", and {len(found) - MOST_NAMED} more days are"


def _has_hours(hours: Hours, day: date) -> bool:
    plain = Hours(zone=hours.zone, week=hours.week)
    return bool(hours_of(plain, day))


def _shown(hours: Hours, instant: datetime) -> str:
    local = _local(hours, instant)
    return f"{WEEKDAYS[local.weekday()].title()} {local:%Y-%m-%d %H:%M}"


def _local(hours: Hours, instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone says nothing")
    return instant.astimezone(ZoneInfo(hours.zone))
