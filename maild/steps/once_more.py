"""Mail whose proof was pending is decided once more, when the DNS answers or its time is up (law 8).

In: the house; out: how many were settled. The mail is read anew, without a transaction; then one transaction each.
"""

from __future__ import annotations

from sqlalchemy import Connection

from maild.decide.desk import desk_for
from maild.decide.mail.again import PAUSE, Before, decide_again, waits_still
from maild.steps.house import House
from maild.steps.proving import proven
from maild.steps.reading import Reading, read
from maild.steps.settling import case_of, facts_of
from maild.steps.watch import NO_WATCH
from maild.steps.writing import Settled, Written, announce, write
from maild.store import unproven


def prove(house: House) -> int:
    """Ask again about those whose turn it is."""
    now = house.clock()
    waiting = house.store.retrying(lambda tx: unproven.take(tx, now, now + PAUSE))
    readings = proven(house, [read(house, one.entry, NO_WATCH) for one in waiting])
    return sum(_settled(house, reading, one.opened) for reading, one in zip(readings, waiting, strict=True))


def _settled(house: House, reading: Reading, opened: bool) -> bool:
    written = house.store.retrying(lambda tx: _once_more(tx, house, reading, opened))
    if written:
        announce(written)
    return written is not None


def _once_more(tx: Connection, house: House, reading: Reading, opened: bool) -> Written | None:
    entry, message = reading.entry, reading.message
    if message is None or reading.keys is None or entry.ticket is None:
        return Written((), ()) if unproven.settle(tx, entry.id) else None
    (facts,) = facts_of(tx, house, [reading], [reading.keys], lock=True)
    case, desk = case_of(house, reading, facts), desk_for(message, entry.envelope, house.policy)
    if desk is None or waits_still(case) or not unproven.settle(tx, entry.id):
        return None
    plan = decide_again(case, desk, Before(entry.id, facts.home(entry.ticket), opened))
    return write(tx, house, "", [Settled(plan, facts=facts)])
