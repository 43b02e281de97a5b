"""Does every part still move? Parts say when they last did, the watchdog tells systemd only while all of them do.

In: a `Pulse` that a part beats by itself, or a function that says when parts last moved; out: `stuck(now)`, names.
Laws: a part that waits for nothing may rest for ever; one whose step fails is alive. Time in which nobody could move (a
stopped process, a machine that slept) counts against nobody. Seconds here are `time.monotonic`.
A hung loop cannot tick, so it sends no ping either: systemd ends it, or without systemd `DeadMan`.
"""

from __future__ import annotations

import faulthandler
import math
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from maild.daemon import systemd
from maild.daemon.schedule import Tick

PERIOD = 5.0
"""Seconds between two pings."""
LATE = 3 * PERIOD
"""A ping that comes this late means that nothing could run: the loop is one part, and its hangs are short."""
FOR_EVER = math.inf
Monotonic = Callable[[], float]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Part:
    """One part: when it last moved, and how many seconds it may be silent from then."""

    name: str
    moved_at: float
    silence: float


Parts = Callable[[], Iterable[tuple[str, float]]]
"""Names of parts that there are now, each with when it last moved."""


class Pulse:
    """What a part holds that beats by itself. From any thread."""

    def __init__(self, name: str, silence: float, now: Monotonic) -> None:
        self.name = name
        self.usual = silence
        self._now = now
        self._is: tuple[float, float] = now(), silence

    def beat(self, silence: float | None = None) -> None:
        """It moves. Until the next beat it may be silent for so long (None: as long as usual)."""
        self._is = self._now(), self.usual if silence is None else silence

    def rest(self) -> None:
        """It has nothing to do, for however long."""
        self._is = self._now(), FOR_EVER

    @contextmanager
    def working(self, silence: float | None = None) -> Iterator[None]:
        """A step of a part that otherwise rests."""
        self.beat(silence)
        try:
            yield
        finally:
            self.rest()

    @property
    def part(self) -> Part:
        return Part(self.name, *self._is)


class Vitals:
    """All parts of this process. `usual` is how many seconds a part may usually be silent (`alarms.stuck`)."""

    def __init__(self, usual: float, now: Monotonic = time.monotonic) -> None:
        self.usual = usual
        self.now = now
        self._pulses: list[Pulse] = []
        self._others: list[tuple[Parts, float]] = []
        self._lost: deque[tuple[float, float]] = deque(maxlen=64)

    def pulse(self, name: str, silence: float | None = None) -> Pulse:
        """A part that beats by itself; it has moved just now."""
        made = Pulse(name, self.usual if silence is None else silence, self.now)
        self._pulses.append(made)
        return made

    def watch(self, parts: Parts, silence: float | None = None) -> None:
        """Parts that come and go and are asked when they last moved, such as threads with a `moved_at`."""
        self._others.append((parts, self.usual if silence is None else silence))

    def begin(self) -> None:
        """Everything runs now: silence counts from here, however long the start took."""
        for pulse in self._pulses:
            if pulse.part.silence != FOR_EVER:
                pulse.beat()

    def forgive(self, seconds: float) -> None:
        """For so long until now nothing in this process could move."""
        self._lost.append((self.now(), seconds))

    def stuck(self, now: float) -> tuple[str, ...]:
        """Names of parts that were silent for too long, sorted."""
        return tuple(sorted(part.name for part in self._parts() if self._overdue(part, now)))

    def _parts(self) -> Iterator[Part]:
        yield from (pulse.part for pulse in self._pulses)
        for parts, silence in self._others:
            yield from (Part(name, moved_at, silence) for name, moved_at in parts())

    def _overdue(self, part: Part, now: float) -> bool:
        asleep = sum(seconds for at, seconds in self._lost if at > part.moved_at)
        return now - part.moved_at - asleep > part.silence


def watched(tick: Tick, vitals: Vitals, silence: float | None = None) -> Tick:
    """The same tick as a part: it moves when a round begins and when it ends, well or not.

    `silence`: seconds that one round may take.
    """
    allowed = tick.seconds + (vitals.usual if silence is None else silence)
    pulse = vitals.pulse(f"tick {tick.name}", allowed)

    async def step() -> None:
        pulse.beat()
        try:
            await tick.step()
        finally:
            pulse.beat()

    return Tick(tick.name, tick.seconds, step)


class DeadMan:
    """Ends this process when it was not told for `seconds` that all is well, for whoever starts it afresh.

    A part that hangs cannot be ended from within, nothing acknowledged is lost by ending (law 1), and a daemon that is
    half dead looks alive to a container's supervisor: so it ends. Not where systemd's watchdog does the same, nor on a
    terminal, where a person sees the log and nobody would start it again. It says where each thread hangs: names of
    files and functions only. faulthandler waits outside the interpreter, so it works where Python no longer does.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def all_well(self) -> None:
        faulthandler.dump_traceback_later(self._seconds, exit=True)

    def stand_down(self) -> None:
        """The daemon ends by itself."""
        faulthandler.cancel_dump_traceback_later()


def dead_man(seconds: float) -> DeadMan | None:
    """One, where nobody else would end a process that hangs. Where systemd does (SIGABRT), it is told where it hung."""
    if os.environ.get("WATCHDOG_USEC"):
        faulthandler.enable()
        return None
    return None if sys.stderr.isatty() else DeadMan(seconds)


class Watchdog:
    """The tick that tells systemd that all is well, or what is stuck. To be called every `PERIOD` seconds."""

    def __init__(self, vitals: Vitals, dead: DeadMan | None = None) -> None:
        self.stuck: tuple[str, ...] = ()
        self._vitals = vitals
        self._dead = dead
        self._ticked = vitals.now()

    def begin(self) -> None:
        """To be called when all parts run, before the first tick."""
        self._vitals.begin()
        self._ticked = self._vitals.now()

    async def tick(self) -> None:
        now = self._vitals.now()
        self._forgive(now)
        before, self.stuck = self.stuck, self._vitals.stuck(now)
        if self.stuck != before:
            self._say()
        if self.stuck:
            return
        systemd.notify("WATCHDOG=1")
        if self._dead:
            self._dead.all_well()

    def close(self) -> None:
        if self._dead:
            self._dead.stand_down()

    def _forgive(self, now: float) -> None:
        late, self._ticked = now - self._ticked - PERIOD, now
        if late > LATE:
            log.info("nothing moved for a while", seconds=round(late))
            self._vitals.forgive(late)

    def _say(self) -> None:
        if self.stuck:
            told = ", ".join(self.stuck)
            log.error("stuck", parts=told, advice="systemd, or whoever started maild, starts it afresh")
            systemd.notify(f"STATUS=stuck: {told}")
        else:
            log.warning("moving again")
            systemd.notify("STATUS=serving")
