"""Finished mail is handed to the relay, over a few connections that are kept.

In: outbox entries; out: one `Delivery` for each. Network and SMTP trouble never raises.
Laws: entries given together go side by side in their order; a relay that cannot be reached costs a mail no
attempt where `ready` is asked before claiming; certificates are verified (`tls: none` is for loopback).
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Sequence

from maild.clock import Clock
from maild.model import Delivery, DeliveryResult, OutboxEntry, OutboxId
from maild.notify.line import Answer, Line
from maild.settings import Relay as RelaySettings

IDLE = 30.0  # seconds
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0


class Relay:
    """The relay of the settings. To be used on one event loop; calls take turns."""

    def __init__(
        self,
        settings: RelaySettings,
        password: str,
        clock: Clock,
        *,
        hostname: str = "",
        tls_context: ssl.SSLContext | None = None,
        idle: float = IDLE,
        on_dot: Callable[[OutboxId], None] | None = None,
        on_answer: Callable[[OutboxId, DeliveryResult], None] | None = None,
    ) -> None:
        """`hostname` is what EHLO says (empty: this machine's name). `tls_context` replaces the system's trust.

        `on_dot` hears of each mail just before its final dot leaves, `on_answer` as soon as it is answered.
        """
        self._on_dot = on_dot
        self._on_answer = on_answer
        self._clock = clock
        self._idle = idle
        self._lines = [Line(settings, password, hostname, tls_context) for _ in range(settings.connections)]
        self._turn = asyncio.Lock()
        self._pause = self._paused_until = 0.0
        self._sweeping: asyncio.Task[None] | None = None
        self.trouble = ""

    async def ready(self) -> bool:
        """Whether the relay can be reached; asked again after 5 s, 10 s … 5 min at most. `trouble` says why not."""
        async with self._turn:
            if self.trouble and asyncio.get_running_loop().time() < self._paused_until:
                return False
            return await self._reach(self._lanes(1)[0]) is None

    async def deliver(self, entries: Sequence[OutboxEntry]) -> tuple[Delivery, ...]:
        """Try each once. In the order of the entries."""
        async with self._turn:
            todo, done = deque(entries), dict[OutboxId, Delivery]()
            while todo:
                lanes = self._lanes(len(todo))
                if trouble := await self._reach(lanes[0]):
                    self._give_up(todo, done, trouble)
                    break
                async with asyncio.TaskGroup() as group:
                    for line in lanes:
                        group.create_task(self._lane(line, todo, done))
            return tuple(done[entry.id] for entry in entries)

    async def close(self) -> None:
        """Say goodbye on all lines."""
        if self._sweeping:
            self._sweeping.cancel()
        async with self._turn:
            await asyncio.gather(*(line.close() for line in self._lines if line.is_open))

    def _lanes(self, wanted: int) -> list[Line]:
        """As many lines, open ones first."""
        return sorted(self._lines, key=lambda line: not line.is_open)[:wanted]

    async def _lane(self, line: Line, todo: deque[OutboxEntry], done: dict[OutboxId, Delivery]) -> None:
        """One line works through what is left to do. One that does not open leaves it to the others."""
        while todo:
            entry = todo.popleft()
            if trouble := await self._reach(line):
                todo.appendleft(entry)
                if not any(other.is_open for other in self._lines):
                    self._give_up(todo, done, trouble)
                return
            answer = await self._send(line, entry)
            if answer.stale:
                answer = await self._once_more(line, entry, answer)
            if self._on_answer:
                self._on_answer(entry.id, answer.result)
            done[entry.id] = self._delivery(entry, answer)

    async def _once_more(self, line: Line, entry: OutboxEntry, before: Answer) -> Answer:
        """A kept line may have died meanwhile. Nothing was sent on it, so the mail goes on a new one."""
        return before if await self._reach(line) else await self._send(line, entry)

    async def _send(self, line: Line, entry: OutboxEntry) -> Answer:
        on_dot = self._on_dot
        return await line.send(entry.mail, (lambda: on_dot(entry.id)) if on_dot else None)

    async def _reach(self, line: Line) -> Answer | None:
        """Open the line if need be; None when it stands. What went wrong is remembered for a while."""
        if line.idle_since(self._idle):
            await line.close()
        trouble = await line.open()
        self.trouble = trouble.text if trouble else ""
        self._pause = min(LONGEST_PAUSE, self._pause * 2 or FIRST_PAUSE) if trouble else 0.0
        self._paused_until = asyncio.get_running_loop().time() + self._pause
        self._sweep_later()
        return trouble

    def _give_up(self, todo: deque[OutboxEntry], done: dict[OutboxId, Delivery], trouble: Answer) -> None:
        """The relay is not there: none of the rest need try."""
        done.update((entry.id, self._delivery(entry, trouble)) for entry in todo)
        todo.clear()

    def _delivery(self, entry: OutboxEntry, answer: Answer) -> Delivery:
        return Delivery(entry.id, self._clock(), answer.result, answer.text)

    def _sweep_later(self) -> None:
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.get_running_loop().create_task(self._sweep())

    async def _sweep(self) -> None:
        """Close lines that nobody uses: relays count them."""
        while any(line.is_open for line in self._lines):
            await asyncio.sleep(self._idle)
            async with self._turn:
                for line in self._lines:
                    if line.idle_since(self._idle):
                        await line.close()
