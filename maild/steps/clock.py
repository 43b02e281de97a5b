"""What the clock does, each in one transaction: find what is due, make a plan of it, write the plan."""

from __future__ import annotations

from sqlalchemy import Connection

from maild.decide import staff
from maild.decide.digests import digest
from maild.steps import proposals, screening, timed
from maild.steps.house import House
from maild.steps.writing import Settled, write
from maild.store import deadlines, digests, spending

AT_ONCE = 100
MOST_UNSENT = 1000


def remind(tx: Connection, house: House) -> int:
    """Bring back the tickets whose reminder is due."""
    due = deadlines.due_reminders(tx, house.clock(), limit=AT_ONCE)
    write(tx, house, "clock", [Settled(staff.reminded(known)) for known in due])
    return len(due)


def sum_up(tx: Connection, house: House) -> int:
    """Tell people in one mail what they were not sent."""
    due = digests.due_digests(tx, house.clock(), limit=MOST_UNSENT)
    write(tx, house, "clock", [Settled(digest(unsent)) for unsent in due])
    return len(due)


def tidy(tx: Connection, house: House) -> int:
    """Forget what nobody needs any more. It is no work to wait for, so it counts for nothing."""
    spending.forget(tx, house.clock())
    return 0


STEPS = (remind, timed.ask_rules, sum_up, proposals.lapse, tidy, screening.expire)
