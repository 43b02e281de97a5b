"""A part that hangs is noticed, and systemd hears no more pings; a part that is slow, resting or failing is alive."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs

from maild.daemon import vitals
from maild.daemon.rounds import in_thread
from maild.daemon.schedule import Tick
from maild.daemon.vitals import PERIOD, DeadMan, Vitals, Watchdog, dead_man, watched
from maild.errors import StoreUnavailable
from tests.daemon.notified import Notified, notified

STUCK = 60.0

__all__ = ["notified"]


@dataclass
class Time:
    """Seconds that pass when told."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Body:
    """Vitals with their watchdog, on a clock of their own."""

    time: Time
    vitals: Vitals
    watchdog: Watchdog

    def live(self, seconds: float, meanwhile: Callable[[], Any] = int) -> None:
        """So many seconds with a watchdog's tick in every period; `meanwhile` runs before each."""
        for _ in range(round(seconds / PERIOD)):
            self.time.now += PERIOD
            meanwhile()
            asyncio.run(self.watchdog.tick())


@pytest.fixture
def body() -> Body:
    time = Time()
    made = Vitals(STUCK, time)
    return Body(time, made, Watchdog(made))


@contextmanager
def a_thread(work: Callable[[], object]) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield thread


# ---- what hangs ---------------------------------------------------------------------------------


def test_a_part_that_does_not_beat_is_stuck_after_its_time_and_not_before(body: Body) -> None:
    pulse = body.vitals.pulse("workers")
    body.live(STUCK)
    assert body.watchdog.stuck == ()
    body.live(PERIOD)
    assert body.watchdog.stuck == ("workers",)
    pulse.beat()
    body.live(PERIOD)
    assert body.watchdog.stuck == ()


def test_a_tick_whose_thread_blocks_is_stuck_and_its_neighbour_is_not(body: Body) -> None:
    let_go, blocked = threading.Event(), threading.Event()

    def step() -> None:
        blocked.set()
        let_go.wait(30)

    bad = watched(Tick("beat", 10, in_thread(step)), body.vitals)
    good = watched(Tick("reminders", 10, in_thread(int)), body.vitals)

    async def story() -> None:
        hanging = asyncio.create_task(bad.step())
        await asyncio.to_thread(blocked.wait, 10)
        for _ in range(round((STUCK + 10) / PERIOD) + 1):
            body.time.now += PERIOD
            await good.step()
            await body.watchdog.tick()
        let_go.set()
        await hanging

    asyncio.run(story())
    assert body.watchdog.stuck == ("tick beat",)


def test_a_commit_that_hangs_is_stuck_though_its_part_may_rest_for_ever(body: Body) -> None:
    commit = body.vitals.pulse("group commit")
    commit.rest()
    body.live(10 * STUCK)
    assert body.watchdog.stuck == ()
    let_go, inside = threading.Event(), threading.Event()

    def receive() -> None:
        with commit.working():
            inside.set()
            let_go.wait(30)

    with a_thread(receive) as thread:
        assert inside.wait(10)
        body.live(STUCK + PERIOD)
        assert body.watchdog.stuck == ("group commit",)
        let_go.set()
        thread.join(10)
    body.live(10 * STUCK)
    assert body.watchdog.stuck == ()


def test_a_delivery_that_never_returns_is_stuck_once_the_relay_has_had_all_its_time(body: Body) -> None:
    delivery = body.vitals.pulse("delivery")
    delivery.beat(silence=600)
    body.live(600)
    assert body.watchdog.stuck == ()
    body.live(PERIOD)
    assert body.watchdog.stuck == ("delivery",)


def test_watchers_come_and_go_and_the_one_whose_thread_does_not_move_is_stuck(body: Body) -> None:
    moved = {"imap-one": body.time.now, "imap-two": body.time.now}
    body.vitals.watch(lambda: tuple(moved.items()), 90)

    def one_moves() -> None:
        moved["imap-one"] = body.time.now

    body.live(90 + PERIOD, one_moves)
    assert body.watchdog.stuck == ("imap-two",)
    del moved["imap-two"]
    body.live(90, one_moves)
    assert body.watchdog.stuck == ()


# ---- what does not ------------------------------------------------------------------------------


def test_a_part_that_is_slow_but_moves_is_alive(body: Body) -> None:
    pulse = body.vitals.pulse("workers")

    def seldom() -> None:
        if body.time.now % 50 == 0:
            pulse.beat()

    body.live(20 * STUCK, seldom)
    assert body.watchdog.stuck == ()


def test_while_the_database_is_away_every_round_fails_and_nothing_is_stuck(body: Body) -> None:
    def step() -> None:
        raise StoreUnavailable("the database cannot be reached")

    async def boom() -> None:
        raise RuntimeError("not even caught")

    logged = watched(Tick("beat", 10, in_thread(step)), body.vitals)
    raising = watched(Tick("policy", 5, boom), body.vitals)

    def rounds() -> None:
        asyncio.run(logged.step())
        with pytest.raises(RuntimeError):
            asyncio.run(raising.step())

    body.live(5 * STUCK, rounds)
    assert body.watchdog.stuck == ()


def test_a_machine_that_slept_or_a_process_that_was_stopped_has_no_stuck_part(body: Body) -> None:
    pulse = body.vitals.pulse("workers")
    for _ in range(5):
        body.time.now += 8 * 3600
        asyncio.run(body.watchdog.tick())
        assert body.watchdog.stuck == ()
        body.live(STUCK, pulse.beat)


def test_what_hung_before_the_machine_slept_is_still_stuck_afterwards(body: Body) -> None:
    body.vitals.pulse("workers")
    body.live(STUCK - PERIOD)
    body.time.now += 8 * 3600
    asyncio.run(body.watchdog.tick())
    assert body.watchdog.stuck == ()
    body.live(2 * PERIOD)
    assert body.watchdog.stuck == ("workers",)


def test_a_loop_that_is_late_again_and_again_hides_no_stuck_part(body: Body) -> None:
    body.vitals.pulse("workers")
    for _ in range(30):
        body.time.now += 2 * vitals.LATE
        asyncio.run(body.watchdog.tick())
    assert body.watchdog.stuck == ("workers",)


# ---- what systemd and the log are told ----------------------------------------------------------


def test_pings_go_out_while_all_moves_and_stop_when_one_part_does_not(body: Body, notified: Notified) -> None:
    pulse, said = body.vitals.pulse("workers"), list[str]()

    def lives() -> None:
        said.extend(notified.messages())
        pulse.beat()

    body.live(2 * STUCK, lives)
    assert [*said, *notified.messages()] == ["WATCHDOG=1"] * round(2 * STUCK / PERIOD)
    body.live(STUCK, lambda: said.extend(notified.messages()))
    assert {*said, *notified.messages()} == {"WATCHDOG=1"}
    body.live(STUCK)
    assert notified.messages() == ["STATUS=stuck: workers"]
    body.live(2 * PERIOD, pulse.beat)
    assert notified.messages() == ["STATUS=serving", "WATCHDOG=1", "WATCHDOG=1"]


def test_the_log_says_what_is_stuck_once_and_again_when_that_changes(body: Body) -> None:
    first, second = body.vitals.pulse("workers"), body.vitals.pulse("delivery")
    with capture_logs() as logs:
        body.live(4 * STUCK, second.beat)
        body.live(4 * STUCK)
        body.live(STUCK, lambda: (first.beat(), second.beat()))
    told = [(line["log_level"], line["event"], line.get("parts")) for line in logs]
    assert told == [
        ("error", "stuck", "workers"),
        ("error", "stuck", "delivery, workers"),
        ("warning", "moving again", None),
    ]


@dataclass
class Listener(DeadMan):
    """A dead man who counts."""

    well: int = 0
    down: int = 0

    def all_well(self) -> None:
        self.well += 1

    def stand_down(self) -> None:
        self.down += 1


def test_without_systemd_the_dead_man_hears_of_the_same(body: Body) -> None:
    dead = Listener()
    body.watchdog = Watchdog(body.vitals, dead)
    pulse = body.vitals.pulse("workers")
    body.live(10 * PERIOD, pulse.beat)
    assert dead.well == 10
    body.live(2 * STUCK)
    assert dead.well == 10 + STUCK / PERIOD
    body.watchdog.close()
    assert dead.down == 1


HANGS = """
import threading, time
from maild.daemon.vitals import DeadMan
dead, told = DeadMan({seconds}), time.monotonic()
def part_that_hangs():
    threading.Event().wait(20)
threading.Thread(target=part_that_hangs, daemon=True).start()
while time.monotonic() < told + {well}:
    dead.all_well()
{then}
"""


def run(**words: Any) -> subprocess.CompletedProcess[str]:
    code = HANGS.format(**words)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)


def test_a_process_that_hangs_without_systemd_ends_and_says_where_it_hung() -> None:
    done = run(seconds=1.0, well=0.3, then="part_that_hangs()")
    assert done.returncode == 1
    assert done.stderr.count("in part_that_hangs") == 2


@pytest.mark.parametrize("then", ["dead.stand_down(); time.sleep(1.8)", "pass"])
def test_a_process_that_is_well_or_ends_by_itself_is_left_alone(then: str) -> None:
    """Ending takes an interpreter a moment, and a busy machine more than one."""
    done = run(seconds=1.5, well=1.7, then=then)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("watchdog", "terminal", "ends_itself"),
    [("", False, True), ("", True, False), ("60000000", False, False), ("60000000", True, False)],
)
def test_only_a_daemon_that_nobody_else_ends_ends_itself(
    watchdog: str, terminal: bool, ends_itself: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    enabled: list[bool] = []
    monkeypatch.setenv("WATCHDOG_USEC", watchdog)
    monkeypatch.setattr(vitals.faulthandler, "enable", lambda: enabled.append(True))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert (dead_man(STUCK) is not None) == ends_itself
    assert bool(enabled) == bool(watchdog)


def test_a_pulse_may_be_beaten_by_another_thread_while_it_is_looked_at() -> None:
    pulses = Vitals(STUCK)
    pulse, over = pulses.pulse("workers", silence=0.5), threading.Event()

    def beat() -> None:
        while not over.is_set():
            pulse.rest()
            pulse.beat()

    with a_thread(beat) as thread:
        seen = {pulses.stuck(pulses.now()) for _ in range(100)}
        over.set()
        thread.join(10)
    assert seen == {()}
