"""A machine of customers, staff, a clock, crashes and restarts; and a model of what must become of their tickets.

The model shares no code with maild: it knows the desk's days (`world.POLICY`) and the words of requirement A12 and A13.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import Connection

from maild import pipeline
from maild.steps import dues
from maild.steps.house import House
from maild.store import clocks
from tests.life.copies import Copy
from tests.life.world import DAY, HOUR, World

REOPEN, SETTLE, SILENCE, LAST_CALL = 14 * DAY, 20 * DAY, 30 * DAY, 5 * DAY
INDEX = some.integers(0, 20)
LENGTHS = some.sampled_from([HOUR / 3, HOUR, 5 * HOUR, DAY, 4 * DAY, 13 * DAY, 31 * DAY, 60 * DAY])
OVER = ("solved", "closed")


class Crash(Exception):
    """The process dies in the middle of a transaction."""


@dataclass
class Case:
    """A ticket as the model has it. `close_at`: when it is closed if nobody does anything; `ask_at` likewise."""

    number: int
    type: str = ""
    status: str = "new"
    settled_at: datetime | None = None
    close_at: datetime | None = None
    ask_at: datetime | None = None
    asked: int = 0
    closed: int = 0

    def move(self, status: str, now: datetime, *, wrote: bool = False) -> None:
        """Another status, or an answer of ours while it waits: the days begin again."""
        if status == self.status and not (wrote and status == "waiting"):
            return
        self.settled_at = (self.settled_at or now) if status in OVER else None
        self.status, self.close_at, self.ask_at = status, None, None
        if status == "solved":
            self.close_at = now + SETTLE
        if status == "waiting" and self.type == "request":
            self.close_at = now + SILENCE
        if status == "waiting" and self.type == "problem":
            self.ask_at = now + SILENCE

    def pass_time(self, now: datetime) -> None:
        """The clock has come to `now`, with nothing in between."""
        if self.ask_at and self.ask_at <= now:
            self.asked, self.ask_at, self.close_at = self.asked + 1, None, now + LAST_CALL
        elif self.close_at and self.close_at <= now:
            self.closed += self.status == "waiting"
            self.move("closed", now)


@dataclass
class Model:
    """All tickets."""

    cases: list[Case] = field(default_factory=list)


class Life(RuleBasedStateMachine):
    """One life of a desk."""

    def __init__(self) -> None:
        super().__init__()
        self.copy = Copy()
        self.world = World(self.copy.store)
        self.model = Model()

    def teardown(self) -> None:
        self.copy.close()

    # ---- customers -------------------------------------------------------------------------------------

    @rule()
    def somebody_asks(self) -> None:
        self.model.cases.append(Case(self.world.mail()))

    def _case(self, index: int) -> Case:
        return self.model.cases[index % len(self.model.cases)]

    @precondition(lambda self: self.model.cases)
    @rule(index=INDEX)
    def a_customer_answers(self, index: int) -> None:
        case, now = self._case(index), self.world.now
        number = self.world.again(case.number)
        if case.settled_at and now - case.settled_at > REOPEN:
            assert number not in {one.number for one in self.model.cases}, "it became part of a ticket that was over"
            self.model.cases.append(Case(number))
            return
        assert number == case.number
        if case.status in (*OVER, "waiting", "third-party"):
            case.move("open", now)

    @precondition(lambda self: self.model.cases)
    @rule(index=INDEX)
    def a_machine_answers(self, index: int) -> None:
        case = self._case(index)
        assert self.world.again(case.number, "I am away.", Auto_Submitted="auto-replied") == case.number

    # ---- staff -----------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.cases)
    @rule(index=INDEX, solves=some.booleans())
    def staff_answer(self, index: int, solves: bool) -> None:
        case, now = self._case(index), self.world.now
        self.world.reply(case.number, solves=solves)
        if solves:
            case.move("solved" if case.status not in OVER else case.status, now)
        else:
            case.move("waiting" if case.status in ("new", "open") else case.status, now, wrote=True)

    @precondition(lambda self: self.model.cases)
    @rule(index=INDEX, status=some.sampled_from(["open", "waiting", "third-party", "solved", "closed"]))
    def staff_move_it(self, index: int, status: str) -> None:
        case = self._case(index)
        self.world.set(case.number, "status", status)
        case.move(status, self.world.now)

    @precondition(lambda self: self.model.cases)
    @rule(index=INDEX, type=some.sampled_from(["request", "problem"]))
    def staff_say_what_it_is(self, index: int, type: str) -> None:
        case = self._case(index)
        self.world.set(case.number, "type", type)
        if type != case.type:
            case.type = type
            case.move(case.status, self.world.now, wrote=True)

    @precondition(lambda self: self.model.cases)
    @rule(index=INDEX, priority=some.sampled_from(["1", "2", "3", "4"]))
    def staff_weigh_it(self, index: int, priority: str) -> None:
        self.world.set(self._case(index).number, "priority", priority)

    # ---- time ------------------------------------------------------------------------------------------

    @rule(length=LENGTHS)
    def time_passes(self, length: timedelta) -> None:
        self.world.now += length
        self._tick()

    @rule(length=LENGTHS)
    def time_passes_and_the_clock_dies_once(self, length: timedelta) -> None:
        self.world.now += length
        before = self._everything()
        try:
            self.world.store.retrying(lambda tx: _crashing(tx, self.world.house))
        except Crash:
            assert self._everything() == before, "half of a transaction was kept"
        self._tick()

    def _tick(self) -> None:
        """All that is due, in the order in which it was due, once each."""
        now, last = self.world.now, self._newest_event()
        with self.world.store.reading() as tx:
            known = [(one.ticket, one.what, one.at) for one in clocks.due(tx, ["service"], now, 1000)]
        while pipeline.tick(self.world.house):
            pass
        done = self._clock_events(last)
        assert _in_order(known, done), f"due were {known}, done was {done}"
        for case in self.model.cases:
            case.pass_time(now)

    def _newest_event(self) -> int:
        return int(self.world.column("SELECT coalesce(max(id), 0) FROM event")[0])

    def _clock_events(self, since: int) -> list[int]:
        return self.world.column(f"SELECT ticket_id FROM event WHERE id > {since} AND kind LIKE 'clock/%' ORDER BY id")

    def _everything(self) -> list[object]:
        tables = ("ticket", "promise", "timer", "event", "outbox_entry")
        return [self.world.column(f"SELECT count(*) FROM {name}") for name in tables]

    # ---- what must be so -------------------------------------------------------------------------------

    @invariant()
    def every_ticket_stands_where_the_model_has_it(self) -> None:
        for case in self.model.cases:
            assert self.world.ticket(case.number).status.value == case.status, case

    @invariant()
    def customers_were_asked_and_told_as_often_as_the_model_says(self) -> None:
        kinds = Counter(self.world.told())
        assert kinds["still-needed"] == sum(case.asked for case in self.model.cases)
        assert kinds["closed"] == sum(case.closed for case in self.model.cases)

    @invariant()
    def nothing_stays_due_and_nothing_is_told_twice(self) -> None:
        events = self.world.column("SELECT event || ':' || ticket_id || recipient FROM outbox_entry")
        assert len(events) == len(set(events))

    @invariant()
    def a_clock_runs_only_where_somebody_waits_for_us(self) -> None:
        for case in self.model.cases:
            for promise in self.world.promises(case.number).values():
                runs = promise.state.value == "running"
                assert not (runs and case.status in ("waiting", *OVER)), (case, promise)
                assert runs or promise.next_at is None


def _crashing(tx: Connection, house: House) -> int:
    dues.come_due(tx, house)
    raise Crash


def _in_order(known: Sequence[tuple[int, str, datetime]], done: Sequence[int]) -> bool:
    """Whether what was due at the beginning happened in that order; what it brought about may lie between."""
    rest = iter(done)
    return all(ticket in rest for ticket, _, _ in known)
