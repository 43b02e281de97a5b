"""How long a desk keeps what was written on its tickets, as its file says it (`retention`; REQ-L6).

In: the mapping `retention`; out: `Retention`, immutable, and the moment before which a settled ticket is too old. Pure.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

YEAR = 12
_ANY_MONTH = 28
"""The last day that every month has: a ticket is kept some days longer rather than shorter."""


class Retention(BaseModel):
    """For how long, from when a ticket was solved or closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    months: int = Field(
        ge=1,
        le=1200,
        description="Months after which a solved or closed ticket is erased: its words, mails and files, not its "
        "number, times and status. A ticket that is held (`maild hold`) stays. 180 are 15 years.",
    )

    def limit(self, now: datetime) -> datetime:
        """Whatever was settled before this moment is too old."""
        ago = now.year * YEAR + now.month - 1 - self.months
        return now.replace(year=max(1, ago // YEAR), month=ago % YEAR + 1, day=min(now.day, _ANY_MONTH))
