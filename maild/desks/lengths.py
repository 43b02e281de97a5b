"""Lengths of time as they are written: `4 h`, `1 h 30 min`, `5 working days`, `7 calendar days`, `1 month to the end of
a month`; and the units they come in.

In: what stands in a file; out: `Length`. Pure. A working day is no number of hours, a month no number of days, so they
are kept apart; `2 days` is refused, because it may mean any. ValueError says what would be right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
SECONDS: Mapping[str, float] = {
    **dict.fromkeys(("minute", "minutes", "min"), MINUTE),
    **dict.fromkeys(("hour", "hours", "h"), HOUR),
    **dict.fromkeys(("day", "days", "d"), DAY),
    **dict.fromkeys(("week", "weeks", "w"), 7 * DAY),
}
MOST = timedelta(days=366)
MOST_DAYS = 250
"""Working days of about a year."""
TIME = re.compile(r"(?:(?P<hours>\d{1,5})\s*(?:h|hours?))?\s*(?:(?P<minutes>\d{1,6})\s*(?:min|minutes?))?")
DAYS = re.compile(r"(?P<days>\d{1,4})\s+working\s+days?")
AMBIGUOUS = re.compile(r"(?P<number>\d{1,4})\s*(?P<unit>d|days?|w|weeks?)")
CALENDAR = re.compile(
    r"(?:(?P<days>\d{1,4})\s+calendar\s+days?|(?P<weeks>\d{1,3})\s+calendar\s+weeks?|(?P<months>\d{1,3})\s+months?)"
    r"(?P<whole>\s+to\s+the\s+end\s+of\s+a\s+month)?"
)
MOST_MONTHS = 12
ADVICE = "write it as in `4 h`, `30 min` or `5 working days`"


@dataclass(frozen=True, slots=True)
class Span:
    """Days and months of the calendar; `whole`: and from there to the end of the month."""

    days: int = 0
    months: int = 0
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Length:
    """A length of working time, a number of working days, or a span of the calendar; the others are nothing."""

    work: timedelta = timedelta()
    days: int = 0
    span: Span | None = None


@lru_cache(maxsize=1024)
def length(written: str) -> Length:
    """What is written. Raises ValueError."""
    text = written.strip()
    if found := DAYS.fullmatch(text):
        return _bounded(written, Length(days=int(found["days"])))
    if found := CALENDAR.fullmatch(text):
        return _bounded(written, Length(span=_span(found)))
    if found := AMBIGUOUS.fullmatch(text):
        raise ValueError(_ambiguous(written, int(found["number"]), SECONDS[found["unit"]]))
    found = TIME.fullmatch(text)
    if not text or found is None:
        raise ValueError(f"`{written[:40]}` is no length of time: {ADVICE}")
    hours, minutes = (int(found[unit] or 0) for unit in ("hours", "minutes"))
    return _bounded(written, Length(timedelta(hours=hours, minutes=minutes)))


def _span(found: re.Match[str]) -> Span:
    days, weeks, months = (int(found[unit] or 0) for unit in ("days", "weeks", "months"))
    return Span(days + 7 * weeks, months, bool(found["whole"]))


def _bounded(written: str, found: Length) -> Length:
    span = found.span or Span()
    if not (found.work or found.days or span.days or span.months):
        raise ValueError(f"`{written[:40]}` is no time at all: {ADVICE}, or leave the line out")
    if found.work > MOST or found.days > MOST_DAYS or span.months > MOST_MONTHS or span.days > MOST.days:
        raise ValueError(f"`{written[:40]}` is too long: the most is a year, {MOST_DAYS} working days")
    return found


def _ambiguous(written: str, number: int, seconds: float) -> str:
    hours, days = round(number * seconds / HOUR), number * (5 if seconds > DAY else 1)
    kinds = f"`{hours} h`, `{days} working days` or `{round(number * seconds / DAY)} calendar days`"
    return f"`{written[:40]}` may mean {kinds}: write the one you mean"
