"""AUTH: who may submit mail, and what those who guess passwords learn."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from smtp_peer import Peer, b64, cheap_hash, header, plain, run, serving, trusting, until

from maild.errors import SourceUnavailable
from maild.ingest.smtp import users as users_module
from maild.ingest.smtp.clients import MOST_FAILURES
from maild.ingest.smtp.passwords import Hash
from maild.ingest.smtp.users import MOST_WAITING, Users
from tests.servers.certificates import make_certificate

GOOD = f"AUTH PLAIN {plain('anna', 'correct horse')}"
WRONG = f"AUTH PLAIN {plain('anna', 'wrong')}"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def users(tmp_path: Path) -> Path:
    file = tmp_path / "users"
    file.write_text(f"# who may submit\n\nanna:{cheap_hash('correct horse')}\nbo@x.example:{cheap_hash('pässword')}\n")
    return file


@pytest.fixture
def listener(users: Path) -> dict[str, Any]:
    return {"users": users}


async def _send(peer: Peer) -> None:
    for line in ("MAIL FROM:<a@example.com> AUTH=<>", "RCPT TO:<help@desk.example>"):
        assert (await peer.ask(line)).startswith("250"), line
    assert (await peer.ask("DATA")).startswith("354")
    assert (await peer.ask("\r\nHi\r\n.")).startswith("250")


DIALOGUES: dict[str, list[tuple[str, str]]] = {
    "PLAIN at once": [(GOOD, "235 2.7.0")],
    "plain": [(GOOD.replace("PLAIN", "plain"), "235 2.7.0")],
    "PLAIN acting as herself": [(f"AUTH PLAIN {plain('anna', 'correct horse', 'anna')}", "235 2.7.0")],
    "PLAIN asked for": [("AUTH PLAIN", "334 "), (plain("anna", "correct horse"), "235 2.7.0")],
    "LOGIN": [
        ("AUTH LOGIN", f"334 {b64('Username:')}"),
        (b64("anna"), f"334 {b64('Password:')}"),
        (b64("correct horse"), "235 2.7.0"),
    ],
    "LOGIN with a name": [(f"AUTH LOGIN {b64('anna')}", "334 UGFz"), (b64("correct horse"), "235 2.7.0")],
    "an accent typed another way": [(f"AUTH PLAIN {plain('bo@x.example', 'pässword')}", "235 2.7.0")],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES)
def test_who_knows_the_password_may_send_and_the_mail_says_who_it_was(
    listener: dict[str, Any], dialogue: list[tuple[str, str]]
) -> None:
    async def story() -> None:
        async with serving(listener=listener) as server:
            peer = await server.connect()
            assert "250-AUTH PLAIN LOGIN" in await peer.greet()
            for line, reply in dialogue:
                assert (await peer.ask(line)).startswith(reply)
            assert "AUTH" not in await peer.ask("EHLO client")
            await _send(peer)
            assert server.kept[0].login in ("anna", "bo@x.example")

    run(story)


REFUSALS: dict[str, list[tuple[str, str]]] = {
    "a wrong password": [(WRONG, "535 5.7.8")],
    "an unknown user": [(f"AUTH PLAIN {plain('nobody', 'correct horse')}", "535 5.7.8")],
    "an empty password": [(f"AUTH PLAIN {plain('anna', '')}", "535 5.7.8")],
    "acting as another": [(f"AUTH PLAIN {plain('anna', 'correct horse', 'bo')}", "535 5.7.8")],
    "too few parts": [(f"AUTH PLAIN {b64('anna')}", "535 5.7.8")],
    "nothing": [("AUTH PLAIN =", "535 5.7.8")],
    "no base64": [("AUTH PLAIN !!!!", "501 5.5.2")],
    "half of base64": [("AUTH PLAIN YQ", "501 5.5.2")],
    "no UTF-8": [("AUTH PLAIN /////w==", "501 5.5.2")],
    "high octets": [("AUTH LOGIN", "334"), ("\udcff", "501 5.5.2")],
    "a star": [("AUTH PLAIN", "334"), ("*", "501 5.7.0")],
    "a star for the password": [("AUTH LOGIN", "334"), (b64("anna"), "334"), ("*", "501 5.7.0")],
    "too long": [("AUTH LOGIN", "334"), ("A" * 4000, "500 5.5.6")],
    "unknown mechanism": [("AUTH CRAM-MD5", "504 5.5.4")],
    "no mechanism": [("AUTH", "504 5.5.4")],
    "twice": [(GOOD, "235"), (GOOD, "503 5.5.1")],
    "during a mail": [(GOOD, "235"), ("MAIL FROM:<a@b.example>", "250"), (GOOD, "503 5.5.1")],
}


@pytest.mark.parametrize("dialogue", REFUSALS.values(), ids=REFUSALS)
def test_every_other_exchange_has_its_refusal(listener: dict[str, Any], dialogue: list[tuple[str, str]]) -> None:
    async def story() -> None:
        async with serving(listener=listener) as server:
            peer = await server.connect()
            await peer.greet()
            for line, reply in dialogue:
                assert (await peer.ask(line)).startswith(reply), line
            if dialogue[0][1] != "235":
                assert (await peer.ask("MAIL FROM:<a@example.com>")).startswith("530 5.7.0")
                assert (await peer.ask(GOOD)).startswith("235")

    run(story)


def test_auth_comes_after_hello(listener: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=listener) as server:
            peer = await server.connect()
            await peer.reply()
            assert (await peer.ask(GOOD)).startswith("503 5.5.1")

    run(story)


def test_a_line_without_end_in_place_of_a_password_ends_the_connection(listener: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=listener) as server:
            peer = await server.connect()
            await peer.greet()
            await peer.ask("AUTH LOGIN")
            peer.writer.write(b"A" * 300_000)
            await until(lambda: server.listeners.sessions == 0)

    run(story)


@pytest.mark.parametrize("first", ["starttls", "tls"])
def test_from_afar_passwords_travel_under_tls_only(
    pair: tuple[Path, Path], listener: dict[str, Any], first: str
) -> None:
    """On implicit TLS AUTH must work as well (aiosmtpd#274)."""
    far = listener | {"tls": first, "certificate": pair[0], "key": pair[1], "proxy": ["127.0.0.0/8"]}

    async def story() -> None:
        async with serving(listener=far) as server:
            peer = await server.connect(header("192.0.2.1"), trusting() if first == "tls" else None)
            offered = await peer.greet()
            if first == "starttls":
                assert "AUTH" not in offered
                assert (await peer.ask(GOOD)).startswith("538 5.7.11")
                assert (await peer.ask("MAIL FROM:<a@example.com>")).startswith("530 5.7.0")
                await peer.secure()
                offered = await peer.ask("EHLO client")
            assert "250-AUTH PLAIN LOGIN" in offered
            assert (await peer.ask(GOOD)).startswith("235")
            await _send(peer)
            assert (server.kept[0].login, server.kept[0].peer) == ("anna", "192.0.2.1")

    run(story)


def test_a_login_before_tls_counts_for_nothing_under_it(pair: tuple[Path, Path], listener: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=listener | {"tls": "starttls", "certificate": pair[0], "key": pair[1]}) as server:
            peer = await server.connect()
            await peer.greet()
            assert (await peer.ask(GOOD)).startswith("235")
            await peer.secure()
            assert (await peer.ask("MAIL FROM:<a@example.com>")).startswith("530 5.7.0")

    run(story)


def test_without_users_nobody_can_log_in_and_everybody_may_send() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            assert "AUTH" not in await peer.greet()
            assert (await peer.ask(GOOD)).startswith("502 5.5.1")
            assert (await peer.ask("MAIL FROM:<a@example.com>")).startswith("250")

    run(story)


# ---- those who guess -----------------------------------------------------------------------------


def test_three_wrong_passwords_end_the_connection(listener: dict[str, Any]) -> None:
    async def story() -> None:
        async with serving(listener=listener) as server:
            peer = await server.connect()
            await peer.greet()
            for _ in range(3):
                assert (await peer.ask(WRONG)).startswith("535")
            assert (await peer.rest()).startswith("421 4.7.0")

    run(story)


def test_a_client_that_guesses_on_is_locked_out_and_others_are_not(
    pair: tuple[Path, Path], listener: dict[str, Any]
) -> None:
    far = listener | {"tls": "tls", "certificate": pair[0], "key": pair[1], "proxy": ["127.0.0.0/8"]}

    async def story() -> None:
        async with serving(listener=far) as server:
            failed = 0
            while failed < MOST_FAILURES:
                peer = await server.connect(header("192.0.2.7"), trusting())
                await peer.greet()
                for _ in range(min(2, MOST_FAILURES - failed)):
                    assert (await peer.ask(WRONG)).startswith("535")
                    failed += 1
            for source, reply in (("192.0.2.7", "421 4.7.0"), ("192.0.2.8", "235")):
                peer = await server.connect(header(source), trusting())
                await peer.greet()
                assert (await peer.ask(GOOD)).startswith(reply)
                if reply.startswith("421"):
                    assert await peer.rest() == ""

    run(story)


def test_an_unknown_user_costs_as_much_as_a_known_one(users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[int, int, int]] = []

    def matches(self: Hash, password: str) -> bool:
        tried.append((self.ln, self.r, self.p))
        return False

    monkeypatch.setattr(Hash, "matches", matches)

    async def story() -> None:
        known = Users(users)
        for name in ("anna", "nobody", "", "bo@x.example"):
            assert not await known.knows(name, "x")
        known.close()

    run(story)
    assert tried == [(10, 8, 1)] * 4


def test_where_hashes_differ_in_cost_unknown_users_differ_likewise_each_always_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, dear = tmp_path / "users", replace(cheap_hash("x"), ln=11)
    file.write_text(f"anna:{cheap_hash('x')}\nbo:{dear}\n")
    tried: dict[str, set[int]] = {}
    monkeypatch.setattr(Hash, "matches", lambda self, password: bool(tried.setdefault(password, set()).add(self.ln)))

    async def story() -> None:
        known = Users(file)
        for name in [f"nobody{number}" for number in range(40)] * 2:
            assert not await known.knows(name, name)
        known.close()

    run(story)
    assert sorted({tuple(costs) for costs in tried.values()}) == [(10,), (11,)]


def test_nothing_of_a_login_is_logged(listener: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with serving(listener=listener) as server:
            peer = await server.connect()
            await peer.greet()
            for line in (WRONG, "AUTH LOGIN", b64("anna"), b64("battery"), "AUTH PLAIN secret!"):
                await peer.ask(line)
            await peer.ask(GOOD)

    with caplog.at_level(logging.DEBUG):
        run(story)
    for secret in ("anna", "battery", "secret", "horse", b64("anna"), plain("anna", "correct horse")):
        assert secret not in caplog.text


# ---- the file ------------------------------------------------------------------------------------


def test_a_change_of_the_file_counts_at_the_next_login(listener: dict[str, Any], users: Path) -> None:
    async def story() -> None:
        async with serving(listener=listener) as server:
            peer = await server.connect()
            await peer.greet()
            users.write_text(f"anna:{cheap_hash('something else')}\n")
            assert (await peer.ask(GOOD)).startswith("535")
            users.write_text(f"# back\nanna:{cheap_hash('correct horse')}\n")
            assert (await peer.ask(GOOD)).startswith("235")

    run(story)


def test_while_the_file_is_gone_nobody_logs_in_and_nobody_is_told_for_ever(
    listener: dict[str, Any], users: Path
) -> None:
    async def story() -> None:
        async with serving(listener=listener) as server:
            peer = await server.connect()
            await peer.greet()
            away = users.rename(users.with_suffix(".away"))
            for _ in range(5):
                assert (await peer.ask(GOOD)).startswith("454 4.7.0")
            away.rename(users)
            assert (await peer.ask(GOOD)).startswith("235")

    run(story)


BROKEN = ["anna", "anna:", "anna:plain text", ":x", "anna:$scrypt$ln=14,r=8,p=5$c2FsdHNhbHQ$x"]


def test_a_broken_line_is_named_by_its_number_and_harms_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "users"
    good = cheap_hash("correct horse")
    file.write_bytes("\n".join((*BROKEN, f"bo:{good}")).encode() + b"\n\xff\xfe:\x00\n")

    async def story() -> None:
        users = Users(file)
        assert await users.knows("bo", "correct horse")
        assert not await users.knows("anna", "plain text")
        users.close()

    with caplog.at_level(logging.WARNING):
        run(story)
    assert [f"line {number} " in caplog.text for number in range(1, 8)] == [True] * 5 + [False, True]
    assert "plain text" not in caplog.text


def test_a_file_that_is_not_there_at_the_start_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="make it with `maild password`"):
        Users(tmp_path / "users")


def test_hashing_holds_nobody_up_and_only_so_many_wait_for_it(
    listener: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    original: Callable[[Hash, str], bool] = Hash.matches

    def slow(self: Hash, password: str) -> bool:
        go_on.wait(10)
        return original(self, password)

    monkeypatch.setattr(users_module.Hash, "matches", slow)

    async def story() -> None:
        async with serving(listener=listener, idle=0.2) as server:
            waiting = [await server.connect() for _ in range(MOST_WAITING)]
            logins = []
            for peer in waiting:
                await peer.greet()
                logins.append(asyncio.create_task(peer.ask(GOOD)))
            known = server.listeners._openings[0].entrance.users
            assert known is not None
            await until(lambda: known._waiting == MOST_WAITING)
            other = await server.connect()
            await other.greet()
            assert (await other.ask("NOOP")).startswith("250")
            assert (await other.ask(GOOD)).startswith("454 4.7.0")
            # Longer than the idle time: the clients wait for us.
            assert (await other.rest()).startswith("421 4.4.2")
            assert not any(login.done() for login in logins)
            go_on.set()
            assert {(await login)[:3] for login in logins} == {"235"}

    run(story)
