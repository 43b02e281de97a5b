"""Group commit: one durable commit serves all the senders that wait (law 1).

In: received mails, one `accept` each. Out: nothing, once the batch that holds the mail is committed; else the error
that kept it out. Laws: a mail is acknowledged only after its commit; one bad mail refuses no other; a sender that
goes away cancels nothing; commits run one after another in one thread of their own.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import NamedTuple

from maild.errors import StoreUnavailable
from maild.model import ReceivedMail

Commit = Callable[[Sequence[ReceivedMail]], None]

STRIKES = 2
"""So many single mails in a row that find no store mean that the store is away, not that the mails are bad."""


class _Waiting(NamedTuple):
    mail: ReceivedMail
    answer: asyncio.Future[None]


class GroupCommit:
    """Gathers mails while a batch commits, and commits them as the next one. Belongs to one event loop."""

    def __init__(self, commit: Commit, most: int = 200) -> None:
        self._commit = commit
        self._most = most
        self._waiting: deque[_Waiting] = deque()
        self._batches: SimpleQueue[list[_Waiting] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._busy = False
        self._closing = False
        self._idle = asyncio.Event()

    async def accept(self, mail: ReceivedMail) -> None:
        """Return once the mail is durable; raise what its commit raised (StoreUnavailable, StoreFull, anything)."""
        if self._closing:
            raise StoreUnavailable("shutting down")
        loop = self._loop or self._start()
        answer: asyncio.Future[None] = loop.create_future()
        self._waiting.append(_Waiting(mail, answer))
        if not self._busy:
            self._next_batch()
        await answer

    async def close(self) -> None:
        """Commit what has been accepted so far, then end the thread. Whatever comes later gets StoreUnavailable."""
        self._closing = True
        while self._busy:
            self._idle.clear()
            await self._idle.wait()
        if self._thread is not None:
            self._batches.put(None)
            self._thread.join()
            self._thread = None

    def _start(self) -> asyncio.AbstractEventLoop:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, args=(self._loop,), name="group-commit", daemon=True)
        self._thread.start()
        return self._loop

    def _next_batch(self) -> None:
        waiting = self._waiting
        batch = [waiting.popleft() for _ in range(min(self._most, len(waiting)))]
        self._busy = bool(batch)
        if batch:
            self._batches.put(batch)
        else:
            self._idle.set()

    def _committed(self, batch: list[_Waiting], outcomes: Sequence[BaseException | None]) -> None:
        self._next_batch()
        for (_, answer), error in zip(batch, outcomes, strict=True):
            # A sender that has gone has cancelled its answer, nothing else.
            if answer.done():
                continue
            if error is None:
                answer.set_result(None)
            else:
                answer.set_exception(error)

    # ---- in the thread ---------------------------------------------------------------------------

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while (batch := self._batches.get()) is not None:
            outcomes = self._outcomes([mail for mail, _ in batch])
            try:
                loop.call_soon_threadsafe(self._committed, batch, outcomes)
            except RuntimeError:
                return  # The loop was closed without `close`: nobody is left to be answered.

    def _outcomes(self, mails: list[ReceivedMail]) -> list[BaseException | None]:
        error = self._attempt(mails)
        if error is None or len(mails) == 1:
            return [error] * len(mails)
        return self._one_by_one(mails)

    def _one_by_one(self, mails: list[ReceivedMail]) -> list[BaseException | None]:
        outcomes: list[BaseException | None] = []
        strikes = 0
        for mail in mails:
            error = self._attempt([mail])
            outcomes.append(error)
            strikes = strikes + 1 if isinstance(error, StoreUnavailable) else 0
            if strikes == STRIKES:
                break
        return outcomes + [StoreUnavailable()] * (len(mails) - len(outcomes))

    def _attempt(self, mails: list[ReceivedMail]) -> BaseException | None:
        try:
            self._commit(mails)
        except BaseException as error:  # noqa: BLE001 - it belongs to the waiting senders, whatever it is
            return RuntimeError("the commit stopped") if isinstance(error, StopIteration) else error
        return None
