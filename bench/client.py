"""Hands mails to an SMTP server over several sessions side by side, each kept open, in the mails' order.

Only what a mail server does: one mail after the other in each session, every answer waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from bench.waiting import Incomplete
from bench.workload import Mail

SESSIONS = 10
RECIPIENT = "support@desk.example"
PATIENCE = 300.0
Wire = tuple[bytes, bytes]


def wire(mail: Mail) -> Wire:
    """The commands before the content, and the content as DATA carries it (RFC 5321 4.5.2)."""
    content = mail.raw.replace(b"\r\n.", b"\r\n..")
    return f"MAIL FROM:<{mail.sender}> BODY=8BITMIME\r\n".encode(), content + b".\r\n"


def send_all(port: int, mails: Sequence[Wire]) -> None:
    """Until the server has said 250 to every mail. Raises Incomplete on any other answer."""
    asyncio.run(_send_all(port, iter(mails)))


async def _send_all(port: int, mails: Iterator[Wire]) -> None:
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(_session(port, mails) for _ in range(SESSIONS)))


async def _session(port: int, mails: Iterator[Wire]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _answer(reader, b"220")
    await _say(reader, writer, b"EHLO client.example\r\n", b"250")
    for sender, content in mails:
        await _say(reader, writer, sender, b"250")
        await _say(reader, writer, f"RCPT TO:<{RECIPIENT}>\r\n".encode(), b"250")
        await _say(reader, writer, b"DATA\r\n", b"354")
        await _say(reader, writer, content, b"250")
    await _say(reader, writer, b"QUIT\r\n", b"221")
    writer.close()


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, what: bytes, wanted: bytes) -> None:
    writer.write(what)
    await _answer(reader, wanted)


async def _answer(reader: asyncio.StreamReader, wanted: bytes) -> None:
    line = await reader.readline()
    while line[3:4] == b"-":
        line = await reader.readline()
    if not line.startswith(wanted):
        raise Incomplete(f"the server said {line.decode(errors='replace').strip()!r}, not {wanted.decode()}")
