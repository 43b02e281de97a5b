"""What a ticket's time brings: the promises that service levels give it, and what the clock shall do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Aim(StrEnum):
    """What is promised."""

    RESPONSE = "response"
    SOLUTION = "solution"


class PromiseState(StrEnum):
    """RUNNING: its clock runs. PAUSED: the ticket waits for somebody else. MET: its clock has stopped; a ticket that is
    reopened lets it go on. VOID: nobody waits for it any more."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Promise:
    """A due time that a ticket got from a service level, all times in UTC.

    `work`: the length that was promised, as time of its clock; `always`: a clock that runs around the clock, else in
    the desk's hours. `words`: the arithmetic behind `due_at`. `left`: of a clock that stands still, what was left on
    it. `missed_at`: when it became too late. `step`: how many escalations are behind it, `next_at`: when the next is.
    `fixed`: a deadline of a law or a contract, whose clock stands still for nothing.
    """

    aim: Aim
    state: PromiseState
    started_at: datetime
    due_at: datetime
    work: timedelta
    always: bool
    words: str
    left: timedelta | None = None
    met_at: datetime | None = None
    missed_at: datetime | None = None
    step: int = 0
    next_at: datetime | None = None
    fixed: bool = False


REMINDER = "reminder"
"""What is due where staff wanted to be reminded of a ticket; beside the values of `Aim` and `TimerKind`."""


class TimerKind(StrEnum):
    """What the clock does with a ticket that has seen nothing new for so long (REQ-A13).

    ASK: ask the customer whether it is still needed. UNANSWERED: close what the customer does not answer. SETTLED:
    close what was solved and is not disputed.
    """

    ASK = "ask"
    UNANSWERED = "unanswered"
    SETTLED = "settled"
