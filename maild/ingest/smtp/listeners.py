"""The SMTP and LMTP listeners of a node: settings in, received mails out to `accept`.

Laws: all listeners share one budget and one cap on connections; all of them open, or none; stopping answers the mails
under way and sends everybody else away with 421 (RFC 5321 3.8), so nothing is lost and little comes twice.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Sequence

from maild.clock import Clock, system_clock
from maild.errors import SourceUnavailable
from maild.ingest.smtp.intake import Accept, Accepts, Intake
from maild.ingest.smtp.session import MailSession
from maild.ingest.smtp.sockets import BACKLOG, Bound, Opened, open_listener
from maild.model import Source
from maild.settings import Settings

LOOK = 0.01
"""Seconds between two looks whether the sessions have ended."""

TURNS = 5
"""Turns of the loop after which an accepted connection has been set up, or a closed one is gone."""


class Listeners:
    """Open listeners. `addresses` tells where; to stop: `drain`, then `close`."""

    def __init__(self, intake: Intake, opened: Sequence[Opened], servers: Sequence[asyncio.Server]) -> None:
        self._intake = intake
        self._opened = opened
        self._servers = servers
        self.addresses: tuple[Bound, ...] = tuple(one.bound for one in opened)

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
            session.wire.abort()
        await _settle()
        # Not Server.wait_closed: from Python 3.12 on it waits for clients, who need not go.
        await self._empty(seconds=1)

    async def _stop_listening(self) -> None:
        self._intake.draining = True
        # asyncio forgets a connection that was accepted but not set up when its server closes: it gets its 421 first.
        await _settle()
        for server, one in zip(self._servers, self._opened, strict=True):
            server.close()
            one.discard()

    async def _empty(self, seconds: float) -> bool:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._intake.live and loop.time() < end:
            await asyncio.sleep(LOOK)
        return not self._intake.live


async def start_listeners(
    settings: Settings, accept: Accept, accepts: Accepts, clock: Clock = system_clock
) -> Listeners:
    """Listen wherever `settings` say. Raises SourceUnavailable, saying what to do, if one place cannot be had.

    `accept` returns once a mail is durable; `accepts` says whether a normalised recipient is ours.
    """
    limits = settings.limits
    intake = Intake(accept, accepts, clock, settings.hostname, limits, crowd=_crowd(limits.connections))
    opened = _open(settings)
    servers = [await _serve(intake, one) for one in opened]
    return Listeners(intake, opened, servers)


async def _settle() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


def _open(settings: Settings) -> list[Opened]:
    wanted = [(Source.SMTP, listener) for listener in settings.smtp]
    wanted += [(Source.LMTP, listener) for listener in settings.lmtp]
    opened: list[Opened] = []
    try:
        for source, listener in wanted:
            opened += open_listener(source, listener, settings.state)
    except SourceUnavailable:
        for one in opened:
            one.discard()
        raise
    return opened


async def _serve(intake: Intake, opened: Opened) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    session = MailSession(intake, opened.bound.source)
    create = loop.create_unix_server if opened.bound.socket else loop.create_server
    return await create(session.another, sock=opened.sock, backlog=BACKLOG)


def _crowd(connections: int) -> int:
    # Half of the file descriptors stay for the store, the workers and the logs, whatever the settings say.
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(connections, most // 2) if most != resource.RLIM_INFINITY else connections
