"""A real daemon and systemd's end of the line: pings while every part moves, none when one hangs (FAULT-I06).

What hangs is put into the process before it starts, since no honest neighbour can make a part hang. Seconds are
fractions of the real ones.
"""

from __future__ import annotations

import os
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from maild.errors import ExitCode
from tests.daemon.notified import Notified, listening
from tests.scenarios.world import World, a_mail
from tests.servers.requirement import wait_until

STUCK = 4.0
DAEMON = """
import asyncio, sys, threading, time
from maild.daemon import __main__ as daemon, serve, sources, vitals, wellbeing, workers
from maild.daemon.maildirs import MaildirReader
from maild.daemon.room import Room
from maild.store import leases, outbox
from maild import pipeline
wellbeing.PERIOD = vitals.PERIOD = 0.2
vitals.LATE = 60.0
sources.LONGEST_SILENCE = 0.0
def hang(*words, **more):
    threading.Event().wait()
async def hang_apart(*words, **more):
    await asyncio.Event().wait()
def slow(step):
    return lambda *words, **more: (time.sleep(0.5), step(*words, **more))[1]
def only_at_first(step, calls=iter(range(3))):
    return lambda *words, **more: step(*words, **more) if next(calls, None) is not None else hang()
{hangs}
sys.argv = ["maild", "--settings", sys.argv[1]]
sys.exit(daemon.main())
"""
HANGS = """
Room.look = hang
outbox.is_due = hang
pipeline.receive = hang
workers.Workers.watch = hang_apart
MaildirReader.look = hang
leases.look = only_at_first(leases.look)
"""
SLOW = """
Room.look = slow(Room.look)
outbox.is_due = slow(outbox.is_due)
leases.look = slow(leases.look)
MaildirReader.look = slow(MaildirReader.look)
"""
HANGING_LOOP = """
async def block(*words): time.sleep(1000)
serve.Daemon._deliver = block
"""


@dataclass
class Systemd:
    """A service manager that starts one daemon and keeps what it says."""

    world: World
    line: Notified
    said: list[str] = field(default_factory=list)
    daemon: subprocess.Popen[bytes] | None = None

    def start(self, hangs: str = "", **environment: str) -> subprocess.Popen[bytes]:
        code = DAEMON.format(hangs=hangs, stuck=STUCK)
        clean = {name: value for name, value in os.environ.items() if name not in ("NOTIFY_SOCKET", "WATCHDOG_USEC")}
        command = [sys.executable, "-c", code, str(self.world.settings)]
        with (self.world.folder / "log").open("ab") as log:
            self.daemon = subprocess.Popen(command, stdout=log, stderr=log, env=clean | environment)
        return self.daemon

    def supervised(self, hangs: str = "") -> None:
        """As systemd does: it is told where to say what, and how long silence may last."""
        self.start(hangs, NOTIFY_SOCKET=str(self.line.path), WATCHDOG_USEC="60000000")
        self.hears("READY=1")

    def hears(self, word: str, seconds: float = 20) -> str:
        """Wait for a message that begins so; the message."""

        def heard() -> str:
            assert self.daemon and self.daemon.poll() is None, self.world.log()
            self.said += self.line.messages()
            return next((message for message in self.said if message.startswith(word)), "")

        wait_until(heard, f"{word}; heard {self.said}; {self.world.log()[-2000:]}", seconds)
        return heard()

    def pings(self, many: int) -> None:
        """Wait for so many pings from now on."""
        self.line.messages()
        heard = list[str]()

        def enough() -> bool:
            heard.extend(self.line.messages())
            return heard.count("WATCHDOG=1") >= many

        wait_until(enough, f"{many} pings; heard {heard}; {self.world.log()[-2000:]}", 30)
        self.said += heard

    def is_silent(self) -> bool:
        """Whether no ping comes where ten should."""
        self.line.messages()
        end, heard = time.monotonic() + 2, list[str]()
        wait_until(lambda: heard.extend(self.line.messages()) or time.monotonic() > end, "the time is over")
        return "WATCHDOG=1" not in heard

    def end(self) -> None:
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait(20)
        self.line.sock.close()


@pytest.fixture
def systemd(build, tmp_path: Path) -> Iterator[Systemd]:
    source = tmp_path / "mails"
    for name in ("new", "cur", "tmp"):
        (source / name).mkdir(parents=True)
    maildir = {"name": "drop", "path": str(source), "recipient": "support@desk.example", "poll": 0.2}
    world = build(alarms={"stuck": STUCK}, maildirs=[maildir], workers=1, lease=5)
    quick = world.settings.read_text().replace('"tls": "none"', '"tls": "none", "timeout": 0.2')
    world.settings.write_text(quick)
    made = Systemd(world, listening(tmp_path / "notify"))
    yield made
    made.end()


def test_systemd_hears_ready_then_pings_however_slow_the_parts_are_then_stopping(systemd: Systemd) -> None:
    systemd.supervised(SLOW)
    assert systemd.hears("READY=1").splitlines()[1].startswith("STATUS=serving as ")
    systemd.pings(20)
    assert not [message for message in systemd.said if "stuck" in message]
    assert systemd.daemon
    systemd.daemon.send_signal(signal.SIGTERM)
    systemd.hears("STOPPING=1")
    assert systemd.daemon.wait(30) == 0, systemd.world.log()[-3000:]


def test_whatever_part_hangs_is_named_and_the_pings_stop(systemd: Systemd) -> None:
    """A round in its thread, delivery, the commit of mail, ownership, a watcher, and who watches the workers."""
    systemd.supervised(HANGS)
    sender = threading.Thread(target=send_in_vain, args=(systemd.world,), daemon=True)
    sender.start()
    for part in ("delivery", "group commit", "maildir-drop", "ownership", "tick room", "workers"):
        wait_until(lambda part=part: part in last_status(systemd), f"{part} is stuck: {systemd.said}", 40)
    assert systemd.is_silent()
    assert "stuck" in systemd.world.log()


def test_without_systemd_a_daemon_whose_loop_hangs_ends_and_its_log_says_where(systemd: Systemd) -> None:
    daemon = systemd.start(HANGING_LOOP)
    assert daemon.wait(40) == 1
    assert "in block" in systemd.world.log()


ENDING_LOOP = """
async def ends(*words, **more):
    {how}
workers.Workers.watch = ends
"""


@pytest.mark.parametrize("how", ["raise LookupError('oh')", "return None"])
def test_a_daemon_whose_loop_has_ended_stops_and_says_by_its_exit_code_that_nobody_asked_for_it(
    systemd: Systemd, how: str
) -> None:
    """Whoever starts again only what failed must start this one again."""
    daemon = systemd.start(ENDING_LOOP.format(how=how))
    assert daemon.wait(40) == ExitCode.SOFTWARE
    assert "loop ended" in systemd.world.log() and "Traceback" not in systemd.world.log()


def send_in_vain(world: World) -> None:
    with suppress(OSError, smtplib.SMTPException):
        world.send(a_mail())


def last_status(systemd: Systemd) -> str:
    systemd.said += systemd.line.messages()
    return next((message for message in reversed(systemd.said) if message.startswith("STATUS=stuck")), "")
