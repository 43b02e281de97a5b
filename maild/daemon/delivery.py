"""The delivery loop: whenever woken, hand over all that is due. A tick wakes it every second, workers sooner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from maild import pipeline
from maild.config import read_secret_file
from maild.daemon.dots import Dots
from maild.daemon.vitals import Pulse
from maild.errors import TemporaryFailure
from maild.model import Delivery, DeliveryResult, OutboxEntry, OutboxId
from maild.notify.maildir import MaildirRelay
from maild.notify.smtp import Relay
from maild.settings import Settings
from maild.steps.house import House
from maild.store import outbox

PAUSE = 2.0
log = structlog.get_logger()


class Carrier(Protocol):
    """Who takes finished mail: a relay, or a Maildir where none is configured."""

    @property
    def trouble(self) -> str: ...

    async def ready(self) -> bool: ...

    async def deliver(self, entries: Sequence[OutboxEntry]) -> tuple[Delivery, ...]: ...

    async def close(self) -> None: ...


@dataclass
class Watched:
    """The dots, and a sign of life with each of them. `patience`: seconds a relay may take for one mail."""

    dots: Dots
    pulse: Pulse
    patience: float

    def about_to_send(self, entry: OutboxId) -> None:
        self.pulse.beat(self.patience)
        self.dots.about_to_send(entry)

    def answered(self, entry: OutboxId, result: DeliveryResult) -> None:
        self.pulse.beat(self.patience)
        self.dots.answered(entry, result)


def carrier_for(settings: Settings, house: House, watched: Watched) -> Carrier:
    if settings.relay is None:
        return MaildirRelay(settings.state / "outgoing", house.clock)
    password = read_secret_file(settings.relay.password_file)
    return Relay(
        settings.relay,
        password,
        house.clock,
        hostname=settings.hostname,
        on_dot=watched.about_to_send,
        on_answer=watched.answered,
    )


class DeliveryLoop:
    """Runs `pipeline.deliver` in a thread; the sending itself happens on the loop, over kept connections.

    A relay is left alone while there is nothing to send; one that cannot be reached costs no mail an attempt.
    """

    def __init__(self, settings: Settings, node: str, house: Callable[[], House], watched: Watched) -> None:
        self._owner = f"{node}/delivery"
        self._house = house
        self._loop = asyncio.get_running_loop()
        self._watched = watched
        self._carrier = carrier_for(settings, house(), watched)
        self._due = asyncio.Event()
        self._unrecorded: tuple[Delivery, ...] = ()

    @property
    def trouble(self) -> str:
        """What is wrong with the relay, "" for nothing."""
        return self._carrier.trouble

    def wake(self) -> None:
        """There may be mail to deliver. On the loop's thread."""
        self._due.set()

    async def run(self) -> None:
        """For ever: wait, then deliver until nothing is due."""
        pulse = self._watched.pulse
        while True:
            pulse.rest()
            await self._due.wait()
            self._due.clear()
            pulse.beat()
            try:
                await asyncio.to_thread(self._record_late)
                while await asyncio.to_thread(self._is_due) and await self._ready() and await self._some():
                    pulse.beat()
            except TemporaryFailure as error:
                log.warning("delivery waits", because=str(error).partition("\n")[0])
                await asyncio.sleep(PAUSE)
            except Exception as error:  # noqa: BLE001 - the loop's one catch-all: one odd mail must not stop the others
                log.error("delivery stumbled", error=type(error).__name__)
                await asyncio.sleep(PAUSE)

    async def close(self) -> None:
        await self._carrier.close()

    def _is_due(self) -> bool:
        house = self._house()
        with house.store.reading() as tx:
            return outbox.is_due(tx, house.clock())

    async def _ready(self) -> bool:
        self._watched.pulse.beat(self._watched.patience)
        ready = await self._carrier.ready()
        self._watched.pulse.beat()
        return ready

    async def _some(self) -> int:
        done = await asyncio.to_thread(pipeline.deliver, self._house(), self._owner, self._send)
        self._forget()
        return done

    def _record_late(self) -> None:
        """What the relay said while the database was away: recorded before anything else is sent."""
        if self._unrecorded:
            pipeline.record(self._house(), self._unrecorded)
            self._forget()

    def _forget(self) -> None:
        self._watched.dots.recorded(delivery.outbox for delivery in self._unrecorded)
        self._unrecorded = ()

    def _send(self, entries: Sequence[OutboxEntry]) -> Sequence[Delivery]:
        """Called in the thread; what happens to the loop meanwhile must not strand it."""
        self._watched.pulse.beat(self._watched.patience)
        self._unrecorded = asyncio.run_coroutine_threadsafe(self._carrier.deliver(entries), self._loop).result()
        self._watched.pulse.beat()
        return self._unrecorded
