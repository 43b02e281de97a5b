"""A system that carries requests out says what it does: it is about to begin, it has done it, it may not be done.

In: a transaction and its order; out: where the request stands then. Laws: only the system that the workflow names as
its `webhook` may say anything; whatever it says it presents ticket and hash, as people do (`decide.runs.carrying`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from maild.decide.facts import KnownTicket
from maild.decide.plan import Plan
from maild.decide.run_changes import SetRun
from maild.decide.runs import carrying
from maild.decide.runs.ground import Ground
from maild.errors import NotFound
from maild.model.workflows import RunState
from maild.steps.house import House
from maild.steps.runs import find_ground
from maild.steps.writing import Settled, write
from maild.store.merged import home_of
from maild.store.tickets import find_number


class Deed(StrEnum):
    """What it says."""

    BEGIN = "begin"
    DONE = "done"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Order:
    """`system`: the webhook whose key the order was signed with. `why`: of a refusal, the customer reads it."""

    system: str
    ticket: str
    digest: str
    deed: Deed
    why: str = ""


def execute(tx: Connection, house: House, order: Order) -> RunState:
    """Raises NotFound where this system has nothing to do, ValueError where it may not be done now, with the reason."""
    number = home_of(tx, find_number(tx, order.ticket), lock=True).id
    known, ground = find_ground(tx, house, number)
    if ground.workflow.webhook != order.system:
        raise NotFound(f"{order.system} carries nothing out on {order.ticket}")
    plan = DEEDS[order.deed](ground, known, order)
    write(tx, house, "webhook", [Settled(plan)])
    return next(change.run.state for change in plan.changes if isinstance(change, SetRun))


def _begin(ground: Ground, _known: KnownTicket, order: Order) -> Plan:
    return carrying.begin(ground, order.system, order.digest)


def _done(ground: Ground, known: KnownTicket, order: Order) -> Plan:
    return carrying.done(ground, known, order.system, order.digest)


def _refuse(ground: Ground, _known: KnownTicket, order: Order) -> Plan:
    carrying.require_hash(ground, order.digest)
    return carrying.refuse(ground, order.system, order.why)


DEEDS: Mapping[Deed, Callable[[Ground, KnownTicket, Order], Plan]] = {
    Deed.BEGIN: _begin,
    Deed.DONE: _done,
    Deed.REFUSE: _refuse,
}
