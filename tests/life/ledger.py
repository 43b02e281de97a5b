"""What a year of a desk must come to, reckoned hour by hour without maild: a ledger of tickets, written from the desk's
rules in words. It shares no code with what it is held against; it knows zoneinfo and the holidays library.

Within an hour mails come first, then staff work, then the clock looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

import holidays

START = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = 365 * 24
DAY = 24
REOPEN, SETTLE, SILENCE, LAST_CALL = 14 * DAY, 20 * DAY, 30 * DAY, 5 * DAY
TARGETS = {1: (2, 8, True), 2: (4, 16, False), 3: (8, 40, False)}
"""By priority: hours to a response, hours to a solution, and whether they run around the clock."""


class Does(StrEnum):
    """What happens on a ticket."""

    ASKS = "asks"
    WRITES = "writes"
    ANSWERS = "answers"
    SOLVES = "solves"


ORDER = (Does.ASKS, Does.WRITES, Does.ANSWERS, Does.SOLVES)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody does in an hour of the year."""

    hour: int
    does: Does
    case: int


@dataclass(frozen=True, slots=True)
class Script:
    """One customer's matter."""

    case: int
    priority: int
    type: str
    acts: tuple[Act, ...]


def open_hours() -> tuple[bool, ...]:
    """For each hour of the year and some weeks, whether somebody is at the desk: Mon to Fri, 9 to 17, in Cologne."""
    zone, free = ZoneInfo("Europe/Berlin"), holidays.country_holidays("DE", subdiv="NW", years=(2026, 2027))
    walls = ((START + timedelta(hours=hour)).astimezone(zone) for hour in range(HOURS + 1))
    return tuple(wall.weekday() < 5 and 9 <= wall.hour < 17 and wall.date() not in free for wall in walls)


def scripts(count: int, hours: int, random: Random) -> tuple[Script, ...]:
    """So many matters, spread over so many hours."""
    return tuple(_script(case, hours, random) for case in range(count))


def _script(case: int, hours: int, random: Random) -> Script:
    hour = random.randrange(hours)
    acts = [Act(hour, Does.ASKS, case)]
    for does, least, most in random.choice(PLOTS):
        hour += random.randint(least, most)
        acts.append(Act(hour, does, case))
    kept = tuple(act for act in acts if act.hour < hours)
    return Script(case, random.choice((1, 2, 2, 3, 3, 3, 4)), random.choice(("request", "problem")), kept)


A, S, W = Does.ANSWERS, Does.SOLVES, Does.WRITES
PLOTS: Sequence[tuple[tuple[Does, int, int], ...]] = (
    ((S, 1, 70),),
    ((A, 1, 30), (W, 1, 200), (S, 1, 100)),
    ((A, 1, 30), (W, 20 * DAY, 60 * DAY), (S, 1, 100)),
    ((A, 1, 90),),
    ((S, 1, 40), (W, 1, 30 * DAY), (S, 1, 60)),
    ((W, 1, 20), (A, 1, 50), (A, 1, 20 * DAY), (W, 1, 40 * DAY), (S, 1, 30)),
    (),
)


@dataclass
class Line:
    """One ticket in the ledger. `worked`: hours that the clock has run; `due`: when the time was over."""

    priority: int
    type: str
    opened: int
    status: str = "new"
    settled: int | None = None
    close: int | None = None
    ask: int | None = None
    answered: bool = False
    gone: bool = False
    worked: int = 0
    response_due: int | None = None
    solution_due: int | None = None
    missed: set[str] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        return self.status in ("solved", "closed")


class Ledger:
    """All tickets of the year."""

    def __init__(self, all_scripts: Sequence[Script], hours: int = HOURS, every: int = 1) -> None:
        """`every`: hours between two looks of the clock."""
        self.hours, self.every = hours, every
        self.counts: Counter[str] = Counter()
        self.open = open_hours()
        for script in all_scripts:
            self._live(script)

    def _live(self, script: Script) -> None:
        """One matter, hour by hour. A late answer begins another ticket, which goes on with the rest of the script."""
        lines: list[Line] = []
        for hour, acts in _hours(script, self.hours):
            for act in acts:
                self._act(lines, script, act)
            for line in lines:
                if hour % self.every == 0:
                    self._look(line, hour)
                self._run(line, hour)
        for line in lines:
            self.counts["response missed"] += "response" in line.missed
            self.counts["solution missed"] += "solution" in line.missed

    def _act(self, lines: list[Line], script: Script, act: Act) -> None:
        if act.does is Does.ASKS:
            self._open(lines, script, act.hour)
            return
        line = lines[-1]
        if act.does is Does.WRITES:
            self._writes(lines, script, act.hour)
        elif act.does is Does.ANSWERS:
            self._late(line, act.hour, "response")
            line.answered = True
            waits = "waiting" if line.status in ("new", "open") else line.status
            _move(line, waits, act.hour, wrote=True)
        elif not line.is_over:
            self._late(line, act.hour, "response", "solution")
            line.answered = True
            _move(line, "solved", act.hour)
        else:
            self._late(line, act.hour, "response")
            line.answered = True

    def _open(self, lines: list[Line], script: Script, hour: int) -> None:
        lines.append(Line(script.priority, script.type, hour))
        self.counts["opened"] += 1

    def _writes(self, lines: list[Line], script: Script, hour: int) -> None:
        line = lines[-1]
        if line.settled is not None and hour - line.settled > REOPEN:
            self._open(lines, script, hour)
            self.counts["follow-ups"] += 1
            return
        self.counts["reopened"] += line.is_over
        if line.is_over or line.status == "waiting":
            _move(line, "open", hour)

    def _late(self, line: Line, hour: int, *aims: str) -> None:
        """Whether what is done now comes too late."""
        for aim, due in (("response", line.response_due), ("solution", line.solution_due)):
            if aim in aims and due is not None and hour > due and not (aim == "response" and line.answered):
                line.missed.add(aim)

    def _look(self, line: Line, hour: int) -> None:
        """The clock looks at the ticket."""
        runs = line.status in ("new", "open")
        if runs and line.response_due is not None and hour >= line.response_due and not line.answered:
            line.missed.add("response")
        if runs and line.solution_due is not None and hour >= line.solution_due:
            line.missed.add("solution")
        if line.ask is not None and hour >= line.ask:
            line.ask, line.close = None, hour + LAST_CALL
            self.counts["asked"] += 1
        elif line.close is not None and hour >= line.close:
            self.counts["closed unanswered" if line.status == "waiting" else "closed settled"] += 1
            _move(line, "closed", hour)

    def _run(self, line: Line, hour: int) -> None:
        """The hour that follows, on the ticket's clock."""
        if line.priority not in TARGETS or line.status not in ("new", "open"):
            return
        response, solution, always = TARGETS[line.priority]
        if always or self.open[hour]:
            line.worked += 1
            if line.worked == response:
                line.response_due = hour + 1
            if line.worked == solution:
                line.solution_due = hour + 1


def _move(line: Line, status: str, hour: int, *, wrote: bool = False) -> None:
    if status == line.status and not (wrote and status == "waiting"):
        return
    over = status in ("solved", "closed")
    line.settled = (line.settled if line.settled is not None else hour) if over else None
    line.status, line.close, line.ask = status, None, None
    if status == "solved":
        line.close = hour + SETTLE
    if status == "waiting":
        line.close = hour + SILENCE if line.type == "request" else None
        line.ask = hour + SILENCE if line.type == "problem" else None


def _hours(script: Script, hours: int) -> Iterator[tuple[int, list[Act]]]:
    """Every hour from its beginning to the end, with what happens in it."""
    by_hour: dict[int, list[Act]] = {}
    for act in sorted(script.acts, key=lambda act: (act.hour, ORDER.index(act.does))):
        by_hour.setdefault(act.hour, []).append(act)
    for hour in range(script.acts[0].hour, hours):
        yield hour, by_hour.get(hour, [])
