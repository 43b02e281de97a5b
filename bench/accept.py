"""Taking mail durably: Debian's smtp-source against Postfix, and against maild with its `smtp` role only.

Both answer 250 after an fsync, and both then leave the mail where it is, so that no later stage competes. The
first mails of each run are not timed: they start Postfix's processes and fill caches. Every run counts what is kept.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass

from bench.maild_node import running_maild
from bench.postfix import running_postfix
from bench.waiting import Incomplete, expect
from bench.workload import DESK, Workload

WARM_UP = 300
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Load:
    """What smtp-source shall do: so many mails of so many bytes over so many connections at one time."""

    messages: int
    size: int
    connections: int
    reuse: bool = True


def postfix(load: Load) -> float:
    """Mails a second that Postfix takes."""
    with running_postfix() as server:
        rate = offer(server.port, load)
        expect("mails that Postfix holds", server.held(), load.messages + WARM_UP)
    return rate


def maild(load: Load) -> float:
    """Mails a second that maild takes, on SQLite."""
    with running_maild(Workload(4), roles="smtp") as node:
        rate = offer(node.port, load)
        expect("mails in maild's inbox", node.taken(), load.messages + WARM_UP)
    return rate


def offer(port: int, load: Load) -> float:
    """Mails a second. Raises Incomplete where not all are taken."""
    _smtp_source(port, load, WARM_UP)
    begin = time.monotonic()
    _smtp_source(port, load, load.messages)
    return load.messages / (time.monotonic() - begin)


def _smtp_source(port: int, load: Load, messages: int) -> None:
    people = ("-f", "person@customer.example", "-t", DESK)
    amount = ("-s", str(load.connections), "-m", str(messages), "-l", str(load.size))
    command = ("smtp-source", *(("-d",) if load.reuse else ()), *amount, *people, f"127.0.0.1:{port}")
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode != 0 or done.stderr:
        raise Incomplete(f"smtp-source: {done.stderr.strip() or done.returncode}")
