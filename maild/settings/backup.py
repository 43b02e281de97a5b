"""Backups: how often, where to, how many are kept, and for whom they are encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from maild.settings.base import Section

Every = Annotated[str, Field(pattern="^(hour|day|month)$")]


class BackupSeries(Section):
    """One series of backups; the daemon makes one when the newest good one in the folder is an interval old."""

    every: Every = Field(description="hour, day or month (30 days).")
    folder: Path = Field(
        description="Where they lie, with no other installation's. Give the daily ones another disk or machine."
    )
    keep: int = Field(default=24, ge=1, description="How many are kept; older ones are deleted after a good new one.")
    encrypt_to: tuple[str, ...] = Field(
        default=(), description="age public keys (age1…): only their owners can read the backups."
    )
