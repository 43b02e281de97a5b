"""What is due, in the order in which it was due, in one transaction: find it, decide, write.

Laws: each due event happens once, also after a downtime, a crash or on another node (it is taken off in the same
transaction); nothing overtakes what was due before it, not even what an event of this very batch brings about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from maild.decide.clocks.dues import Lapse, came_due, names_for
from maild.decide.facts import Facts, KnownTicket
from maild.decide.plan import Plan, SetPromise
from maild.model import TicketId
from maild.steps.house import House
from maild.steps.writing import Settled, write
from maild.store import clocks
from maild.store.clocks import Due
from maild.store.rows import known_tickets, tickets_by_id
from maild.store.workers import workers_named

AT_ONCE = 100


def come_due(tx: Connection, house: House) -> int:
    """What time has brought about: at most a hundred events, at most one for each ticket."""
    desks = [desk.desk for desk in house.policy.desks]
    due = tuple(_one_each(clocks.due(tx, desks, house.clock(), AT_ONCE)))
    plans = list(_plans(due, _lapses(tx, house, due)))
    write(tx, house, "clock", [Settled(plan) for plan in plans])
    return len(plans)


def _one_each(due: Sequence[Due]) -> Iterator[Due]:
    """Up to the second event of any ticket: what the first one does comes before."""
    seen: set[TicketId] = set()
    for one in due:
        if one.ticket in seen:
            return
        seen.add(one.ticket)
        yield one


def _plans(due: Sequence[Due], lapses: dict[TicketId, Lapse]) -> Iterator[Plan]:
    """Up to where an event brings about another one that was due earlier than the rest."""
    bound = None
    for one in due:
        if bound is not None and one.at > bound:
            return
        plan = came_due(lapses[one.ticket], one.what)
        yield plan
        later = [change.promise.next_at for change in plan.changes if isinstance(change, SetPromise)]
        bound = min((at for at in (bound, *later) if at is not None), default=None)


def _lapses(tx: Connection, house: House, due: Sequence[Due]) -> dict[TicketId, Lapse]:
    """Tickets of desks that the policy no longer has wait until it has them again: they are not looked for."""
    numbers = {one.ticket for one in due}
    known = known_tickets(tx, tickets_by_id(tx, numbers).values()) if numbers else {}
    promises = clocks.promises_of(tx, numbers)
    facts = _facts(tx, house, known.values())
    return {
        number: Lapse(one, promises.get(number, ()), facts, desk, house.clock())
        for number, one in known.items()
        if (desk := house.policy.desk_named(one.ticket.desk))
    }


def _facts(tx: Connection, house: House, known: Iterable[KnownTicket]) -> Facts:
    desks = ((house.policy.desk_named(one.ticket.desk), one.ticket.assignee) for one in known)
    names = sorted({name for desk, assignee in desks if desk for name in names_for(desk, assignee)})
    return Facts(staff=tuple(workers_named(tx, names).values()))
