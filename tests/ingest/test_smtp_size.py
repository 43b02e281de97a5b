"""Size and memory: what is too big, and what is too much at one time."""

from __future__ import annotations

import asyncio

import psutil
import pytest
from smtp_peer import run, serving, until

from maild.ingest.smtp.data import ROOM, Budget

MEBIBYTE = 1 << 20


def test_a_mail_of_exactly_the_limit_is_kept_and_one_octet_more_is_not() -> None:
    async def story() -> None:
        async with serving(message_size=5000) as server:
            peer = await server.connect()
            await peer.begin(options=" SIZE=5000")
            await peer.send(b".." + b"x" * 4997 + b"\r\n.\r\n")
            assert (await peer.reply()).startswith("250")
            await peer.ask("MAIL FROM:<a@example.com>")
            await peer.ask("RCPT TO:<help@desk.example>")
            await peer.ask("DATA")
            await peer.send(b"x" * 4999 + b"\r\n.\r\nNOOP\r\n")
            assert [reply[:9] for reply in await peer.replies(2)] == ["552 5.3.4", "250 2.0.0"]
            assert [len(mail.raw) for mail in server.kept] == [5000]

    run(story)


def test_a_mail_over_the_limit_is_refused_after_its_dot_and_the_next_one_is_kept() -> None:
    async def story() -> None:
        async with serving(message_size=MEBIBYTE) as server:
            peer = await server.connect()
            await peer.begin()
            await peer.send(b"x" * (MEBIBYTE + MEBIBYTE // 8) + b"\r\n.\r\n")
            assert (await peer.reply()).startswith("552 5.3.4")
            await peer.ask("MAIL FROM:<a@example.com>")
            await peer.ask("RCPT TO:<help@desk.example>")
            await peer.ask("DATA")
            assert (await peer.ask("\r\nsmall\r\n.")).startswith("250")
            assert [mail.raw for mail in server.kept] == [b"\r\nsmall\r\n"]

    run(story)


def test_200_megabytes_without_a_line_end_take_no_memory_and_end_the_connection() -> None:
    limit = 4 * MEBIBYTE

    async def story() -> None:
        async with serving(message_size=limit) as server:
            peer = await server.connect()
            await peer.begin()
            process = psutil.Process()
            before = most = process.memory_info().rss
            piece, sent = b"x" * 65536, 0
            try:
                while sent < 200 * MEBIBYTE:
                    await peer.send(piece)
                    sent += len(piece)
                    most = max(most, process.memory_info().rss)
            except ConnectionError:
                pass
            assert sent < 2 * limit + 8 * MEBIBYTE
            assert most - before <= 2 * limit
            await until(lambda: server.listeners.sessions == 0)
            assert server.kept == []

    run(story)


def test_an_endless_command_is_refused_and_the_connection_closed() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            peer.writer.write(b"NOOP " + b"x" * 300_000)
            await until(lambda: server.listeners.sessions == 0)

    run(story)


def test_a_declared_size_for_which_there_is_no_room_gets_452_before_anything_is_sent() -> None:
    async def story() -> None:
        async with serving(in_flight=200_000) as server:
            first, second = await server.connect(), await server.connect()
            await second.greet()
            assert (await second.ask("MAIL FROM:<b@example.com> SIZE=100000")).startswith("250")
            assert (await second.ask("RCPT TO:<help@desk.example>")).startswith("250")
            await first.begin(options=" SIZE=150000")
            assert (await second.ask("DATA")).startswith("452 4.3.1")
            await second.ask("RSET")
            assert (await second.ask("MAIL FROM:<b@example.com> SIZE=100000")).startswith("452 4.3.1")
            assert (await second.ask("MAIL FROM:<b@example.com> SIZE=1000")).startswith("250")
            first.leave()
            await until(lambda: server.listeners.sessions == 1)
            await second.ask("RSET")
            assert (await second.ask("MAIL FROM:<b@example.com> SIZE=100000")).startswith("250")

    run(story)


def test_a_mail_that_outgrows_the_room_gets_452_after_its_dot() -> None:
    async def story() -> None:
        async with serving(in_flight=300_000) as server:
            peer = await server.connect()
            await peer.begin()
            await peer.send(b"x" * 400_000 + b"\r\n.\r\nNOOP\r\n")
            assert [reply[:9] for reply in await peer.replies(2)] == ["452 4.3.1", "250 2.0.0"]
            assert server.kept == []

    run(story)


@pytest.mark.parametrize(("in_flight", "message_size"), [(300_000, 200_000), (9_000_000, 300_000)])
def test_a_mail_that_is_refused_keeps_no_room_from_others_while_its_sender_sends_on(
    in_flight: int, message_size: int
) -> None:
    async def story() -> None:
        async with serving(in_flight=in_flight, message_size=message_size) as server:
            first, second = await server.connect(), await server.connect()
            budget = server.listeners._intake.budget
            if in_flight < 2 * message_size:
                await second.begin(options=" SIZE=150000")
            await first.begin()
            free = budget.free
            await first.send(b"x" * (message_size + ROOM + 10_000))
            await until(lambda: budget.free == free + ROOM)
            await first.send(b"\r\n.\r\n")
            assert (await first.reply())[:3] in ("452", "552")

    run(story)


def test_while_there_is_no_room_a_mail_that_makes_no_progress_must_give_its_up() -> None:
    async def story() -> None:
        async with serving(in_flight=200_000, idle=20) as server:
            silent, idle, other = [await server.connect() for _ in range(3)]
            await silent.begin(options=" SIZE=150000")
            await idle.greet()
            await other.greet()
            assert (await other.ask("MAIL FROM:<b@example.com> SIZE=100000")).startswith("452 4.3.1")
            # A tenth of the idle time goes by, and the second until the next look.
            for session in server.listeners._intake.live:
                session._since -= 2.5
            server.listeners._intake._weighed -= 1
            assert (await other.ask("MAIL FROM:<b@example.com> SIZE=100000")).startswith("452 4.3.1")
            assert (await silent.rest()).startswith("421 4.4.2")
            await until(lambda: server.listeners.sessions == 2)
            assert (await other.ask("MAIL FROM:<b@example.com> SIZE=100000")).startswith("250")
            assert (await idle.ask("NOOP")).startswith("250")

    run(story)


def test_what_mails_take_of_the_budget_is_given_back() -> None:
    budget = Budget(3 * ROOM)
    first, second = budget.share(0), budget.share(2 * ROOM)
    assert first is not None
    assert second is not None
    assert budget.share(1) is None
    assert not first.covers(ROOM + 1)
    second.give_back()
    second.give_back()
    assert first.covers(2 * ROOM)
    first.give_back()
    assert budget.free == 3 * ROOM


def test_the_budget_is_whole_again_after_every_kind_of_end() -> None:
    async def story() -> None:
        async with serving(message_size=ROOM, in_flight=4 * ROOM) as server:
            for content in (b"\r\nHi\r\n.\r\n", b"x" * 3 * ROOM, b"half"):
                peer = await server.connect()
                await peer.begin()
                peer.writer.write(content)
                await asyncio.sleep(0)
                peer.writer.write_eof()
                await peer.rest()
            await until(lambda: server.listeners.sessions == 0)
            assert server.listeners._intake.budget.free == 4 * ROOM

    run(story)
