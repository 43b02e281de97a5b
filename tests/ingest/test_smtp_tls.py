"""TLS: STARTTLS, TLS from the first octet on, and certificates that change while the daemon runs."""

from __future__ import annotations

import asyncio
import logging
import shutil
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from smtp_peer import Peer, run, serving, trusting, until

from maild.errors import SourceUnavailable
from maild.ingest.smtp.tls import Certificate, load
from tests.servers.certificates import make_certificate

MEBIBYTE = 1 << 20
MAIL = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def starttls(pair: tuple[Path, Path]) -> dict[str, Any]:
    return {"tls": "starttls", "certificate": pair[0], "key": pair[1]}


@pytest.fixture
def implicit(starttls: dict[str, Any]) -> dict[str, Any]:
    return starttls | {"tls": "tls"}


def test_starttls_is_offered_until_it_is_used(starttls: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=starttls) as server:
            peer = await server.connect()
            assert "250-STARTTLS" in await peer.greet()
            assert (await peer.ask("STARTTLS now")).startswith("501 5.5.4")
            assert (await peer.ask("STARTTLS")).startswith("220 2.0.0")
            await peer.start_tls()
            assert "STARTTLS" not in await peer.ask("EHLO client")
            assert (await peer.ask("STARTTLS")).startswith("503 5.5.1")
            await peer.send(MAIL)
            assert [reply[:3] for reply in await peer.replies(3)] == ["250", "250", "354"]
            assert (await peer.ask("\r\nHi\r\n.")).startswith("250")
            assert [mail.raw for mail in server.kept] == [b"\r\nHi\r\n"]
            assert peer.writer.get_extra_info("ssl_object").version() in ("TLSv1.2", "TLSv1.3")

    run(story)


def test_what_was_said_before_tls_is_forgotten(starttls: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=starttls) as server:
            peer = await server.connect()
            await peer.greet()
            await peer.ask("MAIL FROM:<a@example.com>")
            await peer.ask("RCPT TO:<help@desk.example>")
            await peer.ask("STARTTLS")
            await peer.start_tls()
            assert (await peer.ask("DATA")).startswith("503 5.5.1 MAIL first")
            assert (await peer.ask("MAIL FROM:<b@example.com>")).startswith("503 5.5.1 say hello first")

    run(story)


@pytest.mark.parametrize("behind", [b"EHLO evil\r\n" + MAIL, b"NOOP\r\n", b"EHLO evil\r\nMAIL FROM:<half"])
def test_commands_sent_behind_starttls_in_plain_text_are_never_obeyed(starttls: dict[str, Any], behind: bytes) -> None:
    """CVE-2024-34083: a man in the middle adds commands that the client would seem to say under TLS."""

    async def story() -> None:
        async with serving(listener=starttls) as server:
            peer = await server.connect()
            await peer.greet()
            await peer.send(b"STARTTLS\r\n" + behind)
            assert (await peer.reply()).startswith("220")
            await peer.start_tls()
            assert (await peer.ask("RCPT TO:<help@desk.example>")).startswith("503 5.5.1 MAIL first")
            assert "250 ENHANCEDSTATUSCODES" in await peer.ask("EHLO client")
            assert (await peer.ask("MAIL FROM:<a@example.com>")).startswith("250 2.1.0")

    run(story)


BEFORE_TLS = [
    ("EHLO client", "250"),
    ("HELO client", "250"),
    ("NOOP", "250"),
    ("MAIL FROM:<a@example.com>", "530 5.7.0"),
    ("RCPT TO:<help@desk.example>", "530 5.7.0"),
    ("DATA", "530 5.7.0"),
    ("RSET", "530 5.7.0"),
    ("VRFY help", "530 5.7.0"),
    ("HELP", "530 5.7.0"),
    ("AUTH PLAIN AGEAYg==", "502 5.5.1"),
    ("QUIT", "221"),
]


def test_where_tls_is_required_nothing_goes_without(starttls: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=starttls | {"require_tls": True}) as server:
            peer = await server.connect()
            await peer.greet()
            for line, reply in BEFORE_TLS[:-1]:
                assert (await peer.ask(line)).startswith(reply), line
            await peer.secure()
            assert (await peer.ask("MAIL FROM:<a@example.com>")).startswith("250")
            other = await server.connect()
            await other.greet()
            assert (await other.ask("QUIT")).startswith("221")

    run(story)


def test_tls_from_the_first_octet_on(implicit: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=implicit) as server:
            peer = await server.connect(tls=trusting())
            assert "STARTTLS" not in await peer.greet()
            await peer.send(MAIL)
            await peer.replies(3)
            body = b"x" * 72 + b"\r\n"
            await peer.send(body * 50_000 + b".\r\n")
            assert (await peer.reply()).startswith("250")
            assert server.kept[0].raw == body * 50_000
            assert (await peer.ask("QUIT")).startswith("221")
            assert await peer.rest() == ""
            await until(lambda: server.listeners.sessions == 0)

    run(story)


def test_a_client_of_lmtp_under_tls_gets_one_reply_for_each_recipient(starttls: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving("lmtp", listener=starttls) as server:
            peer = await server.connect()
            assert "STARTTLS" in await peer.greet("LHLO client")
            await peer.ask("STARTTLS")
            await peer.start_tls()
            await peer.ask("LHLO client")
            await peer.ask("MAIL FROM:<a@example.com>")
            for number in range(50):
                await peer.ask(f"RCPT TO:<a{number}@desk.example>")
            await peer.ask("DATA")
            await peer.send(b"\r\nHi\r\n.\r\n")
            assert {reply[:9] for reply in await peer.replies(50)} == {"250 2.0.0"}

    run(story)


class _Handshake:
    """A client that does TLS by hand, so that a test says which octets travel together."""

    def __init__(self) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = trusting().wrap_bio(self.incoming, self.outgoing)

    async def finish(self, peer: Peer) -> bytes:
        """Shake hands, and return the client's last flight instead of sending it."""
        while True:
            try:
                self.tls.do_handshake()
                return self.outgoing.read()
            except ssl.SSLWantReadError:
                await peer.send(self.outgoing.read())
                self.incoming.write(await peer.reader.read(65536))


def test_commands_that_come_with_the_end_of_the_handshake_are_heard(starttls: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=starttls) as server:
            peer = await server.connect()
            await peer.greet()
            await peer.ask("STARTTLS")
            hand = _Handshake()
            flight = await hand.finish(peer)
            hand.tls.write(b"EHLO client\r\n" + MAIL)
            await peer.send(flight + hand.outgoing.read())
            said = b""
            async with asyncio.timeout(5):
                while b"354 " not in said:
                    hand.incoming.write(await peer.reader.read(65536))
                    try:
                        said += hand.tls.read(65536)
                    except ssl.SSLWantReadError:
                        continue
            assert said.count(b"250 2.1") == 2

    run(story)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_versions_before_1_2_are_refused(implicit: dict[str, Any], version: ssl.TLSVersion) -> None:
    async def story() -> None:
        async with serving(listener=implicit) as server:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await server.connect(tls=trusting(version))
            await until(lambda: server.listeners.sessions == 0)
            await (await server.connect(tls=trusting(ssl.TLSVersion.TLSv1_2))).greet()

    run(story)


async def _garbage(peer: Peer) -> None:
    await peer.send(b"GET / HTTP/1.0\r\n\r\n")


async def _gone(peer: Peer) -> None:
    peer.leave()


async def _half_closed(peer: Peer) -> None:
    peer.writer.write_eof()


async def _silent(peer: Peer) -> None:
    await peer.send(b"\x16\x03\x01")


WAYS: dict[str, Callable[[Peer], Awaitable[None]]] = {
    "garbage": _garbage,
    "gone": _gone,
    "closed": _half_closed,
    "silent": _silent,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("first", ["starttls", "tls"])
def test_a_handshake_that_fails_leaves_nothing(
    starttls: dict[str, Any], first: str, way: Callable[[Peer], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with serving(listener=starttls | {"tls": first}, idle=0.3) as server:
            peer = await server.connect()
            if first == "starttls":
                await peer.greet()
                await peer.ask("STARTTLS")
            await way(peer)
            await peer.rest()
            await until(lambda: server.listeners.sessions == 0)
            assert len(server.listeners._intake.clients) <= 1

    with caplog.at_level(logging.INFO):
        run(story)
    assert caplog.text == ""


def test_a_client_that_does_not_read_its_replies_under_tls_is_cut(implicit: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=implicit, idle=0.4) as server:
            peer = await server.connect(tls=trusting())
            await peer.greet()
            peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
            peer.writer.write((b"VRFY x\r\n" * 50 + b"MAIL FROM:<a@b.example>\r\nRSET\r\n") * 3000)
            await until(lambda: server.listeners.sessions == 0)

    run(story)


def test_a_shutdown_says_goodbye_under_tls_and_cuts_handshakes(implicit: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=implicit) as server:
            peer, shaking = await server.connect(tls=trusting()), await server.connect()
            await peer.greet()
            await until(lambda: server.listeners.sessions == 2)
            assert await server.listeners.drain(5)
            assert (await peer.rest()).startswith("421 4.3.2")
            assert await shaking.rest() == ""

    run(story)


def test_a_crowd_is_turned_away_from_a_tls_port_without_plain_text(implicit: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=implicit, connections=1) as server:
            await (await server.connect(tls=trusting())).greet()
            assert await (await server.connect()).rest() == ""

    run(story)


# ---- certificates --------------------------------------------------------------------------------


def _put(pair: tuple[Path, Path], target: tuple[Path, Path]) -> None:
    for source, place in zip(pair, target, strict=True):
        shutil.copy(source, beside := place.with_suffix(".new"))
        beside.replace(place)


def test_a_new_certificate_serves_new_connections_and_drops_no_session(
    pair: tuple[Path, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = tmp_path / "cert.pem", tmp_path / "cert.key"
    _put(pair, files)
    second = make_certificate(tmp_path, "two")

    async def story() -> None:
        listener = {"tls": "tls", "certificate": files[0], "key": files[1]}
        async with serving(listener=listener) as server:
            old = await server.connect(tls=trusting())
            await old.greet()
            _put(second, files)
            new = await server.connect(tls=trusting())
            await new.greet()
            assert old.certificate() != new.certificate()
            files[0].write_text("-----BEGIN CERTIFICATE-----\nbroken")
            kept = [await server.connect(tls=trusting()) for _ in range(3)]
            assert {peer.certificate() for peer in kept} == {new.certificate()}
            assert (await old.ask("NOOP")).startswith("250")
            _put(pair, files)
            again = await server.connect(tls=trusting())
            assert again.certificate() == old.certificate()

    with caplog.at_level(logging.WARNING):
        run(story)
    assert caplog.text.count("the certificate that was in use stays in use") == 1


def test_certificate_and_key_are_one_change_even_if_they_come_one_after_the_other(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    files = tmp_path / "cert.pem", tmp_path / "cert.key"
    _put(pair, files)
    second = make_certificate(tmp_path, "two")
    certificate = Certificate(*files)
    first = certificate.context()
    shutil.copy(second[0], files[0])
    assert certificate.context() is first
    shutil.copy(second[1], files[1])
    assert certificate.context() is not first


def test_one_file_may_hold_key_and_certificate(pair: tuple[Path, Path], tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(pair[1].read_text() + pair[0].read_text())
    load(both)


def test_files_that_cannot_be_used_are_named_with_what_to_do(pair: tuple[Path, Path], tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "two")
    locked = make_certificate(tmp_path, "locked", "-passout", "pass:secret")
    empty = tmp_path / "empty"
    empty.touch()
    wrong: list[tuple[Path, Path | None, str]] = [
        (pair[0], tmp_path / "missing", "missing cannot be read .No such file"),
        (pair[0], other[1], "the key does not belong to the certificate"),
        (pair[0], None, "no private key, in PEM form"),
        (empty, pair[1], "in PEM form"),
        (locked[0], locked[1], "the private key has a password"),
    ]
    for certificate, key, advice in wrong:
        with pytest.raises(SourceUnavailable, match=advice):
            load(certificate, key)
