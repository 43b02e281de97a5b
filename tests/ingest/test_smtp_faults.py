"""Our faults and vanished clients: nothing is refused for ever, nothing half kept."""

from __future__ import annotations

import asyncio

import pytest
from smtp_peer import run, serving, until

from maild.errors import StoreFull, StoreUnavailable
from maild.ingest.group import GroupCommit
from maild.model import ReceivedMail

MEBIBYTE = 1 << 20


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
