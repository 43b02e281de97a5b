"""Which step runs how often: APScheduler as a clock and nothing else.

It holds no state: every due time is a column in the database, so a missed or doubled tick changes nothing.
Intervals only, no wall-clock times: nothing here can happen twice in October.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler


@dataclass(frozen=True, slots=True)
class Tick:
    """Run `step` every `seconds`; a round that is still running is not overtaken."""

    name: str
    seconds: float
    step: Callable[[], Awaitable[None]]


def _is_trouble(record: logging.LogRecord) -> bool:
    """A tick that the daemon's own end has cut off is none; the library would show its traceback."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def start(ticks: tuple[Tick, ...]) -> AsyncIOScheduler:
    """Start the clock on the running loop. The caller shuts it down."""
    logging.getLogger("apscheduler.executors.default").addFilter(_is_trouble)
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for tick in ticks:
        scheduler.add_job(tick.step, "interval", seconds=tick.seconds, id=tick.name)
    scheduler.start()
    return scheduler
