"""The Date field becomes an aware UTC instant: `read_date(value)`, None where the usual form is not met.

Laws: only RFC 5322 3.3 as mail is written today; obsolete and broken forms are left to `loose_dates` and the second
reader. A year before mail or long after it is no date of a mail.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
ZONES = {
    "GMT": 0, "UT": 0, "UTC": 0, "Z": 0, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
}  # fmt: skip
EARLIEST, LATEST = 1970, 2200
FARTHEST = 14 * 60
_DATE = re.compile(
    r"(?:[A-Za-z]{2,3}\.?,?[ \t]+)?(\d{1,2})[ \t-]+([A-Za-z]{3})[ \t-]+(\d{4})[ \t]+(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"[ \t]+(?:([+-])(\d{2})(\d{2})|([A-Z]{1,4}))(?:[ \t]*\([^()]*\))?",
    re.ASCII,
)


def read_date(value: str) -> datetime | None:
    found = _DATE.fullmatch(value)
    month = _MONTHS.get(found[2].lower()) if found else None
    if found is None or month is None or not is_plausible(int(found[3])):
        return None
    offset = _offset(found)
    if offset is None:
        return None
    try:
        local = datetime(int(found[3]), month, int(found[1]), int(found[4]), int(found[5]), tzinfo=UTC)
        # Second 60 is a leap second.
        return local + timedelta(seconds=min(int(found[6] or 0), 60)) - timedelta(minutes=offset)
    except (ValueError, OverflowError):
        return None


def is_plausible(year: int) -> bool:
    return EARLIEST <= year <= LATEST


def _offset(found: re.Match[str]) -> int | None:
    """Minutes east of UTC; no place is farther than FARTHEST."""
    if found[10]:
        return ZONES.get(found[10])
    minutes = int(found[8]) * 60 + int(found[9])
    if minutes > FARTHEST:
        return None
    return -minutes if found[7] == "-" else minutes
