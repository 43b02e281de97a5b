"""A relay that keeps what it is given, for the demo and for tests. It delivers nothing to anybody.

In: SMTP on a loopback port; out: `Sink.mails`. It can be told to misbehave at any point of the conversation
(`Sink.on`), since what a relay may do to us (RFC 5321 4.2, 4.5.3.2) must be tried, not imagined.
Law: it keeps the bytes as they were before transparency (RFC 5321 4.5.2), for whoever compares.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self, cast

LONGEST_COMMAND = 4096


class Fault(Enum):
    """Instead of an answer: the line goes dead, or nothing comes."""

    DROP = "drop"
    HANG = "hang"


class At(Enum):
    """Points of the conversation. CONTENT: the first bytes after 354; DOT: all of them have come."""

    CONNECT = "CONNECT"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    CONTENT = "CONTENT"
    DOT = "DOT"
    RSET = "RSET"
    NOOP = "NOOP"
    QUIT = "QUIT"


GOOD = {
    At.CONNECT: "220 sink ESMTP",
    At.STARTTLS: "220 2.0.0 go ahead",
    At.AUTH: "235 2.7.0 welcome",
    At.MAIL: "250 2.1.0 sender ok",
    At.RCPT: "250 2.1.5 recipient ok",
    At.DATA: "354 end with a dot",
    At.DOT: "250 2.0.0 kept",
    At.RSET: "250 2.0.0 forgotten",
    At.NOOP: "250 2.0.0 here",
    At.QUIT: "221 2.0.0 bye",
}
VERBS = {at.value.encode(): at for at in At if at not in (At.CONNECT, At.CONTENT, At.DOT)} | {b"HELO": At.EHLO}


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail as it was handed over: `options` are the words after the sender's address at MAIL."""

    mail_from: str
    recipients: tuple[str, ...]
    raw: bytes
    options: str = ""


@dataclass
class _Orders:
    """What to do at one point: so many times, then as usual again. None: always."""

    what: str | Fault
    times: int | None


@dataclass
class Sink:
    """The server. `async with Sink() as sink:` listens on a free loopback port until the block ends.

    `keeps` False: mails are counted and forgotten. `delay`: seconds before the answer to the dot. A mail counts as
    kept when the dot is answered well, and also when the line goes dead instead (a relay may have it then).
    """

    offers: tuple[str, ...] = ("8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES")
    tls: ssl.SSLContext | None = None
    tls_at_once: bool = False
    keeps: bool = True
    delay: float = 0
    port: int = 0
    host: str = "127.0.0.1"
    mails: list[Kept] = field(default_factory=list)
    count: int = 0
    connections: int = 0
    commands: list[str] = field(default_factory=list)
    _orders: dict[At, _Orders] = field(default_factory=dict)
    _open: set[_Session] = field(default_factory=set)
    _waiting: list[tuple[Callable[[], bool], asyncio.Event]] = field(default_factory=list)
    _server: asyncio.Server | None = None

    def on(self, at: At, what: str | Fault, times: int | None = None) -> None:
        """From now on answer so at this point (so many times)."""
        self._orders[at] = _Orders(what, times)

    def behave(self) -> None:
        """Forget all orders."""
        self._orders.clear()

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until something came that makes the condition true. Raises TimeoutError."""
        if condition():
            return
        event = asyncio.Event()
        self._waiting.append((condition, event))
        async with asyncio.timeout(seconds):
            await event.wait()

    def drop_all(self) -> None:
        """Every open line goes dead, without a word."""
        for session in tuple(self._open):
            session.transport.abort()

    async def __aenter__(self) -> Self:
        secure = self.tls if self.tls_at_once else None
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Session(self), self.host, self.port, ssl=secure
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()
        self.drop_all()
        await self.until(lambda: not self._open)

    def answer(self, at: At, good: str) -> str | Fault:
        """What to say now. For the sessions."""
        orders = self._orders.get(at)
        if orders is None or orders.times == 0:
            return good
        if orders.times is not None:
            orders.times -= 1
        return orders.what

    def keep(self, mail: Kept) -> None:
        self.count += 1
        if self.keeps:
            self.mails.append(mail)

    def happened(self) -> None:
        """Let those who wait look again."""
        for waiting in tuple(self._waiting):
            if waiting[0]():
                self._waiting.remove(waiting)
                waiting[1].set()


class _Session(asyncio.Protocol):
    """One conversation."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.buffer = bytearray()
        self.step: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport
        self.searched = 0
        self.in_content = self.dead = False
        self._forget()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.sink._open.add(self)
        self.sink.connections += 1
        self._say(At.CONNECT)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.sink._open.discard(self)
        self.sink.happened()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.step is None or self.step.done():
            self._read_on()

    def _read_on(self) -> None:
        while self.buffer and not self.dead and (self._content() if self.in_content else self._command()):
            pass
        if self.sink._waiting:
            self.sink.happened()

    def _command(self) -> bool:
        end = self.buffer.find(b"\r\n")
        if end < 0:
            self.dead = len(self.buffer) > LONGEST_COMMAND
            return False
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        verb = VERBS.get(line.split(b" ", 1)[0].upper())
        if verb is None:
            self.transport.write(b"502 5.5.2 unknown\r\n")
            return True
        if self.sink.keeps:
            self.sink.commands.append(line.decode("utf-8", "replace"))
        self._obey(verb, line)
        return True

    def _obey(self, verb: At, line: bytes) -> None:
        if not self._say(verb):
            return
        if verb is At.MAIL:
            self.mail_from, self.options = _path(line)
        elif verb is At.RCPT:
            self.recipients.append(_path(line)[0])
        elif verb is At.DATA:
            self.in_content = True
        elif verb is At.RSET:
            self._forget()
        elif verb is At.QUIT:
            self.transport.close()
        elif verb is At.STARTTLS:
            self.step = asyncio.get_running_loop().create_task(self._start_tls())

    def _content(self) -> bool:
        """Content up to the dot that ends it; True when all of it is there."""
        if isinstance(fault := self.sink.answer(At.CONTENT, ""), Fault):
            return self._dead(fault)
        end = 0 if self.buffer.startswith(b".\r\n") else self.buffer.find(b"\r\n.\r\n", self.searched) + 2
        self.searched = max(0, len(self.buffer) - 4) if end == 1 else 0
        if end == 1:
            return False
        raw = bytes(self.buffer[:end])
        del self.buffer[: end + 3]
        self.in_content = False
        stuffed = raw.startswith(b".") or b"\r\n." in raw
        raw = raw.replace(b"\r\n.", b"\r\n").removeprefix(b".") if stuffed else raw
        mail = Kept(self.mail_from, tuple(self.recipients), raw, self.options)
        self._forget()
        if (self._say(At.DOT) or self.dead) and mail.recipients:
            self.sink.keep(mail)
        return not self.dead

    def _say(self, at: At) -> bool:
        """Answer. True when it was a good answer."""
        what = self.sink.answer(at, self._greeting() if at is At.EHLO else GOOD[at])
        if isinstance(what, Fault):
            return self._dead(what)
        if at is At.DOT and self.sink.delay:
            asyncio.get_running_loop().call_later(self.sink.delay, self.transport.write, what.encode() + b"\r\n")
        else:
            self.transport.write(what.encode() + b"\r\n")
        if what.startswith("421"):
            self.transport.close()
        return what[0] in "23"

    def _dead(self, how: Fault) -> bool:
        """From here on the other side waits in vain, or sees the line break."""
        self.dead = True
        if how is Fault.DROP:
            self.transport.abort()
        else:
            self.transport.pause_reading()
        return False

    def _greeting(self) -> str:
        secure = self.transport.get_extra_info("sslcontext") is not None
        starttls = ("STARTTLS",) if self.sink.tls and not secure else ()
        words = ["sink", *self.sink.offers, *starttls, "AUTH PLAIN"]
        return "\r\n".join([f"250-{word}" for word in words] + ["250 HELP"])

    def _forget(self) -> None:
        self.mail_from, self.options = "", ""
        self.recipients: list[str] = []

    async def _start_tls(self) -> None:
        context = self.sink.tls or ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        with suppress(OSError):  # a client that does not trust us hangs up
            secure = await asyncio.get_running_loop().start_tls(self.transport, self, context, server_side=True)
            self.transport = cast(asyncio.Transport, secure)
            self.step = None
            self._read_on()


def _path(line: bytes) -> tuple[str, str]:
    """The address between the angle brackets of MAIL or RCPT, and what comes after them."""
    inner, _, options = line.partition(b"<")[2].rpartition(b">")
    return inner.decode("utf-8", "replace"), options.decode("ascii", "replace").strip()
