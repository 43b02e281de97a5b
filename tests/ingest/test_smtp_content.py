"""The content of a mail: where it ends, and that every byte of it is kept."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smtp_peer import run, serving

from maild.ingest.lmtp_client import stuffed
from maild.ingest.smtp.data import Budget, receive

SMUGGLED = b"MAIL FROM:<evil@example.com>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n\r\nsmuggled"
FALSE_ENDS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r\n.\r",
    b"\r.\r\n",
    b"\n.\r",
    b"\r\n\x00.\r\n",
    b"\r\n.\x00\r\n",
    b"\r\x00\n.\r\n",
    b"\r\n . \r\n",
    b"\r\r\n.\n\r\n",
]


@pytest.mark.parametrize("false_end", FALSE_ENDS, ids=[repr(end) for end in FALSE_ENDS])
def test_a_second_mail_cannot_be_smuggled_in(false_end: bytes) -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.begin()
            content = b"Subject: x\r\n\r\nfirst" + false_end + SMUGGLED + b"\r\n"
            await peer.send(content + b".\r\nNOOP\r\n")
            assert [reply[:9] for reply in await peer.replies(2)] == ["250 2.0.0", "250 2.0.0"]
            # What stays of a false end is what its sender meant as a dot of the text.
            assert [mail.raw for mail in server.kept] == [content]

    run(story)


def test_only_crlf_dot_crlf_ends_a_mail() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.begin()
            await peer.send(b"\r\none\r\n.\r\nMAIL FROM:<b@example.com>\r\n")
            assert [reply[:9] for reply in await peer.replies(2)] == ["250 2.0.0", "250 2.1.0"]

    run(story)


BODIES = {
    "empty": b"",
    "an empty line": b"\r\n",
    "a dot": b".\r\n",
    "dots": b"..\r\n...\r\n.x\r\n",
    "bare line ends": b"a\nb\rc\r\r\n\n\r\n",
    "NUL and high bytes": b"\x00\xff\x80\r\n",
    "a line of 70 000": b"x" * 70_000 + b"\r\n",
    "a line of a million": b"x" * 1_000_000 + b"\r\n",
    "a dot where pieces meet": b"x" * (64 * 1024 - 4) + b"\r\n.\r\n" + b"y" * (64 * 1024 - 3) + b"\r\n..\r\n",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_arrives_as_it_was_sent(body: bytes) -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.begin()
            await peer.send(stuffed(body))
            assert (await peer.reply()).startswith("250")
            assert [mail.raw for mail in server.kept] == [body]

    run(story)


def test_a_mail_arrives_whole_however_it_is_cut_on_the_way() -> None:
    body = b"Subject: x\r\n\r\n.\r\nend\r\n"

    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.begin()
            for byte in stuffed(body):
                await peer.send(bytes([byte]))
                await asyncio.sleep(0)
            assert (await peer.reply()).startswith("250")
            assert [mail.raw for mail in server.kept] == [body]

    run(story)


LINE_PARTS = st.sampled_from([b"\r\n", b".", b"\r", b"\n", b"a", b"..", b"\x00", b"\r\n.", b"\r\n..", b"x" * 70])


async def _received(wire: bytes, cuts: list[int], limit: int) -> tuple[bytes | str, bytes]:
    reader = asyncio.StreamReader(limit=limit)
    share = Budget(1 << 20).share(0)
    assert share is not None
    receiving = asyncio.create_task(receive(reader, 1 << 20, share))
    begin = 0
    for cut in sorted(cut % (len(wire) + 1) for cut in cuts):
        await asyncio.sleep(0)
        reader.feed_data(wire[begin:cut])
        begin = cut
    reader.feed_data(wire[begin:])
    content = await asyncio.wait_for(receiving, 5)
    reader.feed_eof()
    return content, await reader.read()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(LINE_PARTS | st.binary(max_size=20), max_size=40).map(b"".join),
    st.lists(st.integers(0, 10_000), max_size=6),
    st.sampled_from([8, 16, 64, 1 << 16]),
)
def test_any_body_survives_dot_stuffing_in_any_pieces(body: bytes, cuts: list[int], limit: int) -> None:
    content, left = asyncio.run(_received(stuffed(body) + b"NOOP\r\n", cuts, limit))
    missing = b"" if not body or body.endswith(b"\r\n") else b"\r\n"
    assert content == body + missing
    assert left == b"NOOP\r\n"
