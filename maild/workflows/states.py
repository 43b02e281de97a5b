"""Where a request goes when something happens to it: one table, drawn into the README. Pure.

Laws: a pair that is not in the table changes nothing. Forward it goes through each safeguard that its workflow has, and
never past one. Stopping is possible up to the moment in which somebody begins; a request whose agreement is no longer
certain is disarmed, never carried on.
"""

from __future__ import annotations

from enum import StrEnum

from maild.model.workflows import RunState
from maild.workflows.model import Workflow

State = RunState


class Event(StrEnum):
    """What can happen to a request."""

    COMPLETE = "all facts are there"
    CONFIRMED = "its requester confirms"
    SECONDED = "a second person agrees"
    COOLED = "its waiting time is over"
    BEGUN = "somebody begins, with ticket and hash"
    CARRIED_OUT = "it was carried out"
    STOPPED = "somebody stops it"
    REFUSED = "it may not be"
    LAPSED = "nobody answered in time"
    DISARMED = "its agreement is uncertain"
    RENEWED = "staff ask anew"


SAFEGUARDS = (State.CONFIRMING, State.SECONDING, State.COOLING, State.READY)
"""In this order, as far as a workflow has them."""
OPEN = (State.COLLECTING, *SAFEGUARDS)
"""Nobody has begun yet."""
ONWARD = None
"""To the next safeguard that the workflow has."""

TRANSITIONS: dict[tuple[State, Event], State | None] = {
    (State.COLLECTING, Event.COMPLETE): ONWARD,
    (State.CONFIRMING, Event.CONFIRMED): ONWARD,
    (State.SECONDING, Event.SECONDED): ONWARD,
    (State.COOLING, Event.COOLED): ONWARD,
    (State.READY, Event.BEGUN): State.EXECUTING,
    (State.EXECUTING, Event.CARRIED_OUT): State.DONE,
    (State.DISARMED, Event.RENEWED): ONWARD,
    **{(state, Event.STOPPED): State.STOPPED for state in (*OPEN, State.DISARMED)},
    **{(state, Event.REFUSED): State.REFUSED for state in OPEN},
    **{(state, Event.LAPSED): State.LAPSED for state in (State.COLLECTING, State.CONFIRMING, State.SECONDING)},
    **{(state, Event.DISARMED): State.DISARMED for state in (*OPEN, State.EXECUTING)},
}


def after(state: State, event: Event, workflow: Workflow) -> State | None:
    """The state afterwards; None where the table is silent."""
    if (state, event) not in TRANSITIONS:
        return None
    return TRANSITIONS[state, event] or _onward(state, workflow)


def _onward(state: State, workflow: Workflow) -> State:
    passed = SAFEGUARDS.index(state) + 1 if state in SAFEGUARDS else 0
    return next(one for one in SAFEGUARDS[passed:] if is_needed(one, workflow))


def is_needed(state: State, workflow: Workflow) -> bool:
    """Whether a workflow has this safeguard; it ends with being ready."""
    wanted = workflow.safeguards
    has = {
        State.CONFIRMING: wanted.confirm_days is not None,
        State.SECONDING: wanted.has_second,
        State.COOLING: wanted.cooling_days > 0 or workflow.due.has_date,
    }
    return has.get(state, True)


def drawn() -> str:
    """The table as the README shows it."""
    rows = [f"| {state} | {event} | {to or 'the next safeguard'} |" for (state, event), to in TRANSITIONS.items()]
    return "\n".join(["| request | when | becomes |", "|---|---|---|", *rows])
