"""When a mail arrived, as it says itself: `arrived(headers)`. For mail out of files, which nobody saw arrive.

The last server's own stamp comes first: a sender's Date may be anything.
"""

from __future__ import annotations

from datetime import datetime

from maild.ingest.header.dates import read_date
from maild.ingest.header.headers import Headers


def arrived(headers: Headers, now: datetime) -> datetime | None:
    """The time of the topmost Received (RFC 5321 4.4), else the Date; UTC; None where there is none, or none yet."""
    received = headers.first("received").rpartition(";")[2]
    stamps = (read_date(" ".join(value.split())) for value in (received, headers.first("date")))
    return next((stamp for stamp in stamps if stamp and stamp <= now), None)
