"""A desk's working time by the month, kept, since the due times of many tickets fall into the same few months.

In: `Hours` and the number of a month (`month_of`); out: its working time, its working days, its closed days. Pure.
Sighting: a month takes half a millisecond, once for each process.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter

from maild.desks.calendar import DAY, Span, hours_of, open_spans, usually_open
from maild.desks.hours import Hours

NOTHING = timedelta(0)
KEPT = 512
"""Months of desks."""


@dataclass(frozen=True, slots=True)
class Month:
    """The working time that begins in a month of UTC, in order, and how much of the month is `before` each span."""

    spans: tuple[Span, ...]
    before: tuple[timedelta, ...]

    def passed(self, instant: datetime) -> timedelta:
        """Its working time up to an instant."""
        number = bisect_right(self.spans, instant, key=attrgetter("begin")) - 1
        if number < 0:
            return NOTHING
        span = self.spans[number]
        return self.before[number] + min(instant, span.end) - span.begin


@lru_cache(maxsize=KEPT)
def month(hours: Hours, number: int) -> Month:
    """The working time of a month of UTC.

    It is sorted by spans, not by dates: a clock that is put back over midnight shows a date again after the next one's
    first minutes.
    """
    first, last = first_of(number), first_of(number + 1)
    dates = (first.date() + beside * DAY for beside in range(-2, (last - first).days + 2))
    spans = tuple(sorted(span for day in dates for span in open_spans(hours, day) if first <= span.begin < last))
    return Month(spans, tuple(accumulate((span.end - span.begin for span in spans), initial=NOTHING)))


@lru_cache(maxsize=KEPT)
def closings(hours: Hours, number: int) -> tuple[tuple[date, datetime], ...]:
    """The working days of a month, each with its closing time."""
    every = ((day, open_spans(hours, day)) for day in _dates_of(number))
    return tuple((day, spans[-1].end) for day, spans in every if spans)


@lru_cache(maxsize=KEPT)
def closed_days(hours: Hours, number: int) -> tuple[date, ...]:
    """Days of a month whose weekday has hours, but which have none themselves."""
    return tuple(day for day in _dates_of(number) if usually_open(hours, day) and not hours_of(hours, day))


def _dates_of(number: int) -> Iterator[date]:
    first, after = first_of(number), first_of(number + 1)
    yield from (first.date() + ahead * DAY for ahead in range((after - first).days))


def month_of(day: date) -> int:
    """Months since the year 0."""
    return 12 * day.year + day.month - 1


def first_of(number: int) -> datetime:
    """The beginning (UTC) of a month."""
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
