"""What a plan wants the register to say is said first, so that the plan can tell the truth about it.

In: a plan; out: the same, or, where the register refuses a person, the plan without them: the proposal goes back to
staff, nobody is told that it is done, and the ticket's history has the reasons. One transaction with the plan.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from maild.decide.people_changes import EnterPerson, LetGo, SetProposal
from maild.decide.plan import Change, Plan
from maild.errors import NotFound
from maild.model import EntryId, ProposalState, Reason
from maild.steps.house import House
from maild.store import register
from maild.store.register import By, ImportRefused, Newcomer

REFUSED = "refused"
"""The code of the reason why a plan was changed here."""


def entered(tx: Connection, house: House, plan: Plan, entry: EntryId | None) -> Plan:
    """The plan as it can be carried out: with all that it wants of the register, or with nothing of it."""
    wanted = [change for change in plan.changes if isinstance(change, EnterPerson | LetGo)]
    if not wanted:
        return plan
    try:
        with tx.begin_nested():
            for change in wanted:
                _say(tx, house, change, entry)
    except (ImportRefused, NotFound) as error:
        return _without(plan, str(error))
    return plan


def _say(tx: Connection, house: House, change: EnterPerson | LetGo, entry: EntryId | None) -> None:
    match change:
        case EnterPerson():
            by = By(change.by, house.clock(), change.why, entry)
            current = register.register_entries(tx, [change.address])
            register.put(tx, [register.entry_for(current, newcomer(change))], by)
        case LetGo(_, address, by_whom, why):
            register.leave(tx, address, By(by_whom, house.clock(), why, entry))


def newcomer(change: EnterPerson) -> Newcomer:
    """Whom the change is about, as the register takes people in."""
    return Newcomer(
        *(change.address, change.name, change.organisation, change.register),
        *(change.primary, change.duties, change.language),
    )


def _without(plan: Plan, why: str) -> Plan:
    kept = tuple(_back(change) for change in plan.changes if not isinstance(change, EnterPerson | LetGo))
    told = Reason("register", REFUSED, f"the register refuses it, so staff decide again: {why}")
    return replace(plan, reasons=(*plan.reasons, told), changes=kept, notifications=(), suppressed=())


def _back(change: Change) -> Change:
    if isinstance(change, SetProposal) and change.state is ProposalState.DONE:
        return replace(change, state=ProposalState.OPEN)
    return change
