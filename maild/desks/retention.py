"""How long a desk keeps what was written on its tickets, and when that goes into files, as its file says it
(`retention`; REQ-L6).

In: the mapping `retention`; out: `Retention`, immutable, and the moments before which a settled ticket is too old.
Pure.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

YEAR = 12
SHORTEST_MONTH = 28
"""The last day that every month has: a ticket is kept some days longer rather than shorter."""
Months = Annotated[int, Field(ge=1, le=1200)]


class Archive(BaseModel):
    """When settled tickets go into files, and what it costs to have one back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    months: Months = Field(
        description="Months after which the words, mails and files of a solved or closed ticket go into an archive "
        "file; its number, times, status and people stay. Not those that are held (`maild hold`), nor of "
        "organisations that keep theirs at hand (`maild archive keep`)."
    )
    price: str = Field(
        default="",
        pattern=r"^[^\x00-\x1f\x7f]{0,80}$",
        description="What a customer pays for one that is brought back, as in `14 EUR`: `maild archive return` then "
        "wants an estimate that was accepted, or a reason why it is free. Empty: it costs nothing.",
    )

    def limit(self, now: datetime) -> datetime:
        """Whatever was settled, or brought back, before this moment goes into the archive."""
        return _ago(now, self.months)


class Retention(BaseModel):
    """For how long, from when a ticket was solved or closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    months: Months = Field(
        description="Months after which a solved or closed ticket is erased: its words, mails and files, not its "
        "number, times and status. A ticket that is held (`maild hold`) stays. 180 are 15 years.",
    )
    archive: Archive | None = Field(
        default=None,
        description="When it goes into an archive file until then, with `months`, and `price` for having it back; "
        "never without it. The desk needs `reopen_days`, so that a late answer opens a ticket of its own.",
    )

    @model_validator(mode="after")
    def _archived_first(self) -> Retention:
        if self.archive and self.archive.months >= self.months:
            raise ValueError(f"erased after {self.months} months, they are never archived after {self.archive.months}")
        return self

    def limit(self, now: datetime) -> datetime:
        """Whatever was settled before this moment is too old."""
        return _ago(now, self.months)


def _ago(now: datetime, months: int) -> datetime:
    ago = now.year * YEAR + now.month - 1 - months
    return now.replace(year=max(1, ago // YEAR), month=ago % YEAR + 1, day=min(now.day, SHORTEST_MONTH))
