"""A run of many lives, and its figures: how often each thing happened, how often each invariant was asked."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from tests.lifetimes import live
from tests.stateful import machine

STEPS = 30


@dataclass
class Figures:
    """Of one run. `happened` counts by words such as "mail: follow-up"."""

    seconds: float = 0
    problem: str = ""
    happened: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)

    def as_data(self) -> dict[str, object]:
        mails = sum(count for name, count in self.happened.items() if name.startswith("mail: "))
        counts = {"lives": self.happened["lives"], "steps": self.happened["steps"], "mails": mails}
        rest = {"happened": dict(sorted(self.happened.items())), "checks": dict(sorted(self.checks.items()))}
        return {**counts, "seconds": round(self.seconds, 1), "problem": self.problem, **rest}


def lives(count: int, *, derandomized: bool, shrink: bool = True) -> Figures:
    """So many lives. Raises AssertionError, with the shortest life that shows it, where an invariant does not hold."""
    machine.COUNTED.clear()
    machine.CHECKS.clear()
    began = time.monotonic()
    with _quietly():
        live(machine.Life, count, STEPS, derandomized=derandomized, shrink=shrink)
    return Figures(time.monotonic() - began, "", Counter(machine.COUNTED), Counter(machine.CHECKS))


@contextmanager
def _quietly() -> Iterator[None]:
    """Thousands of mails need no log line each."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield
    finally:
        structlog.configure(**before)
