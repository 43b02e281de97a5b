"""A loop that runs beside everything else; if it ends by itself, the whole daemon must know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from maild.errors import MaildError


class LoopEnded(MaildError):
    """A loop that must not end has ended: the log says why."""


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None], crashed: Callable[[BaseException], None]) -> AsyncIterator[None]:
    """Run `work` while the context is open; `crashed` hears of its exception, or that it ended without one."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda done: None if done.cancelled() else crashed(done.exception() or LoopEnded()))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
