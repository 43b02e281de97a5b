"""A loop that runs beside everything else; if it ends by itself, the whole daemon must know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None], crashed: Callable[[BaseException], None]) -> AsyncIterator[None]:
    """Run `work` while the context is open; `crashed` hears of an exception, and of nothing else."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda done: None if done.cancelled() or not done.exception() else crashed(_error(done)))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task


def _error(task: asyncio.Task[None]) -> BaseException:
    return task.exception() or RuntimeError("ended")
