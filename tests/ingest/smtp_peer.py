"""A listener to test, and a client that speaks to it line by line, with time limits everywhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from maild.ingest.smtp import Listeners, start_listeners
from maild.model import ReceivedMail
from maild.settings import Limits, Listener, Settings

T = TypeVar("T")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PATIENCE = 10.0


def run(story: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return asyncio.run(asyncio.wait_for(story(), 60))


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds; fail if it does not within the patience of a test."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


class Peer:
    """A client. `ask` sends a line and returns the reply, lines joined with "|"."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, line: str) -> str:
        self.writer.write(line.encode("utf-8", "surrogateescape") + b"\r\n")
        return await self.reply()

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        async with asyncio.timeout(PATIENCE):
            await self.writer.drain()

    async def reply(self) -> str:
        lines: list[str] = []
        async with asyncio.timeout(PATIENCE):
            while not lines or lines[-1][3:4] == "-":
                line = (await self.reader.readline()).decode()
                if not line:
                    return "|".join(lines)
                lines.append(line.rstrip("\r\n"))
        return "|".join(lines)

    async def replies(self, count: int) -> list[str]:
        return [await self.reply() for _ in range(count)]

    async def rest(self) -> str:
        """All that still comes until the server closes the connection."""
        async with asyncio.timeout(PATIENCE):
            try:
                return (await self.reader.read()).decode()
            except ConnectionResetError:
                return ""

    async def begin(self, *recipients: str, hello: str = "EHLO client", options: str = "") -> None:
        """Go as far as the answer 354."""
        await self.greet(hello)
        assert (await self.ask(f"MAIL FROM:<anna@example.com>{options}")).startswith("250")
        for recipient in recipients or ("help@desk.example",):
            assert (await self.ask(f"RCPT TO:<{recipient}>")).startswith("250")
        assert (await self.ask("DATA")).startswith("354")

    async def greet(self, hello: str = "EHLO client") -> str:
        assert (await self.reply()).startswith("220")
        return await self.ask(hello)

    def leave(self) -> None:
        self.writer.transport.abort()


class Server:
    """Listeners under test. `kept` holds what was accepted; `accept` may be replaced by a test."""

    def __init__(self) -> None:
        self.kept: list[ReceivedMail] = []
        self.accept: Callable[[ReceivedMail], Awaitable[None]] = self.keep
        self.peers: list[Peer] = []
        self.listeners: Listeners

    async def keep(self, mail: ReceivedMail) -> None:
        self.kept.append(mail)

    async def handle(self, mail: ReceivedMail) -> None:
        await self.accept(mail)

    @property
    def port(self) -> int:
        return self.listeners.addresses[0].port

    async def connect(self) -> Peer:
        bound = self.listeners.addresses[0]
        async with asyncio.timeout(PATIENCE):
            opened = (
                await asyncio.open_unix_connection(bound.socket)
                if bound.socket
                else await asyncio.open_connection(bound.host, bound.port)
            )
        self.peers.append(Peer(*opened))
        return self.peers[-1]


def ours(address: str) -> bool:
    return address.endswith("@desk.example") and not address.startswith("nobody")


@asynccontextmanager
async def serving(protocol: str = "smtp", socket: Path | None = None, **limits: float) -> AsyncIterator[Server]:
    server = Server()
    listener = Listener(socket=socket)
    places: dict[str, Any] = {"smtp": (), "lmtp": (), protocol: (listener,)}
    settings = Settings(hostname="mx.desk.example", limits=Limits.model_validate(limits), **places)
    server.listeners = await start_listeners(settings, server.handle, ours, lambda: NOON)
    try:
        yield server
    finally:
        for peer in server.peers:
            peer.leave()
        await server.listeners.close()
