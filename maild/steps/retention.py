"""What time puts away: tickets that a desk has kept long enough are erased, those settled long ago go into the archive;
bytes of erased mail that came again, and archive files of what was erased, go.

For the clock, once an hour: a ticket a transaction, so that nobody waits long for the database.
"""

from __future__ import annotations

from maild.desks.policy import Desk
from maild.errors import Conflict
from maild.model import TicketId
from maild.steps import archiving, erasing
from maild.steps.erasing import Order
from maild.steps.house import House
from maild.store.archiving.taking import By
from maild.store.erasing.expired import expired
from maild.store.erasing.holds import Held

MOST = 500
"""Tickets of one desk in one round."""
CLOCK = "clock"


def tidy(house: House) -> int:
    """Erase and archive what is due; how many tickets, mails and files."""
    erased = erasing.sweep(house.store, house.clock()) + sum(_expire(house, desk) for desk in house.policy.desks)
    return erased + _archive(house)


def _archive(house: House) -> int:
    if house.shelf is None:
        return 0
    by = By(house.clock(), CLOCK)
    archived = archiving.archive_due(house.store, house.shelf, house.policy.desks, by, MOST)
    return archived + archiving.sweep(house.store, house.shelf, by.at)


def _expire(house: House, desk: Desk) -> int:
    if desk.retention is None:
        return 0
    now = house.clock()
    with house.store.reading() as tx:
        due = expired(tx, desk.desk, desk.retention.limit(now), MOST)
    order = Order(CLOCK, now, b"", f"kept for {desk.retention.months} months")
    return sum(_erased(house, number, order) for number in due)


def _erased(house: House, number: TicketId, order: Order) -> int:
    """One ticket; none where somebody holds one of its family, has begun something on it, or erases at the moment."""
    try:
        erasing.erase_ticket(house.store, number, order)
    except (Held, Conflict):
        return 0
    return 1
