"""What a call costs in CPU, so that a limit in seconds means the same on every machine: `effort(call, limit)`.

The usual case is one call within the limit. Where it is beyond, the machine is asked, too: a busy neighbour on the
other thread of the core, a slow processor or the heap of ten thousand tests before cost CPU that the call is not to
blame for. Then the least of three tries counts, in seconds of a quiet machine: beside each, some work of known cost
tells how slow everything is at the moment. What grows with the square of its input stays far beyond any limit.
"""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable

TRIES = 3
QUIET = 0.05
"""Seconds that `_known_work` takes on the machine that the limits were made on, while it does nothing else."""
_WORDS = re.compile(r"[a-z]+|\d+")


def effort(call: Callable[[], object], limit: float) -> float:
    """Seconds of CPU of this thread alone; at most `limit` if any of the tries is."""
    return least(lambda: _seconds(call), limit)


def least(cost: Callable[[], float], limit: float) -> float:
    """The same for something that tells itself how many seconds of CPU it took."""
    first = cost()
    return first if first <= limit else min(_fair(cost) for _ in range(TRIES))


def slowness() -> float:
    """How many times as long as on the quiet machine everything takes now; never less than 1."""
    return max(1.0, _seconds(_known_work) / QUIET)


def _fair(cost: Callable[[], float]) -> float:
    gc.collect()
    gc.freeze()
    try:
        before, seconds, after = slowness(), cost(), slowness()
    finally:
        gc.unfreeze()
    return seconds / ((before + after) / 2)


def _seconds(call: Callable[[], object]) -> float:
    start = time.thread_time()
    call()
    return time.thread_time() - start


def _known_work() -> int:
    counts: dict[str, int] = {}
    for number in range(10_000):
        for word in _WORDS.findall(f"{number} parts of {number * 7} mails in{number % 9} desks"):
            counts[word] = counts.get(word, 0) + len(word)
    return sum(counts.values())
