"""The demo's sink on a thread of its own, for tests that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from maild.notify.sink import Sink


@contextmanager
def a_relay() -> Iterator[Sink]:
    """A relay on a free loopback port that keeps what it is given."""
    sink, ready, done = Sink(), threading.Event(), threading.Event()

    async def serve() -> None:
        async with sink:
            ready.set()
            await asyncio.get_running_loop().run_in_executor(None, done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="relay", daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the relay did not start")
    try:
        yield sink
    finally:
        done.set()
        thread.join(10)
