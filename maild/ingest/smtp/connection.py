"""One connection under an SMTP or LMTP session, and how it begins: with a balancer's header, with TLS, or at once.

Laws: a client is counted by its own address, not by its balancer's; nothing that came before TLS is left under it
(CVE-2024-34083, RFC 3207 4.2).
"""

from __future__ import annotations

import asyncio
from copy import copy
from typing import Self, cast

from maild.ingest.smtp import proxy
from maild.ingest.smtp.clients import Client, is_local
from maild.ingest.smtp.entrance import Entrance, Standing
from maild.ingest.smtp.intake import Intake
from maild.ingest.smtp.wire import State, Wire

HEADER_PATIENCE = 5.0
"""Seconds a balancer has for its PROXY header."""
HANDSHAKE_PATIENCE = 30.0
"""Seconds a client has for its TLS handshake, unless `limits.idle` is less."""
GOODBYE_PATIENCE = 5.0
"""Seconds a client has to say goodbye in TLS, when we have."""

CROWDED = "421 4.3.2 too many connections, try again later"
MANY_FROM_YOU = "421 4.7.0 too many connections from you, try again later"

STRANGER, NEIGHBOUR, SECURE = Standing(), Standing(private=True), Standing(secure=True, private=True)


class Connection(Wire):
    """A connection of either protocol. What is said over it is for `MailSession`.

    `client` is whose it is; until a balancer has said so, there is none.
    """

    client: Client

    def __init__(self, intake: Intake, entrance: Entrance) -> None:
        super().__init__(None, hostname=entrance.hostname, ident="maild", loop=asyncio.get_running_loop())
        self.intake = intake
        self.entrance = entrance
        self.source = entrance.source
        self.peer = ""
        self.counted = None
        self.fresh()

    def another(self, peer: str, client: Client | None) -> Self:
        """A session for one more connection, from one that has none; without a client it begins with its header.

        aiosmtpd's constructor looks through all members of its class: 250 µs, more than a mail takes. What it finds
        (the methods of this very object, by command) is not used: commands have a table of their own.
        """
        session = copy(self)
        session.peer = peer
        session._meet(client)
        session._new_stream()
        session.fresh()
        return session

    def fresh(self) -> None:
        super().fresh()
        self.state = State.ENTERING if self.counted is None or self.entrance.tls == "tls" else State.COMMANDS
        self.standing = NEIGHBOUR if self.peer and is_local(self.peer) else STRANGER

    def _meet(self, client: Client | None) -> None:
        self.counted = client
        if client is not None:
            self.client = client

    def _new_stream(self) -> None:
        reader = asyncio.StreamReader(limit=self.line_length_limit, loop=self.loop)
        asyncio.StreamReaderProtocol.__init__(self, reader, self._cb_client_connected, loop=self.loop)

    # ---- how it begins ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.wire = self.bare = cast(asyncio.Transport, transport)
        super().connection_made(transport)

    def never_came(self) -> None:
        """It was gone before it could begin."""
        self._concluded = True
        self._leave()

    async def enter(self) -> bool:
        """What comes before the greeting: a balancer's header, a handshake. False if the client must go."""
        if self.counted is None and not await self._hear_balancer():
            return False
        if self.entrance.tls == "tls":
            await self.secure(keep=True)
        self.state = State.COMMANDS
        self.progress()
        return True

    async def _hear_balancer(self) -> bool:
        async with asyncio.timeout(HEADER_PATIENCE):
            announced = await proxy.announced(self._reader)
        local = is_local(self.peer) and (announced is None or is_local(announced))
        client = self.intake.clients.enter(announced or self.peer, trusted=announced is None)
        if client is None:
            if self.entrance.tls != "tls":
                self.say(MANY_FROM_YOU)
            return False
        self.peer = announced or self.peer
        self.standing = NEIGHBOUR if local else STRANGER
        self._meet(client)
        return True

    async def secure(self, keep: bool = False) -> None:
        """Put TLS around the wire. `keep`: what has been read already is the beginning of the handshake.

        Raises OSError if there is none. Whatever else came before TLS is forgotten (RFC 3207 4.2).
        """
        self.state = State.ENTERING
        early = bytes(self._reader._buffer) if keep else b""  # type: ignore[attr-defined]
        # A stream's writer that nobody holds closes its transport (Python 3.11.5 on): this one is needed below TLS.
        self._below = self._writer
        self._new_stream()
        if early:
            # After the handshake has begun (its first turn), before anything more is read.
            self.loop.call_soon(self.loop.call_soon, _feed, self.wire, early)
        try:
            wire = await self.loop.start_tls(
                self.wire,
                self,
                self.entrance.context(),
                server_side=True,
                ssl_handshake_timeout=min(self.intake.limits.idle, HANDSHAKE_PATIENCE),
                ssl_shutdown_timeout=GOODBYE_PATIENCE,
            )
        except BaseException:
            # asyncio does not always tell a protocol whose handshake has failed.
            self.connection_lost(None)
            raise
        if wire is None or self.transport is None:
            self.connection_lost(None)
            raise ConnectionResetError
        self.wire = self.transport = wire
        asyncio.StreamReaderProtocol.connection_made(self, wire)
        self.standing = SECURE


def _feed(wire: asyncio.Transport, octets: bytes) -> None:
    """Give TLS what was read before it was there. Newer versions of asyncio do so by themselves."""
    handshake = wire.get_protocol()
    if isinstance(handshake, asyncio.BufferedProtocol) and not wire.is_closing():
        memoryview(handshake.get_buffer(len(octets)))[: len(octets)] = octets
        handshake.buffer_updated(len(octets))
