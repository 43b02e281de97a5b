"""A period in words, as people write it in a subject or on a command line: `2026`, `2026-01 .. 2026-03`. Pure.

In: words; out: the same, written one way (`2026-01..2026-03`), or None; then, with a zone, its first instant and the
first one after it, in UTC. Days and months are those of the desk's own place, and the last one is in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = r"(?:19|20|21)\d\d(?:-\d\d){0,2}"
_PERIOD = re.compile(rf"({_DAY})(?:\s*(?:\.\.\.?|–|—|-|bis|to|until|tot|t/m)\s*({_DAY}))?")
_BETWEEN = ".."
YEAR = timedelta(days=365)
"""How far a report goes back where no period is named."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `begins` up to `ends`, which is no longer in it; UTC. `zone` is where its days are counted."""

    begins: datetime
    ends: datetime
    zone: str


def written(words: str) -> str | None:
    """The period that these words name, written one way; None where they name none."""
    found = _PERIOD.fullmatch(words.strip())
    if found is None:
        return None
    first, last = found[1], found[2] or found[1]
    try:
        return f"{first}{_BETWEEN}{last}" if _first(first) < _behind(last) else None
    except ValueError:
        return None


def period(text: str, zone: str, now: datetime) -> Period:
    """What `written` wrote, at a place; of "" the year before now (UTC). Raises ValueError for anything else."""
    if not text:
        return Period(_midnight((now - YEAR).astimezone(ZoneInfo(zone)).date(), zone), now, zone)
    first, _, last = text.partition(_BETWEEN)
    return Period(_midnight(_first(first), zone), _midnight(_behind(last), zone), zone)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _first(text: str) -> date:
    year, month, day = _numbers(text)
    return date(year, month or 1, day or 1)


def _behind(text: str) -> date:
    """The day after the last one."""
    year, month, day = _numbers(text)
    if day:
        return date(year, month, day) + timedelta(days=1)
    if month:
        return (date(year, month, 28) + timedelta(days=4)).replace(day=1)
    return date(year + 1, 1, 1)


def _numbers(text: str) -> tuple[int, int, int]:
    """Year, month and day, 0 for what is not said."""
    parts = [int(part) for part in text.split("-")]
    year, month, day = (*parts, 0, 0)[:3]
    if "-00" in text:
        raise ValueError(f"{text} is no date")
    return year, month, day
