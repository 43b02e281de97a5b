"""Bounds: size, memory, time, connections; and clients that vanish."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from smtp_peer import PATIENCE, run, serving, until

from maild.errors import StoreFull, StoreUnavailable
from maild.ingest.group import GroupCommit
from maild.ingest.smtp_data import ROOM, Budget
from maild.model import ReceivedMail

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


def test_a_slow_but_honest_sender_is_served() -> None:
    async def story() -> None:
        async with serving(idle=0.4) as server:
            peer = await server.connect()
            await peer.begin()
            loop = asyncio.get_running_loop()
            end = loop.time() + 1.5
            while loop.time() < end:
                await peer.send(b"a line every now and then, nothing more than that\r\n")
                await asyncio.sleep(0.05)
            await peer.send(b".\r\n")
            assert (await peer.reply()).startswith("250")

    run(story)


@pytest.mark.parametrize("begin", [False, True], ids=["between commands", "inside a mail"])
def test_a_client_that_says_nothing_is_sent_away(begin: bool) -> None:
    async def story() -> None:
        async with serving(idle=0.2) as server:
            peer = await server.connect()
            await (peer.begin() if begin else peer.greet())
            assert (await peer.rest()).startswith("421 4.4.2")
            assert server.kept == []

    run(story)


@pytest.mark.parametrize("begin", [False, True], ids=["between commands", "inside a mail"])
def test_a_client_that_drips_is_sent_away(begin: bool) -> None:
    async def story() -> None:
        async with serving(idle=0.3) as server:
            peer = await server.connect()
            await (peer.begin() if begin else peer.greet())
            said = asyncio.create_task(peer.rest())
            while not said.done():
                peer.writer.write(b"x")
                await asyncio.sleep(0.05)
            assert said.result().startswith("421 4.4.2")

    run(story)


def test_a_slow_commit_is_no_reason_to_send_the_client_away() -> None:
    async def story() -> None:
        async with serving(idle=0.1) as server:
            peer = await server.connect()
            await peer.begin()

            async def slow(mail: ReceivedMail) -> None:
                await asyncio.sleep(0.5)
                await server.keep(mail)

            server.accept = slow
            assert (await peer.ask("\r\nHi\r\n.")).startswith("250")

    run(story)


def test_a_client_that_does_not_read_its_replies_is_cut() -> None:
    async def story() -> None:
        async with serving(idle=0.5) as server:
            peer = await server.connect()
            await peer.greet()
            peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
            peer.writer.write((b"VRFY x\r\n" * 50 + b"MAIL FROM:<a@b.example>\r\nRSET\r\n") * 2000)
            await until(lambda: server.listeners.sessions == 0)

    run(story)


def test_one_connection_too_many_is_asked_to_come_again() -> None:
    async def story() -> None:
        async with serving(connections=3) as server:
            peers = [await server.connect() for _ in range(4)]
            assert [(await peer.reply())[:3] for peer in peers] == ["220", "220", "220", "421"]
            assert await peers[3].rest() == ""
            peers[0].leave()
            await until(lambda: server.listeners.sessions == 2)
            assert (await (await server.connect()).reply()).startswith("220")

    run(story)


FAULTS = [
    (StoreFull(), "452 4.3.1"),
    (StoreUnavailable(), "451 4.3.0"),
    (ValueError("a bug"), "451 4.3.0"),
    (RecursionError(), "451 4.3.0"),
]


@pytest.mark.parametrize(("fault", "reply"), FAULTS, ids=[type(fault).__name__ for fault, _ in FAULTS])
def test_no_fault_of_ours_is_ever_a_permanent_refusal(fault: Exception, reply: str) -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.begin()

            async def fail(mail: ReceivedMail) -> None:
                raise fault

            server.accept = fail
            assert (await peer.ask("\r\nHi\r\n.")).startswith(reply)
            server.accept = server.keep
            assert (await peer.ask("MAIL FROM:<again@example.com>")).startswith("250")
            await peer.ask("RCPT TO:<help@desk.example>")
            await peer.ask("DATA")
            assert (await peer.ask("\r\nagain\r\n.")).startswith("250")
            assert [mail.raw for mail in server.kept] == [b"\r\nagain\r\n"]

    run(story)


STEPS = [
    b"",
    b"EHLO x\r\n",
    b"EHLO x\r\nMAIL FR",
    b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\n",
    b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n",
    b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n\r\nhalf",
    b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n\r\nhalf\r\n.\r",
]


@pytest.mark.parametrize("cut", [True, False], ids=["reset", "closed"])
@pytest.mark.parametrize("sent", STEPS, ids=range(len(STEPS)))
def test_a_client_that_vanishes_before_the_dot_leaves_nothing(sent: bytes, cut: bool) -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.reply()
            await peer.send(sent)
            await peer.replies(sent.count(b"\r\n") if b"half" not in sent else 4)
            peer.leave() if cut else peer.writer.close()
            await until(lambda: server.listeners.sessions == 0)
            assert server.kept == []
            assert server.listeners._intake.budget.free == 64 * MEBIBYTE

    run(story)


def test_a_client_that_vanishes_during_the_commit_cancels_nothing() -> None:
    async def story() -> None:
        async with serving() as server:
            stored: list[ReceivedMail] = []
            group = GroupCommit(stored.extend)
            reached, go_on = asyncio.Event(), asyncio.Event()

            async def held(mail: ReceivedMail) -> None:
                reached.set()
                await go_on.wait()
                await group.accept(mail)

            server.accept = held
            peer = await server.connect()
            await peer.begin()
            await peer.send(b"\r\nHi\r\n.\r\n")
            await reached.wait()
            peer.leave()
            await asyncio.sleep(0.05)
            go_on.set()
            await until(lambda: server.listeners.sessions == 0)
            assert [mail.raw for mail in stored] == [b"\r\nHi\r\n"]
            await group.close()

    run(story)


EXHAUSTED = """
    import asyncio, resource, socket, sys, time
    from datetime import UTC, datetime
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    from maild.ingest.smtp import start_listeners
    from maild.settings import Limits, Listener, Settings

    async def main() -> None:
        async def keep(mail: object) -> None: ...
        settings = Settings(smtp=(Listener(),), lmtp=())
        listeners = await start_listeners(settings, keep, lambda address: True)
        print(listeners.addresses[0].port, flush=True)
        while True:
            await asyncio.sleep(0.2)

    asyncio.run(main())
"""


def test_without_file_descriptors_the_listener_neither_spins_nor_dies() -> None:
    root = Path(__file__).parents[2]
    server = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(EXHAUSTED)], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())

        async def story() -> None:
            flood = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
            process = psutil.Process(server.pid)
            await asyncio.sleep(0.3)
            before = sum(process.cpu_times()[:2])
            await asyncio.sleep(1.5)
            assert sum(process.cpu_times()[:2]) - before < 0.75
            for _, writer in flood:
                writer.transport.abort()
            async with asyncio.timeout(PATIENCE):
                greeting = b""
                while not greeting.startswith(b"220"):
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    greeting = await reader.readline()
                    writer.close()
                    await asyncio.sleep(0.05)

        run(story)
    finally:
        server.kill()
        server.communicate()
