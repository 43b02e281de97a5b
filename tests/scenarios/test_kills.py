"""Thirty SIGKILLs at random moments while senders that retry like an MTA deliver: nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import smtplib
import threading
from collections.abc import Callable

import pytest

from tests.scenarios.ledger import Ledger
from tests.scenarios.world import SUPPORT, World
from tests.servers.requirement import wait_until

KILLS = int(os.environ.get("MAILD_KILLS", "30"))
SENDERS = 4


class Sender(threading.Thread):
    """Delivers one mail after the other, each again and again until it is answered 250."""

    def __init__(self, world: World, number: int, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.world, self.number, self.enough = world, number, enough
        self.accepted: list[str] = []
        self.refused: list[str] = []

    def run(self) -> None:
        count = 0
        while not self.enough.is_set():
            count += 1
            name = f"s{self.number}-{count}"
            while not self.enough.is_set() and not self._delivered(name):
                self.enough.wait(0.05)

    def _delivered(self, name: str) -> bool:
        mail = (
            f"From: {name}@people.example\r\nTo: {SUPPORT}\r\nSubject: {name}\r\n"
            f"Date: Fri, 20 Nov 2026 09:00:00 +0100\r\nMessage-ID: <{name}@people.example>\r\n\r\n{'text ' * 200}\r\n"
        )
        try:
            with smtplib.SMTP("127.0.0.1", self.world.smtp_port, timeout=10) as client:
                client.sendmail(f"{name}@people.example", SUPPORT, mail.encode())
        except smtplib.SMTPResponseException as answer:
            if answer.smtp_code >= 500:
                self.refused.append(f"{name}: {answer}")
            return False
        except (OSError, smtplib.SMTPException):
            return False
        self.accepted.append(f"<{name}@people.example>")
        return True


@pytest.mark.timeout(400)  # thirty starts of a daemon, on a machine that may be busy
def test_thirty_kills_lose_nothing_and_double_nothing(build: Callable[..., World]) -> None:
    seed = int(os.environ.get("MAILD_SEED", str(random.randrange(10**6))))
    print(f"MAILD_SEED={seed}")
    moments, world, enough = random.Random(seed), build(), threading.Event()
    senders = [Sender(world, number, enough) for number in range(SENDERS)]
    world.start()
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        kill_something(world, moments)
    enough.set()
    for sender in senders:
        sender.join(20)
    finish(world)
    accepted = [one for sender in senders for one in sender.accepted]
    ledger = Ledger(world.state / "maild.db")
    print(f"{KILLS} kills, {len(accepted)} mails accepted, {len(world.sink.mails)} confirmations relayed")
    print(ledger.summary())
    assert [one for sender in senders for one in sender.refused] == []
    assert ledger.faults(accepted, [kept.raw for kept in world.sink.mails]) == []
    assert len(accepted) > 10 * KILLS / 3
    assert len(ledger.quarantined()) <= 1, "only a mail that was killed twice may be set aside"


def kill_something(world: World, moments: random.Random) -> None:
    """After a random while, the whole daemon or one of its workers."""
    threading.Event().wait(moments.uniform(0.02, 0.6))
    workers = workers_of(world)
    if moments.random() < 0.5 and workers:
        os.kill(moments.choice(workers), signal.SIGKILL)
        return
    world.stop(signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in workers), "workers end with their main process")
    world.start()


def workers_of(world: World) -> list[int]:
    """Processes two levels below the daemon: main, fork server, worker."""
    assert world.daemon
    return [pid for child in children(world.daemon.pid) for pid in children(child)]


def children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def finish(world: World) -> None:
    """Let the daemon come to rest."""
    wait_until(lambda: not world.rows("SELECT id FROM inbox_entry WHERE due_at IS NOT NULL"), "inbox empty", 60)
    wait_until(lambda: not world.unsent(), "outbox empty", 90)
    world.stop()
