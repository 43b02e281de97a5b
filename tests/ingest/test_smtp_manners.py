"""How a session bears with its client, and what it keeps to itself."""

from __future__ import annotations

import asyncio
import logging

import pytest
from smtp_peer import Peer, run, serving

from maild.ingest.smtp.session import MOST_COMMANDS, MOST_ERRORS, MOST_GUESSES


async def _until_sent_away(peer: Peer, line: str, most: int) -> tuple[int, str]:
    said = ""
    for number in range(most):
        said = await peer.ask(line)
        if said.startswith("421"):
            return number, said
    return most, said


def test_a_client_that_only_chatters_is_sent_away() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            count, said = await _until_sent_away(peer, "NOOP", MOST_COMMANDS + 10)
            assert (count, said[:9]) == (MOST_COMMANDS - 1, "421 4.7.0")
            assert await peer.rest() == ""

    run(story)


@pytest.mark.parametrize("line", ["GET / HTTP/1.1", "DATA", "MAIL", "x" * 3000])
def test_a_client_that_speaks_another_language_is_sent_away(line: str) -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            count, _ = await _until_sent_away(peer, line, MOST_ERRORS + 10)
            assert count == MOST_ERRORS

    run(story)


def test_a_client_that_guesses_recipients_is_sent_away_and_learns_no_more_than_one_mail_may_name() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            await peer.ask("MAIL FROM:<a@example.com>")
            said = [await peer.ask(f"RCPT TO:<nobody{number}@desk.example>") for number in range(MOST_GUESSES)]
            assert [reply[:9] for reply in said] == ["550 5.1.1"] * (MOST_GUESSES - 1) + ["421 4.7.0"]
            assert await peer.rest() == ""

    run(story)


def test_unknown_recipients_of_mails_that_arrive_are_forgiven() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            for _ in range(3):
                await peer.ask("MAIL FROM:<a@example.com>")
                for _ in range(MOST_GUESSES - 10):
                    assert (await peer.ask("RCPT TO:<nobody@desk.example>")).startswith("550")
                await peer.ask("RCPT TO:<help@desk.example>")
                await peer.ask("DATA")
                assert (await peer.ask("\r\nHi\r\n.")).startswith("250")

    run(story)


def test_a_client_may_bring_any_number_of_mails_over_one_connection() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            for _ in range(MOST_COMMANDS // 2 + 20):
                await peer.send(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n")
                await peer.replies(3)
                assert (await peer.ask("\r\nHi\r\n.")).startswith("250")

    run(story)


def test_nothing_a_client_sends_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.begin("secret-recipient@desk.example")

            async def fail(_: object) -> None:
                raise ValueError("row with secret-content")

            server.accept = fail
            assert (await peer.ask("Subject: secret-subject\r\n\r\nsecret-content\r\n.")).startswith("451")
            await peer.ask("secret-command")

    with caplog.at_level(logging.INFO):
        run(story)
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text
    assert "anna" not in caplog.text


def test_a_question_to_the_store_that_fails_is_no_unknown_recipient() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            await peer.ask("MAIL FROM:<a@example.com>")

            def down(address: str) -> bool:
                raise ConnectionError

            server.listeners._intake.accepts = down
            assert (await peer.ask("RCPT TO:<help@desk.example>")).startswith("451 4.3.0")

    run(story)


def test_a_client_that_has_shut_its_sending_side_still_gets_its_answer() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.begin()
            await peer.send(b"\r\nHi\r\n.\r\n")
            peer.writer.write_eof()
            assert await peer.rest() == "250 2.0.0 kept\r\n"
            assert len(server.kept) == 1
            await asyncio.sleep(0)

    run(story)
