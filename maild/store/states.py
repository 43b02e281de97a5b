"""Where an inbox entry stands."""

from __future__ import annotations

from enum import StrEnum


class InboxState(StrEnum):
    """WAITING for a worker, CLAIMED by one, DONE with a disposition, or QUARANTINED until a person looks."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    QUARANTINED = "quarantined"
