"""Dates as programs write them that never read RFC 5322: `loose_date(value)`, an aware UTC instant or None.

Read are ISO 8601, the form of asctime, month names in full and in six languages, times with dots and with AM or PM,
zones as "+01:00" and "GMT+0100", and no zone at all (then UTC is assumed). Purely numeric dates such as 11/12/2026 are
not: nobody can tell the day from the month. What is found is less certain: the caller marks it. Linear, `LOOKED_AT`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from maild.ingest.header.dates import FARTHEST, ZONES, is_plausible
from maild.ingest.header.headers import decoded

LOOKED_AT = 200
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen", "feb fév fev", "mar mär mrz maa", "apr avr abr", "may mai mei mag maj", "jun jui giu",
            "jul lug", "aug aoû aou ago", "sep set", "oct okt ott out", "nov", "dec dez déc dic dit",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})(?=[T\s]|$)")
_MONTH = re.compile(r"[^\W\d_]{3,10}")
_DAY = re.compile(r"(?<![\d:.+-])(\d{1,2})(?![\d:]|\.\d)")
_YEAR = re.compile(r"(?<![\d:+-])(\d{4})(?![\d:])")
_TIME = re.compile(r"(?<!\d)(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d{1,6})?(?!\d)[ ]?([AaPp][Mm])?")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})(?!\d)")
_ZONE = re.compile(r"\b([A-Z]{1,4})\b")


def loose_date(value: str) -> datetime | None:
    value = decoded(value[:LOOKED_AT]).replace('"', " ")
    time = _TIME.search(value)
    if time is None:
        return None
    before, after = value[: time.start()], value[time.end() :]
    day = _iso_day(before) or _named_day(before, after)
    minutes = _minutes_east(after)
    if day is None or minutes is None or not is_plausible(day[0]):
        return None
    try:
        local = datetime(*day, *_hour_and_minute(time), min(int(time[3] or 0), 59), tzinfo=UTC)
    except ValueError:
        return None
    return local - timedelta(minutes=minutes)


def _iso_day(before: str) -> tuple[int, int, int] | None:
    found = _ISO.search(before)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _named_day(before: str, after: str) -> tuple[int, int, int] | None:
    months = (_MONTHS.get(word[0][:3].lower()) for word in _MONTH.finditer(before))
    # The name of the day comes first, and "mar" is a Tuesday in half of Europe.
    month = next((number for number in reversed(list(months)) if number), None)
    year, day = _YEAR.search(before) or _YEAR.search(after), _DAY.search(before)
    if month is None or year is None or day is None:
        return None
    return int(year[1]), month, int(day[1])


def _hour_and_minute(time: re.Match[str]) -> tuple[int, int]:
    hour, half = int(time[1]), (time[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour, int(time[2])


def _minutes_east(after: str) -> int | None:
    """None for an offset no place on earth has."""
    offset = _OFFSET.search(after)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return (-minutes if offset[1] == "-" else minutes) if minutes <= FARTHEST else None
    zone = _ZONE.search(after)
    return ZONES.get(zone[1], 0) if zone else 0
