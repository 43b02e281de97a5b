"""The loop of calls: whenever woken, make all calls of webhooks that are due. Beside delivery, and never in its way.

It has threads of its own, so that a webhook that hangs holds nobody else's; calls are claimed apart from mail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import structlog

from maild import pipeline
from maild.clock import Clock
from maild.config import read_secret_file
from maild.daemon.vitals import Pulse
from maild.errors import ConfigError, Problem, TemporaryFailure
from maild.model import CallEntry, Delivery
from maild.notify.calling import SIDE_BY_SIDE, Caller, Target
from maild.notify.webhook import NoKey, key_of
from maild.settings import Settings, Webhook
from maild.steps.house import House
from maild.store import calls

PAUSE = 2.0
GOODBYE = 5.0
log = structlog.get_logger()


class Calling(Protocol):
    """Who makes calls."""

    def resting(self) -> frozenset[str]: ...

    def call(self, entries: Sequence[CallEntry]) -> tuple[Delivery, ...]: ...

    def close(self) -> None: ...


def caller_for(settings: Settings, clock: Clock) -> Caller:
    """Reads the secrets. Raises ConfigError."""
    keys = keys_of(settings)
    return Caller({one.name: Target(one, keys[one.name]) for one in settings.webhooks}, clock)


def keys_of(settings: Settings) -> dict[str, bytes]:
    """The key of each webhook, by its name. Reads the secrets. Raises ConfigError."""
    return {one.name: _key(one) for one in settings.webhooks}


def _key(webhook: Webhook) -> bytes:
    try:
        return key_of(read_secret_file(webhook.secret_file))
    except NoKey as error:
        raise ConfigError(Problem(str(webhook.secret_file), 1, 0, str(error))) from None


class CallLoop:
    """Runs rounds: claim, call, record. The pulse allows for the slowest webhook."""

    def __init__(self, node: str, house: Callable[[], House], caller: Calling, pulse: Pulse) -> None:
        self._owner = f"{node}/calls"
        self._house = house
        self._caller = caller
        self._pulse = pulse
        self._due = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="calls")
        self._unrecorded: tuple[Delivery, ...] = ()

    def wake(self) -> None:
        """There may be calls to make. On the loop's thread."""
        self._due.set()

    async def run(self) -> None:
        """For ever: wait, then call until nothing is due."""
        loop = asyncio.get_running_loop()
        while True:
            self._pulse.rest()
            await self._due.wait()
            self._due.clear()
            try:
                self._pulse.beat()
                while await loop.run_in_executor(self._thread, self._round):
                    self._pulse.beat()
            except TemporaryFailure as error:
                log.warning("calls wait", because=str(error).partition("\n")[0])
                await asyncio.sleep(PAUSE)
            except Exception as error:  # noqa: BLE001 - the loop's one catch-all: one odd call must not stop the others
                log.error("calls stumbled", error=type(error).__name__)
                await asyncio.sleep(PAUSE)

    async def close(self) -> None:
        """What is being called now ends and is recorded; a thread that does not is left behind."""
        self._caller.close()
        waiting = asyncio.get_running_loop().run_in_executor(None, self._thread.shutdown)
        await asyncio.wait([waiting], timeout=GOODBYE)

    def _round(self) -> int:
        """One round in the thread; how many calls it were."""
        house = self._house()
        self._record(house)
        resting = self._caller.resting()
        with house.store.reading() as tx:
            if not calls.is_due(tx, house.clock(), resting):
                return 0
        entries = self._claimed(house, resting)
        if entries:
            self._unrecorded = self._caller.call(entries)
            self._record(house)
        return len(entries)

    def _claimed(self, house: House, resting: frozenset[str]) -> tuple[CallEntry, ...]:
        return house.store.retrying(
            lambda tx: calls.claim(tx, self._owner, house.clock(), house.lease, SIDE_BY_SIDE, resting)
        )

    def _record(self, house: House) -> None:
        """What receivers said, also while the database was away: before anything else is called."""
        if self._unrecorded:
            pipeline.record(house, self._unrecorded)
            self._unrecorded = ()
