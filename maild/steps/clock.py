"""What the clock does, each in one transaction: find what is due, make a plan of it, write the plan."""

from __future__ import annotations

from sqlalchemy import Connection

from maild.decide.told.digests import digest
from maild.steps import announcing, dues, proposals, runs, screening, timed
from maild.steps.house import House
from maild.steps.writing import Settled, write
from maild.store import digests, spending

MOST_UNSENT = 1000


def sum_up(tx: Connection, house: House) -> int:
    """Tell people in one mail what they were not sent."""
    due = digests.due_digests(tx, house.clock(), limit=MOST_UNSENT)
    write(tx, house, "clock", [Settled(digest(unsent)) for unsent in due])
    return len(due)


def tidy(tx: Connection, house: House) -> int:
    """Forget what nobody needs any more. It is no work to wait for, so it counts for nothing."""
    spending.forget(tx, house.clock())
    return 0


STEPS = (
    dues.come_due, runs.pass_time, timed.ask_rules, sum_up, proposals.lapse, announcing.remind_of_notes, tidy,
    screening.expire,
)  # fmt: skip
