"""Time passes over a request: `came_due`. Pure.

Laws: nothing is carried out because time has passed; before a request becomes ready, and whenever somebody begins it,
the rights of all who agreed are looked at again: where one of them has lost theirs, or a mail about it has not reached
somebody who could have stopped it, it is disarmed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from maild.decide.plan import Plan
from maild.decide.run_changes import SetRun
from maild.decide.runs.engine import STEP, Step, as_plan, looked_after, moved
from maild.decide.runs.ground import Ground, is_entitled
from maild.decide.runs.mails import reminded, staff_reminded
from maild.decide.told.notices import Told
from maild.model import Reason
from maild.workflows.dates import Item, What, next_item
from maild.workflows.states import Event

CLOCK = "clock"


def came_due(ground: Ground) -> Plan:
    """The next thing that was due for a request."""
    item = next_item(ground.run, ground.workflow, ground.desk.hours)
    if item is None or item.at > ground.now:
        step = Step(looked_after(ground, ground.run.seen_at), Reason(STEP, "later", "nothing is due yet"), ())
    else:
        step = DOES[item.what](ground, item)
    return as_plan(step, CLOCK, [SetRun(ground.run.ticket, step.run)])


def lost_rights(ground: Ground) -> str:
    """Why what was agreed to no longer holds, "" where it does."""
    run = ground.run
    if not is_entitled(ground.requester, run.organisation, ground.workflow):
        return f"{run.asked_by} may no longer ask for it"
    if "@" in run.seconded_by and run.seconded_by not in {one.address for one in ground.others}:
        return f"{run.seconded_by} may no longer agree to it"
    return f"our mail did not reach {ground.unreached[0]}, who could not stop it" if ground.unreached else ""


def _lapse(ground: Ground, item: Item) -> Step:
    return moved(ground, Event.LAPSED, CLOCK, at=item.at) or _seen(ground, item)


def _cooled(ground: Ground, item: Item) -> Step:
    if why := lost_rights(ground):
        return moved(ground, Event.DISARMED, CLOCK, why, item.at) or _seen(ground, item)
    return moved(ground, Event.COOLED, CLOCK, at=item.at) or _seen(ground, item)


def _remind_customer(ground: Ground, item: Item) -> Step:
    return _seen(ground, item, () if _is_late(ground, item) else reminded(ground, item.at))


def _remind_staff(ground: Ground, item: Item) -> Step:
    told = () if _is_late(ground, item) else staff_reminded(ground, item.what.value, item.at)
    return _seen(ground, item, told)


def _is_late(ground: Ground, item: Item) -> bool:
    """Whether what comes next is due already: after a downtime nobody is reminded of what is over."""
    following = replace(ground.run, seen_at=item.at)
    after = next_item(following, ground.workflow, ground.desk.hours)
    return after is not None and after.at <= ground.now


def _seen(ground: Ground, item: Item, told: tuple[Told, ...] = ()) -> Step:
    said = f"{ground.run.workflow}: {item.what}"
    return Step(looked_after(ground, item.at), Reason(STEP, item.what.value, said), told)


DOES: dict[What, Callable[[Ground, Item], Step]] = {
    What.LAPSE: _lapse,
    What.COOLED: _cooled,
    What.REMIND_CUSTOMER: _remind_customer,
    What.REMIND_STAFF: _remind_staff,
    What.OVERDUE: _remind_staff,
}
