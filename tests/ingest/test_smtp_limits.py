"""Bounds of time and number: idle, dripping and deaf clients, connections, file descriptors."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from smtp_peer import PATIENCE, run, serving, until

from maild.model import ReceivedMail

MEBIBYTE = 1 << 20


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


def test_where_no_speed_is_asked_for_a_drip_is_progress() -> None:
    async def story() -> None:
        async with serving(idle=0.3, slowest=0) as server:
            peer = await server.connect()
            await peer.begin()
            for _ in range(12):
                await peer.send(b"x")
                await asyncio.sleep(0.05)
            await peer.send(b"\r\n.\r\n")
            assert (await peer.reply()).startswith("250")

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


@pytest.mark.parametrize("begin", [False, True], ids=["idle", "dripping"])
def test_while_all_places_are_taken_those_who_hold_one_up_for_nothing_go(begin: bool) -> None:
    async def story() -> None:
        async with serving(connections=3, idle=20, slowest=500) as server:
            slack, fast, busy = [await server.connect() for _ in range(3)]
            await (slack.begin() if begin else slack.greet())
            await fast.begin()
            reached, go_on = asyncio.Event(), asyncio.Event()

            async def held(mail: ReceivedMail) -> None:
                reached.set()
                await go_on.wait()

            server.accept = held
            await busy.begin()
            await busy.send(b"\r\nHi\r\n.\r\n")
            await reached.wait()
            # A tenth of the idle time goes by, in which one of them brings content and one waits for us.
            for session in server.listeners._intake.live:
                session._since -= 2.5
            await fast.send(b"x" * 5000 + b"\r\n")
            await until(lambda: any(session._moved >= 5000 for session in server.listeners._intake.live))
            waiting = [await server.connect() for _ in range(2)]
            assert (await slack.rest()).startswith("421 4.4.2")
            assert [(await peer.reply())[:9] for peer in waiting] == ["220 mx.de", "421 4.3.2"]
            go_on.set()
            assert (await busy.reply()).startswith("250")
            await fast.send(b".\r\n")
            assert (await fast.reply()).startswith("250")

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


EXHAUSTED = """
    import asyncio, logging, os, resource, sys
    logging.basicConfig(format="LOG %(message)s")
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    from maild.ingest.smtp import start_listeners
    from maild.settings import Limits, Listener, Settings

    async def main() -> None:
        async def keep(mail: object) -> None: ...
        settings = Settings(smtp=(Listener(),), lmtp=())
        listeners = await start_listeners(settings, keep, lambda address: True)
        taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(int(sys.argv[1]))]
        print(listeners.addresses[0].port, flush=True)
        while True:
            await asyncio.sleep(0.2)

    asyncio.run(main())
"""


@pytest.mark.parametrize("taken", [0, 45], ids=["by connections", "by others"])
def test_without_file_descriptors_the_listener_neither_spins_nor_floods_the_log_nor_dies(
    taken: int, tmp_path: Path
) -> None:
    root, log = Path(__file__).parents[2], tmp_path / "log"
    with log.open("wb") as errors:
        server = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(EXHAUSTED), str(taken)],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=errors,
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
        told = log.read_text()
        assert told.count("LOG cannot accept connections for now") == told.count("\n") == (1 if taken else 0)
    finally:
        server.kill()
        server.communicate()
