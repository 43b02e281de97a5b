"""Every plan, whoever made it, passes the gate of automatic mail before anything of it is written (law 9).

In: settled plans; out: the same, each automatic mail sent, delayed or held back for a reason that stands in the plan
and so in the decision, the ticket's history and the outbox. The dry run passes here too, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from maild.decide.plan import Plan
from maild.decide.told.budgets import Wanted
from maild.decide.told.gate import Delayed, Gate, Held, Passes
from maild.model import Breaker, Notification, Reason, Suppressed
from maild.notify.audience import AT_WORK
from maild.steps.house import House
from maild.store import spending

DELAYED = "delayed"
"""The code of the reason why a notice that must go goes later: logged as a warning."""


def pass_gate(
    tx: Connection, house: House, plans: Sequence[Plan], *, dry: bool = False
) -> tuple[tuple[Plan, ...], tuple[Breaker, ...]]:
    """The plans as they may be carried out, and the breakers that moved, to be kept with them. `dry`: only a look."""
    wanted = [it for plan in plans for it in _wanted(plan)]
    if not wanted:
        return tuple(plans), ()
    now = house.clock()
    # Whom a mail answers is held since its facts were looked up.
    lock = not dry and any(plan.actor != "mail" for plan in plans)
    gate = Gate(spending.spent_on(tx, wanted, now, house.totals, lock=lock), house.budgets, now)
    passed = tuple(_through(gate, plan) for plan in plans)
    if not dry:
        house.totals.add(gate.more)
    return passed, tuple(gate.moved.values())


def _wanted(plan: Plan) -> list[Wanted]:
    return [Wanted(one, one.ticket or plan.ticket) for one in plan.notifications if _counts(one)]


def _counts(one: Notification) -> bool:
    """Staff's own words do not, nor does what staff work from; what is parked goes only if a person wants it to."""
    return not (one.by_person or one.parked or one.kind in AT_WORK)


def _through(gate: Gate, plan: Plan) -> Plan:
    if not _wanted(plan):
        return plan
    told: list[Notification] = []
    silent: list[Suppressed] = []
    reasons: list[Reason] = []
    for one in plan.notifications:
        verdict = gate.ask(Wanted(one, one.ticket or plan.ticket)) if _counts(one) else Passes()
        match verdict:
            case Passes():
                told.append(one)
            case Delayed(until, reason):
                told.append(replace(one, not_before=until))
                reasons.append(replace(reason, code=DELAYED, text=f"delayed, not left out: {reason.text}"))
            case Held(reason, digest_at):
                silent.append(Suppressed(one.kind, one.event, one.recipient.address, reason, one.ticket, digest_at))
                reasons.append(reason)
    return replace(
        plan,
        notifications=tuple(told),
        suppressed=(*plan.suppressed, *silent),
        reasons=(*plan.reasons, *dict.fromkeys(reasons)),
    )
