"""Deadlines as laws and contracts count them: `end_of`, by days and months of the calendar. Pure.

In: a zone, an aware instant, a span; out: the last minute (UTC) of the last day. Laws, after German law: the day on
which something arrives does not count (BGB 187); a month ends on the day of the same number, or on its last day where
it has none (BGB 188); to the end of a month is that month's last day. A Sunday moves nothing: the earlier day is the
safe one. It is the last whole minute, so that the date which people read is the one that counts.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from maild.desks.lengths import Span
from maild.desks.months import month_of

LAST_MINUTE = time(23, 59)


def end_of(span: Span, zone: str, at: datetime) -> datetime:
    """The last minute (UTC) of a span that begins with what arrives at `at`."""
    place = ZoneInfo(zone)
    day = last_day(at.astimezone(place).date(), span)
    return datetime.combine(day, LAST_MINUTE, place).astimezone(UTC)


def last_day(first: date, span: Span) -> date:
    """The last day of a span that begins with what happens on `first`."""
    number = month_of(first) + span.months
    most = monthrange(*_year_and_month(number))[1]
    day = date(*_year_and_month(number), min(first.day, most)) + timedelta(days=span.days)
    return day.replace(day=monthrange(day.year, day.month)[1]) if span.whole else day


def spanned(span: Span) -> str:
    """`1 month to the end of a month`, `7 calendar days`."""
    count, unit = (span.months, "month") if span.months else (span.days, "calendar day")
    return f"{count} {unit}{'s' if count > 1 else ''}{' to the end of a month' if span.whole else ''}"


def _year_and_month(number: int) -> tuple[int, int]:
    return number // 12, number % 12 + 1
