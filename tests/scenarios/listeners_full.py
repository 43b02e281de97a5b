"""Clients that would starve everybody else, against a real daemon: what it costs, and whether honest mail gets through.

In full, with the settings that ship: `python -m tests.scenarios.listeners_full drip` (three minutes) and `flood`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maild.ingest.smtp.proxy import SIGNATURE
from tests.scenarios.world import SUPPORT, World
from tests.servers.relay import a_relay
from tests.servers.requirement import free_port

MEBIBYTE = 1 << 20
HONEST = "198.51.100.7"
TRY_AGAIN = 0.5
"""Seconds after which the honest sender comes again when it was asked to."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What it came to. `waited`: seconds until the honest sender was let in; `took`: until its mail was kept."""

    kept: bool
    waited: float
    took: float
    peak_mebibytes: float
    cpu_seconds: float


@contextmanager
def a_daemon(*listeners: dict[str, Any], **limits: float) -> Iterator[World]:
    """A running daemon that takes mail. Its `smtp_port` believes the loopback's PROXY headers, so that each client has
    an address of its own; `listeners` are further ones.
    """
    with tempfile.TemporaryDirectory() as folder, a_relay() as sink:
        port = free_port()
        more = {"limits": limits, "smtp": [{"port": port, "proxy": ["127.0.0.0/8"]}, *listeners]}
        world = World(Path(folder) / "one", sink, more=more, smtp_port=port)
        world.maild("migrate")
        world.start("--roles", "smtp")
        try:
            yield world
        finally:
            world.stop()


def drip(world: World, clients: int = 200, size: int = 25_000_000, rate: int = 200_000, every: float = 5) -> Figures:
    """`clients` send an octet now and then, and come back when they are sent away; one sends a mail at `rate` a second.

    The attackers have an address for each 25 of them.
    """

    async def story() -> Figures:
        dripping = [asyncio.create_task(_drip(world, number // 25, every)) for number in range(clients)]
        await asyncio.sleep(2 * every)
        figures = await _honest(world, size, rate)
        for one in dripping:
            one.cancel()
        await asyncio.gather(*dripping, return_exceptions=True)
        return figures

    return asyncio.run(story())


def flood(world: World, clients: int = 50, size: int = 200 * MEBIBYTE) -> Figures:
    """`clients` send this much each, without a line end, as fast as they can; one brings a small mail meanwhile."""

    async def story() -> Figures:
        flooding = [asyncio.create_task(_flood(world, number // 25, size)) for number in range(clients)]
        await asyncio.sleep(0.2)
        figures = await _honest(world, 10_000, MEBIBYTE)
        await asyncio.gather(*flooding)
        return Figures(figures.kept, figures.waited, figures.took, *_costs(world))

    return asyncio.run(story())


def _costs(world: World) -> tuple[float, float]:
    """Peak memory of the daemon's main process in MiB, and the CPU it has used in seconds."""
    assert world.daemon is not None
    proc = Path(f"/proc/{world.daemon.pid}")
    (peak,) = (line.split()[1] for line in (proc / "status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak) / 1024, int((proc / "schedstat").read_text().split()[0]) / 1e9


class _Client:
    """One connection from an address."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def goes_ahead(self, address: str) -> bool:
        """As far as the answer 354; False if the server says come again (421 or 452)."""
        packed = ipaddress.ip_address(address).packed
        self.writer.write(SIGNATURE + b"\x21\x11\x00\x0c" + packed + packed + b"\x10\x00\x00\x19")
        for word in ("", "EHLO client", "MAIL FROM:<ada@acme.example>", f"RCPT TO:<{SUPPORT}>", "DATA"):
            self.writer.write(f"{word}\r\n".encode() if word else b"")
            if (await self.reply())[:1] not in ("2", "3"):
                return False
        return True

    async def reply(self) -> str:
        line = await self.reader.readline()
        while line[3:4] == b"-":
            line = await self.reader.readline()
        return line.decode()


@asynccontextmanager
async def _client(world: World) -> AsyncIterator[_Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.smtp_port)
    try:
        yield _Client(reader, writer)
    finally:
        writer.transport.abort()


async def _drip(world: World, number: int, every: float) -> None:
    while True:
        with suppress(OSError):
            async with _client(world) as client:
                going = await client.goes_ahead(f"203.0.113.{number}")
                while going and not client.reader.at_eof():
                    client.writer.write(b"x")
                    with suppress(TimeoutError):
                        await asyncio.wait_for(client.reader.read(100), every)
        await asyncio.sleep(every)


async def _flood(world: World, number: int, size: int) -> None:
    with suppress(OSError):
        async with _client(world) as client:
            going = await client.goes_ahead(f"203.0.113.{number}")
            piece = b"x" * 65536
            for _ in range(0, size if going else 0, len(piece)):
                client.writer.write(piece)
                await client.writer.drain()


async def _honest(world: World, size: int, rate: int) -> Figures:
    """A mail server: it comes again until it hears yes, or no for ever."""
    begun = time.monotonic()
    while True:
        with suppress(OSError):
            async with _client(world) as client:
                if await client.goes_ahead(HONEST):
                    let_in = time.monotonic()
                    said = await _send(client, size, rate)
                    if said[:1] in ("2", "5"):
                        took = time.monotonic() - let_in
                        return Figures(said.startswith("250"), let_in - begun, took, *_costs(world))
        await asyncio.sleep(TRY_AGAIN)


async def _send(client: _Client, size: int, rate: int) -> str:
    begun = time.monotonic()
    piece = (b"x" * 70 + b"\r\n") * 900
    for sent in range(0, size, len(piece)):
        client.writer.write(piece[: size - sent])
        await client.writer.drain()
        await asyncio.sleep(max(0.0, begun + (sent + len(piece)) / rate - time.monotonic()))
    client.writer.write(b"\r\n.\r\n")
    return await client.reply()


def main(what: str) -> None:
    attacks: dict[str, Any] = {"drip": drip, "flood": flood}
    with a_daemon() as world:
        print(what, attacks[what](world))


if __name__ == "__main__":
    main(sys.argv[1])
