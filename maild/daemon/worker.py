"""A worker process: claim, read, decide, write, until told to stop or the main process is gone.

It is killed, not asked, when one mail takes too long: nothing here may need a goodbye. What it is working on
stands in its slot. Bytes on `line`: from main "w" there is work, "p" the policy changed, "q" stop; to main
"o" there may be mail to deliver.
"""

from __future__ import annotations

import ctypes
import resource
import select
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

from maild import pipeline
from maild.daemon.logs import set_up_logs
from maild.daemon.memory import settle_down
from maild.daemon.slots import Slots, SlotWatch
from maild.errors import TemporaryFailure
from maild.settings import Settings
from maild.steps.house import House
from maild.steps.opening import open_house, reloaded
from maild.store import inbox

PR_SET_PDEATHSIG = 1
POLL = 1.0
PROVE_EVERY = 30.0
"""Seconds between two looks for mail whose proof is pending."""
# Seconds a woken worker waits for company: mails that come together are settled together, at a third of the cost.
COMPANY = 0.04
PAUSES = (0.2, 1.0, 5.0, 15.0)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Post:
    """Where a worker stands: settings, its place among the slots, and the name its claims carry."""

    settings: Settings
    slots: Path
    count: int
    number: int
    owner: str


def run(post: Post, line: socket.socket) -> None:
    """The process's main function."""
    _bind_to_parent(post)
    set_up_logs()
    house = open_house(post.settings, pool_size=1)
    watch = SlotWatch(Slots(post.slots, post.count), post.number)
    settle_down()
    Worker(house, post, watch, line).work()
    house.store.close()


class Worker:
    """The loop."""

    def __init__(self, house: House, post: Post, watch: SlotWatch, line: socket.socket) -> None:
        self._house = house
        self._post = post
        self._watch = watch
        self._line = line
        self._failures = 0
        self._behind = False
        self._again_at = time.monotonic() + PROVE_EVERY

    def work(self) -> None:
        while True:
            done = self._once()
            if done:
                self._tell_main()
            told = self._told(0 if done else self._pause())
            if b"q" in told:
                return
            if b"w" in told:
                time.sleep(COMPANY)
            self._behind |= b"p" in told

    def _once(self) -> int:
        """One round; an outage pauses the worker and charges nobody (law 3)."""
        try:
            if self._failures:
                self._give_back()
            if self._behind:
                self._house, self._behind = reloaded(self._house, self._post.settings), False
            done = pipeline.process(self._house, self._post.owner, self._watch) or self._once_more()
        except TemporaryFailure as error:
            self._failures += 1
            log.warning("worker waits", error=str(error).partition("\n")[0], failures=self._failures)
            return 0
        except Exception as error:  # noqa: BLE001 - the loop's one catch-all: a bug that no single mail explains
            self._failures += 1
            log.error("worker stumbled", error=type(error).__name__, failures=self._failures)
            return 0
        self._failures = 0
        return done

    def _once_more(self) -> int:
        """Now and then, while there is nothing else: the clock of this is in minutes, and asking is a transaction."""
        now = time.monotonic()
        if now < self._again_at:
            return 0
        self._again_at = now + PROVE_EVERY
        return pipeline.prove_again(self._house)

    def _give_back(self) -> None:
        """What was claimed when the outage came is free again, long before its lease would end."""
        self._house.store.retrying(lambda tx: inbox.release(tx, self._post.owner))

    def _pause(self) -> float:
        return PAUSES[min(self._failures, len(PAUSES)) - 1] if self._failures else POLL

    def _told(self, seconds: float) -> bytes:
        """What main says within that time; "q" when main is gone."""
        ready, _, _ = select.select([self._line], [], [], seconds)
        if not ready:
            return b""
        return self._line.recv(4096) or b"q"

    def _tell_main(self) -> None:
        try:
            self._line.send(b"o", socket.MSG_DONTWAIT)
        except BlockingIOError:
            return  # main has plenty of these unread: it knows


def _bind_to_parent(post: Post) -> None:
    """End with the process that forked us (it ends with main), ignore Ctrl-C, take no more memory than allowed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    memory = post.settings.limits.worker_memory
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
