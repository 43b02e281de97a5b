"""Hostile clients at the real listener, from every state of the protocol (F07, and mox's way to fuzz a server).

What else clients can do wrong is in tests/ingest/test_smtp_*.py and test_lmtp.py.
"""

from __future__ import annotations

import random
import re
import time

import psutil
import pytest

from maild.ingest.smtp.commands import MOST_RECIPIENTS
from tests.ingest.smtp_peer import Peer, Server, run, serving, until

MEBIBYTE = 1 << 20
REPLY = re.compile(r"[2345]\d\d(?:[ -].*)?")
STATES = {
    "connected": (),
    "greeted": ("EHLO x",),
    "a sender named": ("EHLO x", "MAIL FROM:<a@b.example>"),
    "a recipient named": ("EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<help@desk.example>"),
    "all recipients refused": ("EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<nobody@desk.example>"),
    "a mail handed over": ("EHLO x", "MAIL FROM:<>", "RCPT TO:<help@desk.example>", "DATA", "Hi\r\n."),
}
WORDS = (
    "EHLO", "HELO", "LHLO", "MAIL FROM:", "RCPT TO:", "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "HELP", "STARTTLS",
    "AUTH", "BDAT 5", "<a@b.example>", "<help@desk.example>", "<>", "<", ">", "<@a,@b:c@d.example>",
    '<"a b"@c.example>', "<a@[127.0.0.1]>", "<postmaster>", " SIZE=1", " SIZE=99999999999999999999", " SIZE=-1",
    " BODY=8BITMIME", " SMTPUTF8", " RET=HDRS", " ORCPT=rfc822;a+xx", " =", "x" * 500, "\x00", "\t", "  ", "é",
    "\udcff", ":", "=", "a@b.example", "DATA x", "PLAIN AGEAYg==", "\r", "\x1b[2J", "%s", "QUITE",
)  # fmt: skip


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_whatever_is_said_in_whatever_state_there_is_one_proper_reply_or_the_line_is_closed(
    state: tuple[str, ...], protocol: str
) -> None:
    chance = random.Random(f"{protocol} {state}")

    async def story() -> None:
        async with serving(protocol) as server:
            for _ in range(25):
                peer = await server.connect()
                await peer.reply()
                for line in state:
                    await peer.ask(line.replace("EHLO", "LHLO") if protocol == "lmtp" else line)
                await _babbled(peer, chance)
                peer.leave()
            await _still_serves(server, protocol)

    run(story)


async def _babbled(peer: Peer, chance: random.Random) -> None:
    """Until it is sent away, or has nothing more to say. A mail that got begun is ended."""
    for _ in range(30):
        said = await peer.ask("".join(chance.choice(WORDS) for _ in range(chance.randint(1, 4))).replace("\r", ""))
        if not said or said.startswith(("221", "421")):
            return
        assert all(REPLY.fullmatch(line) for line in said.split("|")), said
        if said.startswith("354"):
            await peer.ask("Hi\r\n.")


async def _still_serves(server: Server, protocol: str) -> None:
    await until(lambda: server.listeners.sessions == 0)
    peer = await server.connect()
    await peer.begin(hello="LHLO x" if protocol == "lmtp" else "EHLO x")
    before = len(server.kept)
    assert (await peer.ask("Hi\r\n.")).startswith("250")
    assert len(server.kept) == before + 1


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_10000_recipients_are_a_hundred_and_then_the_line_is_closed(protocol: str) -> None:
    async def story() -> None:
        async with serving(protocol) as server:
            peer = await server.connect()
            await peer.greet("LHLO x" if protocol == "lmtp" else "EHLO x")
            await peer.ask("MAIL FROM:<a@b.example>")
            said: list[str] = []
            while len(said) < 10_000 and not (said and said[-1][:3] in ("421", "")):
                said.append(await peer.ask(f"RCPT TO:<r{len(said)}@desk.example>"))
            assert [reply[:3] for reply in said].count("250") == MOST_RECIPIENTS
            assert {reply[:3] for reply in said} <= {"250", "452", "421", ""}
            assert len(said) < 10_000
            await _still_serves(server, protocol)

    run(story)


def test_10000_commands_at_once_are_answered_in_order_or_end_the_line() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            start = time.process_time()
            peer.writer.write(b"NOOP\r\n" * 10_000)
            said = (await peer.rest()).splitlines()
            assert {line[:3] for line in said[:-1]} == {"250"}
            assert said[-1].startswith("421") and len(said) <= 1000
            assert time.process_time() - start < 2
            await _still_serves(server, "smtp")

    run(story)


def test_thirty_endless_mails_at_once_stay_within_the_memory_for_mail_under_way() -> None:
    """F01: the budget of all connections together holds, and an honest sender comes through afterwards."""

    async def story() -> None:
        async with serving(message_size=4 * MEBIBYTE, in_flight=16 * MEBIBYTE) as server:
            process = psutil.Process()
            before = most = process.memory_info().rss
            peers = [await server.connect() for _ in range(30)]
            for peer in peers:
                await peer.begin()
            for _ in range(120):
                for peer in peers:
                    if not peer.writer.is_closing():
                        peer.writer.write(b"x" * 65_536)
                        try:
                            await peer.writer.drain()
                        except ConnectionError:
                            peer.leave()
                most = max(most, process.memory_info().rss)
            assert most - before <= 3 * 16 * MEBIBYTE + 30 * MEBIBYTE
            for peer in peers:
                peer.leave()
            assert server.kept == []
            await _still_serves(server, "smtp")

    run(story)
