"""A desk's business calendar: is it open, when does it open next, which instants of a day are its working time?

In: `Hours` and an aware instant, or a date of the desk's own place; out: aware UTC instants. Pure.
Laws: local time exists in here only (law 12). The desk is open while the clock on the wall there shows a time within
its hours: what that clock skips in March is never open, what it shows twice in October is open twice. `holidays` close
a day whatever else is said; `open` opens a public holiday. Every instant belongs to one date, so the spans of all dates
together are the working time, without a gap or an overlap of its own making.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from maild.desks.hours import WEEKDAYS, Hours, minutes, weekdays
from maild.desks.public_holidays import public_holidays

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
FARTHEST_OFFSET = timedelta(hours=15)
"""No place is farther from UTC."""
HORIZON = 366
"""Days: a desk that does not open within them never does."""

Minutes = tuple[int, int]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Working time without a break, in UTC: from `begin` up to `end`, which is no longer in it."""

    begin: datetime
    end: datetime


def is_open(hours: Hours, instant: datetime) -> bool:
    """Whether somebody is there at this instant (aware)."""
    wall = _on_the_wall(hours, instant)
    minute = 60 * wall.hour + wall.minute
    return any(begin <= minute < end for begin, end in hours_of(hours, wall.date()))


def next_opening(hours: Hours, instant: datetime) -> datetime | None:
    """The first instant (UTC) from this one on at which the desk is open: this one while it is.

    None where it does not open within a year.
    """
    if is_open(hours, instant):
        return instant.astimezone(UTC)
    today = _on_the_wall(hours, instant).date()
    for ahead in range(HORIZON):
        # A clock that is put back over midnight shows a date again after it has shown the next one.
        days = (today + (ahead + beside) * DAY for beside in (-1, 0, 1))
        later = [span.begin for day in days for span in open_spans(hours, day) if span.begin > instant]
        if later:
            return min(later)
    return None


def open_spans(hours: Hours, day: date) -> tuple[Span, ...]:
    """The working time of one date of the desk's own place, in order; spans that touch are one."""
    written = hours_of(hours, day)
    if not written:
        return ()
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    steady = _steady(ZoneInfo(hours.zone), midnight)
    found = sorted(span for when, offset in steady for span in _within(when, midnight - offset, written))
    return tuple(_joined(found))


def hours_of(hours: Hours, day: date) -> tuple[Minutes, ...]:
    """What a date's hours are on the face of the clock, in minutes since midnight; nothing where it is closed."""
    if day in hours.holidays:
        return ()
    if day not in hours.open and day in public_holidays(hours.region, day.year):
        return ()
    return _by_weekday(hours.week)[day.weekday()]


def usually_open(hours: Hours, day: date) -> bool:
    """Whether its day of the week has hours, holidays aside."""
    return bool(_by_weekday(hours.week)[day.weekday()])


@lru_cache(maxsize=64)
def _by_weekday(week: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[Minutes, ...], ...]:
    written = {day: spans for words, spans in week for day in weekdays(words)}
    return tuple(tuple(map(minutes, written.get(day, ()))) for day in range(len(WEEKDAYS)))


def _on_the_wall(hours: Hours, instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone says nothing")
    return instant.astimezone(ZoneInfo(hours.zone))


def _steady(zone: ZoneInfo, midnight: datetime) -> Iterator[tuple[Span, timedelta]]:
    """Everything that may have the date of `midnight`, in pieces with the same offset from UTC.

    No place changes its offset twice within these two days.
    """
    begin, end = midnight - FARTHEST_OFFSET, midnight + DAY + FARTHEST_OFFSET
    before, after = _offset(zone, begin), _offset(zone, end)
    if before == after:
        yield Span(begin, end), before
        return
    low, high = begin, end
    while high - low > SECOND:
        middle = low + (high - low) // SECOND // 2 * SECOND
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    yield Span(begin, high), before
    yield Span(high, end), after


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _within(piece: Span, midnight: datetime, written: Sequence[Minutes]) -> Iterator[Span]:
    """What is written, counted from an instant that is midnight on the wall, as far as it lies in the piece."""
    for first, last in written:
        begin, end = midnight + timedelta(minutes=first), midnight + timedelta(minutes=last)
        begin, end = max(begin, piece.begin), min(end, piece.end)
        if begin < end:
            yield Span(begin, end)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """In order; those that touch are one."""
    current: Span | None = None
    for span in spans:
        if current and span.begin > current.end:
            yield current
            current = None
        current = Span(current.begin, span.end) if current else span
    if current:
        yield current
