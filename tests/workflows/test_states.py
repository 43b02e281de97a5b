"""Where a request goes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from maild.model.workflows import ENDED, RunState
from maild.workflows.states import OPEN, SAFEGUARDS, TRANSITIONS, Event, after, is_needed
from tests.workflows.kit import a_workflow

State = RunState
NONE: dict[str, Any] = {"irreversible": False, "safeguards": {}}
WAYS: tuple[tuple[dict[str, Any], tuple[State, ...]], ...] = (
    ({}, (State.CONFIRMING, State.SECONDING, State.COOLING, State.READY)),
    (NONE, (State.READY,)),
    (NONE | {"safeguards": {"second": "staff"}}, (State.SECONDING, State.READY)),
    (NONE | {"due": {"first_working_day": True}}, (State.COOLING, State.READY)),
    (
        {"safeguards": {"confirm_days": 3, "second": "either", "second_days": 1}},
        (State.CONFIRMING, State.SECONDING, State.READY),
    ),
)
STEPS = (Event.COMPLETE, Event.CONFIRMED, Event.SECONDED, Event.COOLED)


@pytest.mark.parametrize(("changes", "way"), WAYS)
def test_a_request_passes_each_safeguard_that_its_workflow_has(changes: dict[str, Any], way: tuple[State, ...]) -> None:
    workflow = a_workflow(**changes)
    events = {
        state: next(one for one in STEPS if (state, one) in TRANSITIONS) for state in (State.COLLECTING, *way[:-1])
    }
    for here, there in pairwise((State.COLLECTING, *way)):
        assert after(here, events[here], workflow) is there
    assert after(State.DISARMED, Event.RENEWED, workflow) is way[0], "what was disarmed begins anew"


@given(some.lists(some.sampled_from([one for one in Event if one not in STEPS]), max_size=12))
def test_nothing_but_its_safeguards_makes_it_ready(events: list[Event]) -> None:
    state, workflow = State.COLLECTING, a_workflow()
    for event in events:
        state = after(state, event, workflow) or state
    assert state not in (State.READY, State.EXECUTING, State.DONE)


def test_whatever_has_not_begun_can_be_stopped_and_what_has_begun_cannot() -> None:
    workflow = a_workflow()
    for state in State:
        stopped = after(state, Event.STOPPED, workflow)
        assert (stopped is State.STOPPED) == (state in (*OPEN, State.DISARMED)), state


def test_what_has_ended_stays_as_it_is() -> None:
    assert not [pair for pair in TRANSITIONS if pair[0] in ENDED]


def test_whatever_lives_can_be_disarmed_and_is_never_carried_on_from_there() -> None:
    workflow = a_workflow()
    assert all(after(state, Event.DISARMED, workflow) is State.DISARMED for state in (*OPEN, State.EXECUTING))
    assert after(State.DISARMED, Event.BEGUN, workflow) is None and is_needed(State.READY, workflow)
    assert State.READY in SAFEGUARDS
