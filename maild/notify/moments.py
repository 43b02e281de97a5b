"""An instant, said as people say it: `told(…)` -> "Monday 30 November, 16:00 (Europe/Berlin)".

In: an instant as ISO 8601 in UTC, or a day (`2026-11-30`), as values of notifications hold them; out: words. Pure.
Laws: what is neither is said as nothing, since a mail must not promise a time that nobody can read; the zone is named,
as readers live in others; the year is named where it is not the present one; what ends at midnight ends on the day that
is over then, at 24:00. A table and no library: three languages, microseconds, nothing to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

_DAY = len("2026-11-30")


@dataclass(frozen=True, slots=True)
class _Speech:
    """How a language says days and times. `day` and `time` are patterns of this file, never of anybody else."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    day: str
    time: str
    between: str = " "
    """What stands between the weekday and the day."""


_ENGLISH = _Speech(
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "{day} {month}",
    "{hour}:{minute:02}",
)
_SPEECH: Mapping[str, _Speech] = MappingProxyType(
    {
        "en": _ENGLISH,
        "de": _Speech(
            ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
            (
                "Januar",
                "Februar",
                "März",
                "April",
                "Mai",
                "Juni",
                "Juli",
                "August",
                "September",
                "Oktober",
                "November",
                "Dezember",
            ),
            "{day}. {month}",
            "{hour}:{minute:02} Uhr",
            ", ",
        ),
        "nl": _Speech(
            ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
            (
                "januari",
                "februari",
                "maart",
                "april",
                "mei",
                "juni",
                "juli",
                "augustus",
                "september",
                "oktober",
                "november",
                "december",
            ),
            "{day} {month}",
            "{hour}.{minute:02} uur",
        ),
    }
)


def told(instant: str, zone: str, language: str, now: datetime, *, ends: bool = False) -> str:
    """English where the language is not known. `zone` is an IANA name; `now` says which year it is; `ends`: something
    ends then, such as the time for an answer."""
    return _told(instant, zone, language, now.astimezone(ZoneInfo(zone)).year, ends) if instant else ""


@lru_cache(maxsize=256)
def _told(instant: str, zone: str, language: str, this_year: int, ends: bool) -> str:
    speech = _SPEECH.get(language, _ENGLISH)
    try:
        if len(instant) == _DAY:
            return _day(date.fromisoformat(instant), speech, year=True)
        at = datetime.fromisoformat(instant)
    except ValueError:
        return ""
    if at.tzinfo is None:
        return ""
    local = _local(at, zone)
    hour = local.hour
    if ends and local.hour == local.minute == 0 and local.toordinal() > 1:
        local, hour = local - timedelta(days=1), 24
    time = speech.time.format(hour=hour, minute=local.minute)
    day = _day(local.date(), speech, year=local.year != this_year)
    return f"{speech.weekdays[local.weekday()]}{speech.between}{day}, {time} ({zone})"


def _local(at: datetime, zone: str) -> datetime:
    try:
        return at.astimezone(ZoneInfo(zone))
    except OverflowError:  # the first and the last day of all time
        return at.astimezone(UTC)


def _day(day: date, speech: _Speech, *, year: bool) -> str:
    said = speech.day.format(day=day.day, month=speech.months[day.month - 1])
    return f"{said} {day.year}" if year else said
