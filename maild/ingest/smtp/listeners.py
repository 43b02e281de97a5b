"""The SMTP and LMTP listeners of a node: settings in, received mails out to `accept`.

Laws: all listeners share one budget and one cap on connections; all of them open, or none; stopping answers the mails
under way and sends everybody else away with 421 (RFC 5321 3.8), so nothing is lost and little comes twice.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Sequence
from dataclasses import dataclass

from maild.clock import Clock, system_clock
from maild.errors import SourceUnavailable
from maild.ingest.smtp.activation import Activated
from maild.ingest.smtp.door import Door
from maild.ingest.smtp.entrance import Entrance, open_entrance
from maild.ingest.smtp.intake import Accept, Accepts, Intake, Room, always_room
from maild.ingest.smtp.session import MailSession
from maild.ingest.smtp.sockets import Bound, Opened, open_listener
from maild.ingest.smtp.wire import log
from maild.model import Source
from maild.settings import Listener, Settings

LOOK = 0.01
"""Seconds between two looks whether the sessions have ended."""

TURNS = 5
"""Turns of the loop after which an accepted connection has been set up, or a closed one is gone."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One of the settings' listeners, opened: its sockets, and what it offers."""

    entrance: Entrance
    sockets: tuple[Opened, ...]

    def discard(self) -> None:
        self.entrance.close()
        for one in self.sockets:
            one.discard()


class Listeners:
    """Open listeners. `addresses` tells where; to stop: `drain`, then `close`."""

    def __init__(self, intake: Intake, openings: Sequence[Opening]) -> None:
        self._intake = intake
        self._openings = openings
        opened = [(MailSession(intake, one.entrance), place) for one in openings for place in one.sockets]
        self._doors = [Door(session, place.sock) for session, place in opened]
        self.addresses: tuple[Bound, ...] = tuple(place.bound for _, place in opened)
        for door in self._doors:
            door.open()

    @property
    def sessions(self) -> int:
        """Connections there are now."""
        return len(self._intake.live)

    async def drain(self, seconds: float) -> bool:
        """Take in no more, and let the mails under way end within `seconds`. True if all sessions ended."""
        await self._stop_listening()
        for session in list(self._intake.live):
            session.retire()
        return await self._empty(seconds)

    async def close(self) -> None:
        """Stop at once: cut what is open. A mail whose commit is under way may be kept, unanswered."""
        await self._stop_listening()
        for session in list(self._intake.live):
            session.cut()
        await _settle()
        await self._empty(seconds=1)

    async def _stop_listening(self) -> None:
        self._intake.draining = True
        # Whoever has connected by now gets a 421, not a reset.
        await _settle()
        for door in self._doors:
            door.close()
        for opening in self._openings:
            opening.discard()

    async def _empty(self, seconds: float) -> bool:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._intake.live and loop.time() < end:
            await asyncio.sleep(LOOK)
        return not self._intake.live


async def start_listeners(
    settings: Settings,
    accept: Accept,
    accepts: Accepts,
    clock: Clock = system_clock,
    room: Room = always_room,
) -> Listeners:
    """Listen wherever `settings` say. Raises SourceUnavailable, saying what to do, if one place cannot be had.

    `accept` returns once a mail is durable; `accepts` says whether a normalised recipient is ours; `room` is "" while
    mail can be kept, else the whole reply that refuses it for now. It is asked at MAIL and at DATA: it must be quick.
    """
    limits = settings.limits
    intake = Intake(accept, accepts, clock, limits, crowd=_crowd(limits.connections), room=room)
    return Listeners(intake, _open(settings))


async def _settle() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


def _open(settings: Settings) -> list[Opening]:
    wanted = [(Source.SMTP, listener) for listener in settings.smtp]
    wanted += [(Source.LMTP, listener) for listener in settings.lmtp]
    activated = Activated()
    openings: list[Opening] = []
    try:
        for source, listener in wanted:
            openings.append(_open_one(source, listener, settings, activated))
    except SourceUnavailable:
        for one in openings:
            one.discard()
        raise
    for name in activated.left():
        log.warning("systemd passed a socket `%s` that no listener names: nobody answers there", name)
    return openings


def _open_one(source: Source, listener: Listener, settings: Settings, activated: Activated) -> Opening:
    entrance = open_entrance(source, listener, settings.hostname, settings.limits)
    try:
        return Opening(entrance, tuple(open_listener(source, listener, settings.state, activated)))
    except SourceUnavailable:
        entrance.close()
        raise


def _crowd(connections: int) -> int:
    # Half of the file descriptors stay for the store, the workers and the logs, whatever the settings say.
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(connections, most // 2) if most != resource.RLIM_INFINITY else connections
