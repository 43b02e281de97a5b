"""A ticket is given to somebody by hand: what staff set, and whoever it is given to hears of it.

In: the transaction and what was set; out: the plan. By mail, `decide.work.staff_work` does the same.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from maild.decide.plan import Plan
from maild.decide.told import telling
from maild.decide.told.notices import notifications, suppressions
from maild.decide.work import staff
from maild.decide.work.staff import Hand
from maild.steps.house import House
from maild.store.workers import workers_named

ASSIGNEE = "assignee"


def set_property(tx: Connection, house: House, hand: Hand, name: str, value: str) -> Plan:
    """`staff.set_property`; a new assignee is told. Raises ValueError."""
    plan = staff.set_property(hand, name, value)
    if name != ASSIGNEE:
        return plan
    after = replace(hand.known, ticket=replace(hand.known.ticket, assignee=value))
    occasion = str(int(hand.now.timestamp() * 1000))
    news = telling.News(telling.What.ASSIGNED, hand.desk, occasion, value, hand.actor.address, after)
    facts = replace(hand.facts, staff=(*hand.facts.staff, *workers_named(tx, [value]).values()))
    told = telling.given(news, hand.known.ticket.assignee, facts, house.policy)
    return replace(
        plan,
        notifications=(*plan.notifications, *notifications(told)),
        suppressed=(*plan.suppressed, *suppressions(told)),
    )
