"""Which step runs how often: APScheduler as a clock and nothing else.

It holds no state: every due time is a column in the database, so a missed or doubled tick changes nothing.
Intervals only, no wall-clock times: nothing here can happen twice in October.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler


@dataclass(frozen=True, slots=True)
class Tick:
    """Run `step` every `seconds`; a round that is still running is not overtaken."""

    name: str
    seconds: float
    step: Callable[[], Awaitable[None]]


def start(ticks: tuple[Tick, ...]) -> AsyncIOScheduler:
    """Start the clock on the running loop. The caller shuts it down."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for tick in ticks:
        scheduler.add_job(tick.step, "interval", seconds=tick.seconds, id=tick.name)
    scheduler.start()
    return scheduler
