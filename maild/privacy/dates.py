"""Is this a date on which somebody can have been born? In: a date as people write it; out: yes or no. Pure.

Laws: day and month stand in either order where both are digits; a year of two digits is one of the last hundred.
"""

from __future__ import annotations

import re

_DIGITS = re.compile(r"[0-9]+")
# 12031984 or 19840312.
_COMPACT = re.compile(r"[0-9]{8}")
OLDEST = 120
"""Years."""


def is_birth_date(written: str, year: int, *, youngest: int = 0) -> bool:
    """Whether it is a date of the last 120 years, and of a year that is `youngest` years ago at least. `year` is the
    present one."""
    born = _year(written, year)
    return born is not None and year - OLDEST <= born <= year - youngest


def _year(written: str, present: int) -> int | None:
    """The year of a date, None for digits that are none. With the name of a month it has two numbers, else three."""
    numbers = [int(found) for found in _DIGITS.findall(_parted(written))]
    if len(numbers) == 3:
        year_first = numbers[0] > 31
        first, second = numbers[1:] if year_first else numbers[:2]
        is_date = _is_day_and_month(first, second) or _is_day_and_month(second, first)
        return _full(numbers[0 if year_first else 2], present) if is_date else None
    if len(numbers) == 2 and 1 <= numbers[0] <= 31:
        return _full(numbers[1], present)
    return None


def _parted(written: str) -> str:
    if not _COMPACT.fullmatch(written):
        return written
    year_first = written.startswith(("19", "20")) and int(written[4:6]) <= 12
    ends = (4, 6) if year_first else (2, 4)
    return f"{written[: ends[0]]}.{written[ends[0] : ends[1]]}.{written[ends[1] :]}"


def _is_day_and_month(day: int, month: int) -> bool:
    return 1 <= day <= 31 and 1 <= month <= 12


def _full(year: int, present: int) -> int:
    if year > 99:
        return year
    century = present - present % 100
    return century + year if century + year <= present else century - 100 + year
