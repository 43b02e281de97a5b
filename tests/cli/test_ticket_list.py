"""The list of tickets: what is due next."""

from __future__ import annotations

from datetime import timedelta

from maild.cli.tickets import COLUMNS, Line
from maild.model import Aim, Promise, PromiseState
from tests.builders import NOON, a_ticket

HOUR = timedelta(hours=1)


def a_promise(aim: Aim, state: PromiseState, hours: int) -> Promise:
    return Promise(aim, state, NOON, NOON + hours * HOUR, hours * HOUR, always=True, words="")


def test_the_list_says_when_the_next_promise_is_to_be_kept_whose_clock_runs() -> None:
    given = a_promise(Aim.RESPONSE, PromiseState.MET, 1)
    line = Line(a_ticket(), (given, a_promise(Aim.SOLUTION, PromiseState.RUNNING, 8)))
    assert line.due == NOON + 8 * HOUR and COLUMNS["due"](line)
    waiting = Line(a_ticket(), (given, a_promise(Aim.SOLUTION, PromiseState.PAUSED, 8)))
    assert waiting.due is None and COLUMNS["due"](waiting) == ""
