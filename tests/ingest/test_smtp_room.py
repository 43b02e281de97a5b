"""Before a mail is taken: is there room for it, and a database that would keep it?"""

from __future__ import annotations

import pytest
from smtp_peer import Peer, run, serving

REPLIES = ["452 4.3.1 not enough disk space, try again later", "451 4.3.0 the database is away, try again later"]


@pytest.mark.parametrize("reply", REPLIES)
def test_a_mail_is_refused_for_now_at_mail_and_again_at_data(reply: str) -> None:
    room = [""]

    async def story() -> None:
        async with serving(room=lambda: room[0]) as server:
            peer = await server.connect()
            await peer.greet()
            room[0] = reply
            assert await peer.ask("MAIL FROM:<a@example.com>") == reply
            assert (await peer.ask("RCPT TO:<help@desk.example>")).startswith("503")
            room[0] = ""
            await _to_recipient(peer)
            room[0] = reply
            assert await peer.ask("DATA") == reply
            room[0] = ""
            assert (await peer.ask("DATA")).startswith("354")
            # What has begun to come is for the store to keep or refuse.
            room[0] = reply
            assert (await peer.ask("\r\nHi\r\n.")).startswith("250")

    run(story)


def test_lmtp_says_so_once_before_the_content_whatever_the_number_of_recipients() -> None:
    room = [""]

    async def story() -> None:
        async with serving("lmtp", room=lambda: room[0]) as server:
            peer = await server.connect()
            await peer.greet("LHLO client")
            await _to_recipient(peer)
            await peer.ask("RCPT TO:<sales@desk.example>")
            room[0] = REPLIES[0]
            assert await peer.ask("DATA") == REPLIES[0]
            assert (await peer.ask("NOOP")).startswith("250 2.0.0")

    run(story)


def test_a_question_for_room_that_fails_is_our_fault_and_not_the_mails() -> None:
    def broken() -> str:
        raise OSError("disk")

    async def story() -> None:
        async with serving(room=broken) as server:
            peer = await server.connect()
            await peer.greet()
            assert (await peer.ask("MAIL FROM:<a@example.com>")).startswith("451 4.3.0")

    run(story)


async def _to_recipient(peer: Peer) -> None:
    assert (await peer.ask("MAIL FROM:<a@example.com>")).startswith("250")
    assert (await peer.ask("RCPT TO:<help@desk.example>")).startswith("250")
