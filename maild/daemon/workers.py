"""Starts the worker processes, watches what each is in, kills and replaces the one whose mail takes too long.

Law 3: only the message being worked on is charged. A worker that dies in one, by our hand or by itself, costs
that entry an attempt; its other claims return unharmed; a mail that dies alone too goes to quarantine.
Too long is measured in CPU, and, for one that blocks, by the clock. A worker that waits for the database, a scanner or
its neighbours is in no mail: its slot is empty then. Only time in which we could look counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess

import structlog
from sqlalchemy import Connection

from maild.daemon import worker
from maild.daemon.slots import Slots, Work
from maild.daemon.vitals import Pulse
from maild.errors import TemporaryFailure
from maild.settings import Settings
from maild.steps.house import House
from maild.store import inbox

LOOK = 0.1
GOODBYE = 20.0
LONGEST, PATIENCE = 120.0, 12
"""One mail may take so many seconds by the clock, or so many times its longer CPU budget, whichever is more."""
log = structlog.get_logger()


@dataclass
class Hand:
    """One worker process, and the line to it. `looks`: in how many looks running it was in `work`."""

    process: BaseProcess
    line: socket.socket
    owner: str
    killed_for: str = ""
    work: Work | None = None
    looks: int = 0

    def seen_in(self, work: Work | None) -> None:
        self.looks = self.looks + 1 if work == self.work else 0
        self.work = work


class Workers:
    """The node's worker processes. `on_output` is called when one of them left mail to deliver."""

    def __init__(self, settings: Settings, house: House, node: str, on_output: Callable[[], None]) -> None:
        self._settings = settings
        self._house = house
        self._node = node
        self._on_output = on_output
        self._path = settings.state / "workers.slots"
        self._slots = Slots(self._path, settings.workers)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["maild.daemon.preload"])
        self._hands: dict[int, Hand] = {}
        self._incarnation = 0
        self._turn = 0

    def suspects(self) -> tuple[Work, ...]:
        """What an earlier main process of this node was in when it was killed."""
        return self._slots.left_over()

    def start(self) -> None:
        """The slots are empty from here on: what was left over in them is in the database."""
        self._slots.begin()
        for number in range(self._settings.workers):
            self._start(number)

    def wake(self) -> None:
        """There may be work: one worker is told, in turn. From any thread; never blocks."""
        hands = list(self._hands.values())
        if hands:
            self._turn = (self._turn + 1) % len(hands)
            _tell(hands[self._turn], b"w")

    def reload(self) -> None:
        """The policy has changed."""
        self._send(b"p")

    @property
    def alive(self) -> int:
        return sum(hand.process.is_alive() for hand in self._hands.values())

    async def watch(self, pulse: Pulse) -> None:
        """Look after them for ever; `pulse` beats with every look."""
        while True:
            await asyncio.sleep(LOOK)
            pulse.beat()
            for number, hand in list(self._hands.items()):
                if not hand.process.is_alive():
                    await self._bury(number, hand, pulse)
                else:
                    self._check_budget(number, hand)

    async def stop(self) -> None:
        """Let each finish what it is in, at most twenty seconds; then kill."""
        self._send(b"q")
        until = time.monotonic() + GOODBYE
        while self.alive and time.monotonic() < until:
            await asyncio.sleep(0.02)
        for hand in self._hands.values():
            hand.process.kill()
            hand.process.join()
            hand.line.close()

    # ---- starting and ending one ----------------------------------------------------------------

    def _start(self, number: int) -> None:
        self._incarnation += 1
        owner = f"{self._node}/{number}.{self._incarnation}"
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        post = worker.Post(self._settings, self._path, self._settings.workers, number, owner)
        process = self._context.Process(
            target=worker.run, args=(post, theirs), daemon=True, name=f"maild worker {number}"
        )
        process.start()
        theirs.close()
        self._hands[number] = Hand(process, ours, owner)
        asyncio.get_running_loop().add_reader(ours, self._heard, ours)

    async def _bury(self, number: int, hand: Hand, pulse: Pulse) -> None:
        """Charge what it died in, give back the rest, put another in its place."""
        asyncio.get_running_loop().remove_reader(hand.line)
        hand.line.close()
        work = self._slots.read(number)
        self._slots.write(number, None)
        cause = hand.killed_for or _death(hand.process)
        log.warning("worker died", worker=hand.owner, inbox=work.entry if work else None, cause=cause)
        await self._settle_account(hand.owner, work, cause, pulse)
        self._start(number)

    async def _settle_account(self, owner: str, work: Work | None, cause: str, pulse: Pulse) -> None:
        """Until the database takes it: an outage must not let a poisonous mail go unrecorded."""
        while True:
            with contextlib.suppress(TemporaryFailure):
                return await asyncio.to_thread(self._charge, owner, work, cause)
            pulse.beat()
            await asyncio.sleep(1)

    def _charge(self, owner: str, work: Work | None, cause: str) -> None:
        now = self._house.clock()

        def write(tx: Connection) -> None:
            if work is not None:
                inbox.charge(tx, work.entry, now, cause, f"the worker that read it ended: {cause}")
            inbox.release(tx, owner)

        self._house.store.retrying(write)

    # ---- watching one ---------------------------------------------------------------------------

    def _check_budget(self, number: int, hand: Hand) -> None:
        work = self._slots.read(number)
        hand.seen_in(work)
        if work is None or hand.killed_for:
            return
        cause = self._exceeded(hand, work)
        if cause and self._slots.read(number) == work:
            hand.killed_for = cause
            hand.process.kill()

    def _exceeded(self, hand: Hand, work: Work) -> str:
        """Which budget the mail is over, "" for none."""
        limits = self._settings.limits
        budget = limits.cpu_alone if work.alone else limits.cpu_in_company
        if hand.process.pid and _cpu_seconds(hand.process.pid) - work.cpu_before > budget:
            return "cpu-budget"
        return "time-budget" if hand.looks * LOOK > max(LONGEST, PATIENCE * limits.cpu_alone) else ""

    def _heard(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if not line.recv(4096):  # it died; `watch` buries it within a moment
                asyncio.get_running_loop().remove_reader(line)
        self._on_output()

    def _send(self, what: bytes) -> None:
        for hand in self._hands.values():
            _tell(hand, what)


def _tell(hand: Hand, what: bytes) -> None:
    """A full line or a dead worker is no trouble: it looks by itself, or is replaced."""
    with contextlib.suppress(OSError):
        hand.line.send(what, socket.MSG_DONTWAIT)


def _cpu_seconds(pid: int) -> float:
    """CPU seconds another process has used; Linux's clock id for it is made as in clock_getcpuclockid(3)."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def _death(process: BaseProcess) -> str:
    code = process.exitcode or 0
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
