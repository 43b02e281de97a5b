"""A listener to test, and a client that speaks to it line by line, with time limits everywhere."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from maild.ingest.smtp import Listeners, start_listeners
from maild.ingest.smtp.passwords import Hash, _scrypt
from maild.ingest.smtp.proxy import SIGNATURE
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


def trusting(newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A client's TLS that believes any certificate; `newest` is the newest version it speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if newest is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = newest
    return context


def header(source: str, command: int = 0x21, family: int | None = None, more: bytes = b"") -> bytes:
    """A PROXY header, version 2, for a client at this address; `more` are type-length-values."""
    address = ipaddress.ip_address(source)
    ports = (4321).to_bytes(2, "big") + (25).to_bytes(2, "big")
    rest = address.packed + type(address)(1).packed + ports + more
    usual = 0x11 if address.version == 4 else 0x21
    return SIGNATURE + bytes([command, usual if family is None else family]) + len(rest).to_bytes(2, "big") + rest


def cheap_hash(password: str) -> Hash:
    """Like `maild password`, but quick."""
    empty = Hash(b"salt" * 4, bytes(32), ln=10, p=1)
    return Hash(empty.salt, _scrypt(password, empty), empty.ln, empty.r, empty.p)


def plain(name: str, password: str, act_as: str = "") -> str:
    """The response of AUTH PLAIN."""
    return b64(f"{act_as}\0{name}\0{password}")


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


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

    async def start_tls(self, context: ssl.SSLContext | None = None) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.writer.start_tls(context or trusting())

    async def secure(self) -> None:
        """STARTTLS, and a new greeting."""
        assert (await self.ask("STARTTLS")).startswith("220")
        await self.start_tls()
        assert (await self.ask("EHLO client")).startswith("250")

    def certificate(self) -> bytes:
        """What the server showed, in DER."""
        shown = self.writer.get_extra_info("ssl_object").getpeercert(True)
        assert isinstance(shown, bytes)
        return shown

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

    async def connect(self, begin: bytes = b"", tls: ssl.SSLContext | None = None) -> Peer:
        """A new connection that begins with these octets, and then with TLS."""
        bound = self.listeners.addresses[0]
        async with asyncio.timeout(PATIENCE):
            opened = (
                await asyncio.open_unix_connection(bound.socket)
                if bound.socket
                else await asyncio.open_connection(bound.host, bound.port)
            )
        peer = Peer(*opened)
        self.peers.append(peer)
        peer.writer.write(begin)
        if tls is not None:
            await peer.start_tls(tls)
        return peer


def ours(address: str) -> bool:
    return address.endswith("@desk.example") and not address.startswith("nobody")


def roomy() -> str:
    return ""


@asynccontextmanager
async def serving(
    protocol: str = "smtp",
    socket: Path | None = None,
    listener: dict[str, Any] | None = None,
    room: Callable[[], str] = roomy,
    **limits: float,
) -> AsyncIterator[Server]:
    server = Server()
    one = Listener.model_validate({"socket": socket} | (listener or {}))
    places: dict[str, Any] = {"smtp": (), "lmtp": (), protocol: (one,)}
    settings = Settings(hostname="mx.desk.example", limits=Limits.model_validate(limits), **places)
    server.listeners = await start_listeners(settings, server.handle, ours, lambda: NOON, room)
    try:
        yield server
    finally:
        for peer in server.peers:
            peer.leave()
        await server.listeners.close()
        assert server.listeners.sessions == 0
