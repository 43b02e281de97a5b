"""What Prometheus is told: a file in its text format, written anew every 15 seconds by a tick, in a thread.

In: the database's picture (`health`), and what this process alone knows; out: `settings.metrics`, whole and readable by
everybody, or as it was. Law: with the database away the file is still written, and says so.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from threading import Lock

from maild import __version__
from maild.clock import Clock
from maild.errors import TemporaryFailure
from maild.health import look, needs
from maild.health.exposition import Family, Sample, as_text, counter, gauge
from maild.health.families import of_dispositions, of_health
from maild.settings import Settings
from maild.steps.house import House
from maild.store import health_views

SECONDS = 15.0
MODE = 0o644
_PAGE = os.sysconf("SC_PAGE_SIZE")


def nothing() -> int:
    """Where a role is not played."""
    return 0


@dataclass
class Counts:
    """What only this process knows. `add` from any thread; `sessions` are open SMTP and LMTP connections, `accepted` is
    what came by them.
    """

    sessions: Callable[[], int] = nothing
    stuck: Callable[[], tuple[str, ...]] = tuple
    takes_mail: Callable[[], bool] = lambda: True
    accepted: int = 0
    _lock: Lock = field(default_factory=Lock)

    def add(self, mails: int) -> None:
        """So many mails from listeners were kept."""
        with self._lock:
            self.accepted += mails


class Metrics:
    """The file of one node. `write` is for a tick, in a thread."""

    def __init__(self, file: Path, settings: Settings, house: Callable[[], House], counts: Counts, node: str) -> None:
        self._file = file
        self._settings = settings
        self._house = house
        self._counts = counts
        self._node = node
        self._started = house().clock()
        self._policy = house().policy.version
        self._policy_at = self._started

    def write(self) -> None:
        """Raises OSError where the file cannot be written."""
        replace(self._file, as_text(chain(self._of_process(), self._of_database())))

    def _of_database(self) -> Iterator[Family]:
        house = self._house()
        now = house.clock()
        try:
            with house.store.reading() as tx:
                health = look(tx, self._settings, now, os.getpid(), health_views.open_counts)
                lately = health_views.lately(tx)
        except TemporaryFailure:
            yield gauge("maild_database_up", "1 where the database answers.", 0)
            return
        yield gauge("maild_database_up", "1 where the database answers.", 1)
        yield from of_health(health, needs(health, self._settings.alarms, now), now)
        yield of_dispositions(lately)

    def _of_process(self) -> Iterator[Family]:
        yield gauge("maild_build_info", "Version and node.", Sample(1, {"version": __version__, "node": self._node}))
        yield gauge("maild_start_timestamp_seconds", "When this process began to serve.", self._started.timestamp())
        yield self._of_policy(self._house().clock)
        yield gauge("maild_resident_memory_bytes", "Memory of the main process.", resident_bytes())
        yield counter("maild_cpu_seconds_total", "CPU that the main process has used.", time.process_time())
        yield gauge("maild_smtp_sessions", "Open SMTP and LMTP connections.", self._counts.sessions())
        yield counter(
            "maild_mails_accepted_total", "Mails that this process took in by SMTP and LMTP.", self._counts.accepted
        )
        yield gauge("maild_takes_mail", "0 where mail is refused for now, for want of disk or database.", self._takes())
        stuck = self._counts.stuck()
        yield gauge("maild_stuck_parts", "Parts of this process that do not move.", len(stuck))
        yield gauge("maild_stuck", "Which they are.", *(Sample(1, {"part": part}) for part in stuck))

    def _takes(self) -> float:
        return float(self._counts.takes_mail())

    def _of_policy(self, clock: Clock) -> Family:
        """When the policy that serves was first seen, to within one round."""
        version = self._house().policy.version
        if version != self._policy:
            self._policy, self._policy_at = version, clock()
        sample = Sample(self._policy_at.timestamp(), {"version": version[:12]})
        return gauge("maild_policy_loaded_timestamp_seconds", "Since when this policy serves here.", sample)


def resident_bytes() -> int:
    """Memory of this process that is in RAM; 0 where the system does not tell (proc(5))."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def replace(file: Path, text: str) -> None:
    """Write a file that readers see whole, before or after. Its name while it is written ends in no `.prom`."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as opened:
            os.fchmod(opened.fileno(), MODE)
            opened.write(text)
        beside.replace(file)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
