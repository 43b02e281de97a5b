"""Nonsense from every state of the protocol: the server stays, and blames nobody for faults of its own.

Each dialogue is drawn from its number, so that a failure can be told again.
"""

from __future__ import annotations

import asyncio
import logging
import random
from pathlib import Path
from typing import Any

import pytest
from smtp_peer import Server, cheap_hash, header, plain, run, serving, trusting, until

from maild.errors import StoreFull, StoreUnavailable
from maild.ingest.smtp import connection
from maild.model import ReceivedMail
from tests.servers.certificates import make_certificate

MEBIBYTE = 1 << 20
DIALOGUES = 500
AT_ONE_TIME = 25

WORDS = (
    [b"EHLO x", b"HELO x", b"LHLO x", b"EHLO", b"MAIL FROM:<a@b.example>", b"MAIL FROM:<>", b"MAIL FROM:<x"]
    + [b"MAIL FROM:<a@b.example> SIZE=%d" % size for size in (1, 10**6, 10**9, 10**30)]
    + [b"RCPT TO:<help@desk.example>", b"RCPT TO:<nobody@desk.example>", b"RCPT TO:<\xff@desk.example>", b"RCPT TO:<>"]
    + [b"DATA", b"DATA", b"DATA x", b".", b"..", b"Subject: x", b"", b"\x00", b"\xff\xfe", b"RSET", b"NOOP", b"QUIT"]
    + [b"VRFY x", b"EXPN x", b"HELP", b"BDAT 5 LAST", b"XCLIENT ADDR=1.2.3.4", b"STARTTLS", b"STARTTLS x", b"AUTH"]
    + [b"AUTH PLAIN", b"AUTH LOGIN", b"AUTH PLAIN =", b"AUTH PLAIN !", b"*", b"YW5uYQ==", b"A" * 3000, b"MAIL" * 900]
    + [b"AUTH PLAIN " + plain("anna", "correct horse").encode(), b"AUTH PLAIN " + plain("anna", "wrong").encode()]
    + [header("192.0.2.1"), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/1.1", b"Host: x"]
)
BEGIN = b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n"
ENDS = [b"\r\n", b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"", b"\r\n.\r\n", b"\r\n.\r\n", b" \r\n"]
FAULTS = [None, None, None, StoreFull(), StoreUnavailable(), ValueError("a bug"), RecursionError()]


def _nonsense(draw: random.Random) -> bytes:
    begin = BEGIN[: draw.randrange(len(BEGIN) + 1)] if draw.random() < 0.5 else b""
    lines = [draw.choice(WORDS) + draw.choice(ENDS) for _ in range(draw.randrange(1, 16))]
    if draw.random() < 0.1:
        lines.insert(draw.randrange(len(lines)), draw.randbytes(draw.choice([1, 100, 70_000])))
    return begin + b"".join(lines)


async def _dialogue(server: Server, draw: random.Random, kind: dict[str, Any]) -> bytes:
    """Talk nonsense; what the server said in plain text or under TLS."""
    begin = header(f"192.0.2.{draw.randrange(1, 250)}") if kind.get("proxy") and draw.random() < 0.9 else b""
    try:
        peer = await server.connect(begin, trusting() if kind.get("tls") == "tls" and draw.random() < 0.9 else None)
        if kind.get("tls") == "starttls" and draw.random() < 0.6:
            await peer.reply()
            await peer.ask("EHLO x")
            await peer.ask("STARTTLS")
            await peer.start_tls()
        nonsense = _nonsense(draw)
        for cut in sorted(draw.randrange(len(nonsense)) for _ in range(draw.randrange(3))):
            peer.writer.write(nonsense[:cut])
            nonsense = nonsense[cut:]
            await asyncio.sleep(0)
        peer.writer.write(nonsense)
        if draw.random() < 0.2:
            peer.leave()
            return b""
        # QUIT ends it, unless what came before swallowed it; a dot ends a mail that is under way.
        peer.writer.write(b"\r\n.\r\n*\r\n*\r\nRSET\r\nQUIT\r\n")
        if peer.writer.can_write_eof():
            peer.writer.write_eof()
        async with asyncio.timeout(20):
            return await peer.reader.read()
    except (OSError, asyncio.IncompleteReadError):
        return b""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("fuzz")
    certificate, key = make_certificate(folder)
    users = folder / "users"
    users.write_text(f"anna:{cheap_hash('correct horse')}\n")
    return {"certificate": certificate, "key": key, "users": users}


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "smtp": ("smtp", {}),
    "lmtp, STARTTLS": ("lmtp", {"tls": "starttls"}),
    "submission behind a balancer": ("smtp", {"tls": "starttls", "users": True, "proxy": ["127.0.0.0/8"]}),
    "submission under TLS": ("smtp", {"tls": "tls", "users": True}),
}


@pytest.mark.parametrize(("protocol", "kind"), KINDS.values(), ids=KINDS)
def test_no_dialogue_ends_the_server_or_leaves_anything_behind(
    protocol: str,
    kind: dict[str, Any],
    files: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(connection, "HEADER_PATIENCE", 0.1)
    listener = kind | ({"certificate": files["certificate"], "key": files["key"]} if kind.get("tls") else {})
    listener |= {"users": files["users"]} if kind.get("users") else {}
    faults, blamed = random.Random(1), []

    async def story() -> None:
        async with serving(protocol, listener=listener, idle=1, message_size=200_000) as server:

            async def keep(mail: ReceivedMail) -> None:
                fault = faults.choice(FAULTS)
                if fault is not None:
                    raise fault

            server.accept = keep
            for first in range(0, DIALOGUES, AT_ONE_TIME):
                draws = [random.Random(number) for number in range(first, first + AT_ONE_TIME)]
                said = await asyncio.gather(*(_dialogue(server, draw, kind) for draw in draws))
                blamed.extend(line for one in said for line in one.split(b"\r\n") if not _proper(line))
                for peer in server.peers:
                    peer.leave()
                server.peers.clear()
            await until(lambda: server.listeners.sessions == 0)
            assert server.listeners._intake.budget.free == 64 * MEBIBYTE
            assert all(one.connections == 0 for one in server.listeners._intake.clients._known.values())
            # And it still works.
            server.accept = server.keep
            client = await server.connect(
                header("198.51.100.1") if kind.get("proxy") else b"", trusting() if kind.get("tls") == "tls" else None
            )
            assert (await client.greet("LHLO x" if protocol == "lmtp" else "EHLO x")).startswith("250")

    with caplog.at_level(logging.WARNING):
        run(story)
    assert blamed == []
    # Faults of the store are told; anything else would be a fault of the edge itself.
    told = {record.getMessage().partition(" at ")[0] for record in caplog.records}
    assert told <= {"a mail was not kept: ValueError", "a mail was not kept: RecursionError"}


# What a client may be blamed for. 554 and its like ("it failed") are not among them.
BLAME = {b"500", b"501", b"502", b"503", b"504", b"530", b"535", b"538", b"550", b"552", b"553", b"555"}


def _proper(line: bytes) -> bool:
    """A reply this server may give; with an enhanced status code of its class, where it says yes or no."""
    if not line or line[:3] in (b"220", b"250", b"334", b"354"):
        return True
    return line[3:5] == b" " + line[:1] and (line[:1] in b"24" or line[:3] in BLAME)
