"""Working time: when is so much of it over, how much of it lies between two instants, and that in words.

In: a desk's `Hours`, aware instants, and a length; out: aware UTC instants, lengths, one sentence. Pure. The two
functions fit each other: `worked(hours, start, due(hours, start, work)) == work`. A due time is the first instant at
which so much has been worked, so it may be the very end of a day's hours, and never lies in the night after it; `ago`
counts back to the first instant, too.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter, itemgetter
from zoneinfo import ZoneInfo

from maild.desks import calendar
from maild.desks.calendar import DAY, Span
from maild.desks.hours import ALWAYS, WEEKDAYS, Hours
from maild.desks.months import NOTHING, closed_days, closings, first_of, month, month_of

HORIZON = calendar.HORIZON * DAY
LONGEST = 2 * DAY
"""No date lasts longer, whatever its clock does."""
MINUTES = len("2026-11-27 16:00")
NAMES = tuple(day.title() for day in WEEKDAYS)
MOST_NAMED = 3
"""Closed days that a sentence names one by one."""


def due(hours: Hours, start: datetime, work: timedelta) -> datetime | None:
    """The first instant (UTC) at which `work` has been worked since `start`; None where the desk does not open within a
    year."""
    if work <= NOTHING:
        return _utc(start)
    left = work
    for span in spans_from(hours, start):
        length = span.end - span.begin
        if length >= left:
            return span.begin + left
        left -= length
    return None


def ago(hours: Hours, end: datetime, work: timedelta) -> datetime | None:
    """The first instant (UTC) since which no more than `work` has been worked up to `end`; None where the desk was not
    open for a year before."""
    left = work
    for span in spans_until(hours, end):
        if left <= NOTHING:
            return span.end
        length = span.end - span.begin
        if length > left:
            return span.end - left
        left -= length
    return None


def worked(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Working time between two instants; none where the second one is not later."""
    first, last = _utc(start), _utc(end)
    months = range(month_of(first - LONGEST), month_of(last) + 1) if first < last else ()
    every = (month(hours, number) for number in months)
    return sum((month.passed(last) - month.passed(first) for month in every), NOTHING)


def closing(hours: Hours, start: datetime, days: int) -> datetime | None:
    """When (UTC) the desk closes on the so many-th working day after the day of `start`, which does not count itself
    (as in German law: BGB 187, 188). A working day is a date with any hours, and one that is open to midnight closes
    then. None where the desk does not open within a year."""
    today = _local(hours, start).date()
    reach, number = today + HORIZON, month_of(today)
    while number <= month_of(reach):
        dates = closings(hours, number)
        for day, end in dates[bisect_right(dates, today, key=itemgetter(0)) :]:
            reach, days = day + HORIZON, days - 1
            if days <= 0:
                return end
        number += 1
    return None


def spans_from(hours: Hours, start: datetime) -> Iterator[Span]:
    """The working time from an instant on, in order. It ends where the desk does not open for a year."""
    begin, reach = _utc(start), start + HORIZON
    number = month_of(begin - LONGEST)
    while first_of(number) <= reach:
        spans = month(hours, number).spans
        for span in spans[bisect_right(spans, begin, key=attrgetter("end")) :]:
            yield span if span.begin >= begin else Span(begin, span.end)
            reach = span.end + HORIZON
        number += 1


def spans_until(hours: Hours, end: datetime) -> Iterator[Span]:
    """The working time up to an instant, the latest first; otherwise as `spans_from`."""
    last, reach = _utc(end), end - HORIZON
    number = month_of(last)
    while first_of(number + 1) >= reach:
        spans = month(hours, number).spans
        for span in reversed(spans[: bisect_left(spans, last, key=attrgetter("begin"))]):
            yield span if span.end <= last else Span(span.begin, last)
            reach = span.begin - HORIZON
        number -= 1


def in_words(hours: Hours, start: datetime, work: timedelta) -> str:
    """The arithmetic behind `due`, for people."""
    return explained(hours, start, of_work(hours, work), due(hours, start, work))


def of_work(hours: Hours, work: timedelta) -> str:
    """A length of working time: `8 h working time`; of a desk that is always open, just `8 h`."""
    always = hours.week == ALWAYS.week and hours == ALWAYS
    return lasting(work) if always else f"{lasting(work)} working time"


def counted(days: int) -> str:
    """`5 working days`."""
    return f"{days} working day{'s' if days > 1 else ''}"


def explained(hours: Hours, start: datetime, added: str, end: datetime | None) -> str:
    """A due time for people: where it starts, what is added, which days do not count, and where it ends."""
    if end is None:
        return f"{shown(hours, start)} + {added}: the desk does not open within a year"
    closed = "".join(_closed(hours, _local(hours, start).date(), _local(hours, end).date()))
    return added_up(hours, start, f"{added}{closed}", end)


def added_up(hours: Hours, start: datetime, added: str, end: datetime) -> str:
    """`Fri 2026-11-27 16:00 + 4 h → Fri 2026-11-27 20:00 Europe/Berlin`."""
    return f"{shown(hours, start)} + {added} → {_shown_end(_local(hours, end))} {hours.zone}"


def lasting(work: timedelta) -> str:
    """A length in hours and minutes: `8 h`, `1 h 30 min`."""
    whole, minutes = divmod(int(work.total_seconds()) // 60, 60)
    return " ".join(filter(None, (f"{whole} h" if whole else "", f"{minutes} min" if minutes or not whole else "")))


def shown(hours: Hours, instant: datetime) -> str:
    """An instant as the clock on the desk's wall shows it: `Fri 2026-11-27 16:00`."""
    return _shown(_local(hours, instant))


def _closed(hours: Hours, first: date, last: date) -> Iterator[str]:
    months = range(month_of(first), month_of(last) + 1)
    found = [day for number in months for day in closed_days(hours, number) if first <= day <= last]
    yield from (f", {_named(day)} is closed" for day in found[:MOST_NAMED])
    if len(found) > MOST_NAMED:
        yield f", and {len(found) - MOST_NAMED} more days are"


def _shown(local: datetime) -> str:
    return f"{NAMES[local.weekday()]} {local.isoformat(' ')[:MINUTES]}"


def _shown_end(local: datetime) -> str:
    """What ends at midnight ends on the day that is over then: `Fri 2026-11-27 24:00`."""
    if local.hour or local.minute:
        return _shown(local)
    return f"{_named(local.date() - timedelta(days=1))} 24:00"


def _named(day: date) -> str:
    return f"{NAMES[day.weekday()]} {day.isoformat()}"


def _local(hours: Hours, instant: datetime) -> datetime:
    return _utc(instant).astimezone(ZoneInfo(hours.zone))


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone says nothing")
    return instant.astimezone(UTC)
