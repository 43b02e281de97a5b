"""When a mail that could not be handed over is tried again. Pure.

In: how often it was tried, and the time; out: when next, or None: it has failed.
Laws: delays grow to four hours and end after five days (RFC 5321 4.5.4.1); they are spread by up to a tenth, by
a hash instead of a die, so that a thousand mails deferred together do not return together and a test can know.
An outage of the relay is no attempt: `Relay.ready` is asked before mail is claimed (FAULT-F10).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

FIRST_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
LATER_DELAY = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)
MOST_ATTEMPTS = len(FIRST_DELAYS) + 1 + (GIVE_UP_AFTER - sum(FIRST_DELAYS, timedelta())) // LATER_DELAY
SPREAD = 0.1


def next_due(attempts: int, now: datetime) -> datetime | None:
    """After so many attempts (the first counts as 1), the last one just now; None when there have been enough."""
    if attempts >= MOST_ATTEMPTS:
        return None
    delay = FIRST_DELAYS[attempts - 1] if 1 <= attempts <= len(FIRST_DELAYS) else LATER_DELAY
    die = crc32(f"{attempts} {now.isoformat()}".encode()) / 2**32
    return now + delay * (1 + SPREAD * die)
