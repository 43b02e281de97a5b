"""A breaker: what stops automatic mail to somebody, or to a whole crowd, for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stand(StrEnum):
    """OPEN lets nothing pass; HALF_OPEN a few mails, to see what happens; CLOSED everything, and remembers."""

    OPEN = "open"
    HALF_OPEN = "half-open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Breaker:
    """`scope` says whom it is for: "address:…", "bounced:…", "strangers" or "everybody". `until` (UTC) is when its
    stand ends; `trips` how often it has opened, `passed` how many mails it let through half-open.
    """

    scope: str
    stand: Stand
    until: datetime
    trips: int = 1
    passed: int = 0
