"""Memory of a family of processes: proportional set size, so that pages they share count once (proc(5)).

In: a process id; out: the largest sum seen, in bytes, and how it was made up.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.processes import family

EVERY = 0.2
MEBIBYTE = 1 << 20


@dataclass
class Peak:
    """The largest sum so far, and each process's share of it, in bytes."""

    total: int = 0
    shares: tuple[int, ...] = field(default=())

    def see(self, shares: tuple[int, ...]) -> None:
        if sum(shares) > self.total:
            self.total, self.shares = sum(shares), shares

    @property
    def mebibytes(self) -> float:
        return self.total / MEBIBYTE


def pss(pid: int) -> int:
    """One process's proportional set size in bytes; 0 if it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


@contextmanager
def watching(pid: int) -> Iterator[Peak]:
    """Samples the family of `pid` until the block ends."""
    peak, stop = Peak(), threading.Event()

    def sample() -> None:
        while not stop.wait(EVERY):
            peak.see(tuple(pss(stat.pid) for stat in family(pid)))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()
