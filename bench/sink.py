"""A relay that takes every mail, counts it, and notes which mail it answers (In-Reply-To). A process of its own.

Both systems hand their confirmations to one; its CPU counts for neither.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized

from bench.waiting import Incomplete

END = b"\r\n.\r\n"
ANSWERED = re.compile(rb"^In-Reply-To:\s*(<[^>\r\n]+>)", re.IGNORECASE | re.MULTILINE)
ANSWERS = {
    b"EHLO": b"250-sink.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
PATIENCE = 10.0


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, count: Synchronized[int], answered: Counter[str]) -> None:
        self._count = count
        self._answered = answered
        self._buffer = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._out = transport
        transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._take_mail() if self._in_data else self._take_command():
            pass

    def _take_command(self) -> bool:
        line, found, rest = self._buffer.partition(b"\r\n")
        if found:
            self._buffer = rest
            verb = line[:4].upper()
            self._in_data = verb == b"DATA"
            self._out.write(ANSWERS.get(verb, b"250 ok\r\n"))
            if verb == b"QUIT":
                self._out.close()
        return bool(found)

    def _take_mail(self) -> bool:
        mail, found, rest = self._buffer.partition(END)
        if found:
            self._buffer, self._in_data = rest, False
            named = ANSWERED.search(mail.partition(b"\r\n\r\n")[0])
            self._answered[named[1].decode() if named else ""] += 1
            with self._count.get_lock():
                self._count.value += 1
            self._out.write(b"250 kept\r\n")
        return bool(found)


@dataclass(frozen=True, slots=True)
class Sink:
    """A running sink."""

    port: int
    _count: Synchronized[int]
    _line: Connection

    @property
    def count(self) -> int:
        """Mails taken so far."""
        return self._count.value

    def answered(self) -> Counter[str]:
        """How often each mail was answered, by its Message-ID."""
        self._line.send("answered")
        return self._hear()

    def _hear(self) -> Counter[str]:
        if not self._line.poll(PATIENCE):
            raise Incomplete("the sink says nothing")
        heard: Counter[str] = self._line.recv()
        return heard


@contextmanager
def running_sink() -> Iterator[Sink]:
    """Start one, and end it."""
    context = multiprocessing.get_context("spawn")
    count, (ours, theirs) = context.Value("i", 0), context.Pipe()
    process = context.Process(target=serve, args=(count, theirs), daemon=True)
    process.start()
    try:
        if not ours.poll(PATIENCE):
            raise Incomplete("the sink does not start")
        yield Sink(ours.recv(), count, ours)
    finally:
        process.terminate()
        process.join()


def serve(count: Synchronized[int], line: Connection) -> None:
    """The sink's process: says its port, then answers questions until it is ended."""
    asyncio.run(_serve(count, line))


async def _serve(count: Synchronized[int], line: Connection) -> None:
    answered: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(count, answered), "127.0.0.1", 0)
    line.send(server.sockets[0].getsockname()[1])
    loop.add_reader(line.fileno(), lambda: _tell(line, answered))
    await server.serve_forever()


def _tell(line: Connection, answered: Counter[str]) -> None:
    line.recv()
    line.send(answered)
