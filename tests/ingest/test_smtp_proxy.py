"""PROXY protocol, version 2: a balancer says who its client is, and nobody else may."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smtp_peer import header, run, serving, trusting, until

from maild.ingest.smtp import connection
from maild.ingest.smtp.proxy import SIGNATURE, NotProxied, announced, client_of
from tests.servers.certificates import make_certificate

BALANCER: dict[str, Any] = {"proxy": ["127.0.0.1"]}

ANNOUNCED = {
    "IPv4": (header("192.0.2.1"), "192.0.2.1"),
    "IPv6": (header("2001:db8::1"), "2001:db8::1"),
    "IPv4 written as IPv6": (header("::ffff:192.0.2.1"), "192.0.2.1"),
    "with more about TLS": (header("192.0.2.1", more=b"\x20\x00\x05\x01\x00\x00\x00\x00" * 100), "192.0.2.1"),
    "the balancer itself": (header("192.0.2.1", command=0x20), "127.0.0.1"),
    "the balancer itself, without addresses": (SIGNATURE + b"\x20\x00\x00\x00", "127.0.0.1"),
    "an unknown client": (SIGNATURE + b"\x21\x00\x00\x00", "127.0.0.1"),
    "a client by a unix socket": (SIGNATURE + b"\x21\x31\x00\xd8" + bytes(216), "127.0.0.1"),
}


@pytest.mark.parametrize(("begin", "peer"), ANNOUNCED.values(), ids=ANNOUNCED)
def test_a_mail_has_the_address_that_the_balancer_says(begin: bytes, peer: str) -> None:
    async def story() -> None:
        async with serving(listener=BALANCER) as server:
            client = await server.connect(begin)
            await client.begin()
            await client.ask("\r\nHi\r\n.")
            assert [mail.peer for mail in server.kept] == [peer]

    run(story)


def test_a_header_may_come_octet_by_octet_and_the_greeting_waits_for_it() -> None:
    async def story() -> None:
        async with serving(listener=BALANCER) as server:
            client = await server.connect()
            for octet in header("192.0.2.1"):
                assert not client.reader._buffer  # type: ignore[attr-defined]
                await client.send(bytes([octet]))
                await asyncio.sleep(0)
            assert (await client.reply()).startswith("220")

    run(story)


WRONG = {
    "a mail client": b"EHLO client\r\nMAIL FROM:<a@b.example>\r\n",
    "version 1": b"PROXY TCP4 192.0.2.1 192.0.2.2 56324 25\r\n",
    "another version": SIGNATURE + b"\x31\x11\x00\x0c" + bytes(12),
    "another command": SIGNATURE + b"\x22\x11\x00\x0c" + bytes(12),
    "UDP": header("192.0.2.1", family=0x12),
    "an unknown family": header("192.0.2.1", family=0x41),
    "too short for its family": SIGNATURE + b"\x21\x21\x00\x0c" + bytes(12),
    "cut in the signature": SIGNATURE[:7] + b"\x00" * 30,
    "cut off": header("192.0.2.1")[:20],
    "nothing": b"",
}


@pytest.mark.parametrize("begin", WRONG.values(), ids=WRONG)
def test_a_balancers_connection_without_a_valid_header_is_closed(begin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEADER_PATIENCE", 0.2)

    async def story() -> None:
        async with serving(listener=BALANCER) as server:
            client = await server.connect(begin)
            assert await client.rest() == ""
            await until(lambda: server.listeners.sessions == 0)
            assert len(server.listeners._intake.clients) == 0

    run(story)


def test_nobody_else_may_send_a_header() -> None:
    async def story() -> None:
        async with serving(listener={"proxy": ["192.0.2.0/24", "2001:db8::/32"]}) as server:
            client = await server.connect(header("192.0.2.1"))
            assert (await client.reply()).startswith("220")
            said = await client.rest()
            assert said.startswith("502") and said.endswith("221 2.0.0 bye\r\n")

    run(story)


@pytest.mark.parametrize("together", [True, False], ids=["in one packet", "one after the other"])
def test_tls_may_follow_the_header(tmp_path: Path, together: bool) -> None:
    certificate, key = make_certificate(tmp_path)
    listener = BALANCER | {"tls": "tls", "certificate": certificate, "key": key}

    async def story() -> None:
        async with serving(listener=listener) as server:
            client = await server.connect()
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = trusting().wrap_bio(incoming, outgoing)
            begin, done = header("192.0.2.1"), False
            if not together:
                await client.send(begin)
                await until(lambda: any(one.peer == "192.0.2.1" for one in server.listeners._intake.live))
                begin = b""
            async with asyncio.timeout(5):
                while not done:
                    try:
                        tls.do_handshake()
                        done = True
                    except ssl.SSLWantReadError:
                        await client.send(begin + outgoing.read())
                        begin = b""
                        incoming.write(await client.reader.read(65536))
                await client.send(outgoing.read())
                said = b""
                while not said:
                    try:
                        said = tls.read(1000)
                    except ssl.SSLWantReadError:
                        incoming.write(await client.reader.read(65536))
            assert said.startswith(b"220 ")
            assert {one.peer for one in server.listeners._intake.live} == {"192.0.2.1"}

    run(story)


def test_a_shutdown_does_not_wait_for_headers() -> None:
    async def story() -> None:
        async with serving(listener=BALANCER) as server:
            client = await server.connect()
            await until(lambda: server.listeners.sessions == 1)
            assert await server.listeners.drain(1)
            assert await client.rest() == ""

    run(story)


@given(st.binary(min_size=16, max_size=16) | st.binary(max_size=4).map(lambda end: (SIGNATURE + end).ljust(16, b"\0")))
def test_any_octets_are_a_header_or_none(fixed: bytes) -> None:
    async def story() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(fixed + bytes(100))
        reader.feed_eof()
        try:
            assert await announced(reader) is None or client_of(fixed, bytes(100))
        except (NotProxied, asyncio.IncompleteReadError):
            return

    asyncio.run(story())
