"""What customers are told without having asked: maintenance, and releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

AnnouncementId = NewType("AnnouncementId", int)


class News(StrEnum):
    """What is announced (REQ-L8)."""

    MAINTENANCE = "maintenance"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a desk tells its customers; all times in UTC.

    It is one and the same where `desk`, `news`, `subject` and `begins_at` are. `texts` are pairs of a language, "" for
    any, and what is said in it. `override`: why it may come later than the desk owes it, "" where it does not.
    """

    desk: str
    news: News
    subject: str
    begins_at: datetime
    ends_at: datetime | None
    texts: tuple[tuple[str, str], ...] = ()
    override: str = ""
