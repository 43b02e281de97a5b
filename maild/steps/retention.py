"""What time erases: tickets that a desk has kept long enough, and bytes of erased mail that came again.

For the clock, once an hour: a ticket a transaction, so that nobody waits long for the database.
"""

from __future__ import annotations

from maild.desks.policy import Desk
from maild.errors import Conflict
from maild.model import TicketId
from maild.steps import erasing
from maild.steps.erasing import Order
from maild.steps.house import House
from maild.store.erasing.expired import expired
from maild.store.erasing.holds import Held

MOST = 500
"""Tickets of one desk in one round."""
CLOCK = "clock"


def tidy(house: House) -> int:
    """Erase what is due; how many tickets and mails."""
    return erasing.sweep(house.store, house.clock()) + sum(_expire(house, desk) for desk in house.policy.desks)


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
