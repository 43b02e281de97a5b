"""LMTP: one reply per accepted recipient after the final dot, whatever becomes of the mail (RFC 2033 4.2)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from smtp_peer import PATIENCE, run, serving

from maild.errors import SourceUnavailable, StoreFull, StoreUnavailable
from maild.ingest.lmtp_client import Answer, deliver, stuffed, with_crlf
from maild.model import ReceivedMail, Source

KILOBYTE = 1024
ENDS = {
    "kept": (None, b"\r\nHi\r\n", "250 2.0.0"),
    "too big": (None, b"x" * 4096 + b"\r\n", "552 5.3.4"),
    "far too big": (None, b"x" * 400_000, "552 5.3.4"),
    "full": (StoreFull(), b"\r\nHi\r\n", "452 4.3.1"),
    "away": (StoreUnavailable(), b"\r\nHi\r\n", "451 4.3.0"),
    "a bug": (KeyError("x"), b"\r\nHi\r\n", "451 4.3.0"),
}


@pytest.mark.parametrize("count", [1, 2, 50])
@pytest.mark.parametrize(("fault", "content", "reply"), ENDS.values(), ids=ENDS)
def test_each_accepted_recipient_gets_one_reply(
    fault: Exception | None, content: bytes, reply: str, count: int
) -> None:
    async def story() -> None:
        async with serving("lmtp", message_size=2 * KILOBYTE) as server:
            peer = await server.connect()

            async def fail(mail: ReceivedMail) -> None:
                if fault is not None:
                    raise fault
                await server.keep(mail)

            server.accept = fail
            # Half of them are the same mailbox: replies are counted by RCPT, not by recipient.
            await peer.begin(*(f"r{n // 2}@desk.example" for n in range(count)), hello="LHLO mta")
            await peer.send(content + b"\r\n.\r\n")
            assert [line[:9] for line in await peer.replies(count)] == [reply] * count

    run(story)


def test_no_reply_too_many_is_sent() -> None:
    async def story() -> None:
        async with serving("lmtp") as server:
            peer = await server.connect()
            assert "250-SIZE" in await peer.greet("LHLO mta")
            await peer.ask("MAIL FROM:<>")
            said = [await peer.ask(f"RCPT TO:<{name}@desk.example>") for name in ("help", "nobody", "HELP", "sales")]
            assert [reply[:9] for reply in said] == ["250 2.1.5", "550 5.1.1", "250 2.1.5", "250 2.1.5"]
            await peer.ask("DATA")
            await peer.send(b"\r\nHi\r\n.\r\nNOOP\r\nRSET\r\n")
            assert [reply[:9] for reply in await peer.replies(5)] == ["250 2.0.0"] * 5
            (mail,) = server.kept
            assert (mail.source, mail.mail_from) == (Source.LMTP, "")
            assert mail.recipients == ("help@desk.example", "sales@desk.example")

    run(story)


@pytest.mark.parametrize(("line", "reply"), [("HELO x", "502 5.5.1"), ("EHLO x", "502 5.5.1"), ("LHLO", "501 5.5.4")])
def test_lmtp_is_greeted_with_lhlo_only(line: str, reply: str) -> None:
    async def story() -> None:
        async with serving("lmtp") as server:
            peer = await server.connect()
            assert " LMTP " in await peer.reply()
            assert (await peer.ask(line)).startswith(reply)

    run(story)


def test_a_mail_without_accepted_recipients_is_not_begun() -> None:
    async def story() -> None:
        async with serving("lmtp") as server:
            peer = await server.connect()
            await peer.greet("LHLO mta")
            await peer.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<nobody@desk.example>\r\nDATA\r\n")
            assert [reply[:3] for reply in await peer.replies(3)] == ["250", "550", "503"]

    run(story)


def test_a_mail_without_room_gets_one_reply_at_data_for_there_was_no_dot() -> None:
    async def story() -> None:
        async with serving("lmtp", in_flight=100_000) as server:
            first, second = await server.connect(), await server.connect()
            await second.greet("LHLO mta")
            await second.ask("MAIL FROM:<a@b.example> SIZE=90000")
            for name in ("help", "sales"):
                await second.ask(f"RCPT TO:<{name}@desk.example>")
            await first.begin(hello="LHLO mta", options=" SIZE=50000")
            await second.send(b"DATA\r\nRSET\r\n")
            assert [reply[:9] for reply in await second.replies(2)] == ["452 4.3.1", "250 2.0.0"]

    run(story)


# ---- the client -------------------------------------------------------------------------------------


def test_our_client_hears_of_every_recipient(tmp_path: Path) -> None:
    path = tmp_path / "l"

    async def story() -> None:
        async with serving("lmtp", path) as server:
            recipients = ["help@desk.example", "nobody@desk.example", "sales@desk.example"]
            answers = await asyncio.to_thread(deliver, path, "", recipients, b"Subject: x\n\n.\nFrom\n", PATIENCE)
            assert [(answer.recipient, answer.code, answer.kept) for answer in answers] == [
                ("help@desk.example", 250, True),
                ("nobody@desk.example", 550, False),
                ("sales@desk.example", 250, True),
            ]
            (mail,) = server.kept
            assert mail.raw == b"Subject: x\r\n\r\n.\r\nFrom\r\n"
            assert (mail.recipients, mail.peer) == (("help@desk.example", "sales@desk.example"), "unix")

    run(story)


def test_our_client_hears_of_faults_over_tcp_too() -> None:
    async def story() -> None:
        async with serving("lmtp") as server:

            async def full(mail: ReceivedMail) -> None:
                raise StoreFull

            server.accept = full
            place = ("127.0.0.1", server.port)
            recipients = [f"r{n}@desk.example" for n in range(50)]
            answers = await asyncio.to_thread(deliver, place, "a@b.example", recipients, b"\r\nHi", PATIENCE)
            assert [answer.code for answer in answers] == [452] * 50
            assert {answer.text[:5] for answer in answers} == {"4.3.1"}

    run(story)


def test_our_client_sends_no_command_that_hides_in_an_address() -> None:
    async def story() -> None:
        async with serving("lmtp") as server:
            place = ("127.0.0.1", server.port)
            evil = "a@b.example>\r\nRCPT TO:<help@desk.example"
            for sender, recipient in (
                (evil, "help@desk.example"),
                ("", evil),
                ("\udcff@b.example", "help@desk.example"),
            ):
                answers = await asyncio.to_thread(deliver, place, sender, [recipient], b"", PATIENCE)
                assert [answer.code for answer in answers] == [501]
            assert server.kept == []

    run(story)


async def _scripted(script: list[bytes], recipients: list[str]) -> tuple[Answer, ...]:
    """What `deliver` makes of a server that says `script`, one piece per thing it reads, and then goes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            for piece in script:
                writer.write(piece)
                if b"354" in piece:
                    await reader.readuntil(b"\r\n.\r\n")
                elif piece.endswith(b"\n"):
                    await reader.readuntil(b"\n")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        gone.set()

    gone = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        return await asyncio.to_thread(deliver, ("127.0.0.1", port), "", recipients, b"\r\nHi\r\n", 2)
    finally:
        server.close()
        await asyncio.wait_for(gone.wait(), PATIENCE)


def test_a_server_that_goes_after_the_dot_leaves_the_rest_to_be_tried_again() -> None:
    script = [
        b"220 x\r\n",
        b"250-x\r\n250 y\r\n",
        b"250 a\r\n",
        b"250 b\r\n",
        b"250 c\r\n",
        b"354 go\r\n",
        b"250 yes\r\n25",
    ]
    answers = run(lambda: _scripted(script, ["one", "two"]))
    assert [(answer.code, answer.text[:5]) for answer in answers] == [(250, "yes"), (451, "4.4.2")]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ([b"421 busy\r\n"], 421),
        ([b"220 x\r\n", b"500 no\r\n"], 500),
        ([b"220 x\r\n", b"250 x\r\n", b"452 full\r\n"], 452),
        ([b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"452 full\r\n"], 452),
    ],
    ids=["greeting", "LHLO", "MAIL", "DATA"],
)
def test_a_refusal_before_the_dot_holds_for_all_recipients(script: list[bytes], code: int) -> None:
    answers = run(lambda: _scripted([*script, b""], ["one", "two"]))
    assert [answer.code for answer in answers] == [code, code]


OPENED = [b"220 x\r\n", b"250 x\r\n", b"250 x\r\n"]
ODD = {
    "greeting": [b"250 x\r\n"],
    "MAIL": [b"220 x\r\n", b"250 x\r\n", b"251 x\r\n"],
    "DATA": [*OPENED, b"250 a\r\n", b"250 b\r\n", b"250 kept\r\n"],
}


@pytest.mark.parametrize("script", ODD.values(), ids=ODD)
def test_no_yes_in_the_wrong_place_makes_a_mail_kept(script: list[bytes]) -> None:
    answers = run(lambda: _scripted([*script, b""], ["one", "two"]))
    assert [answer.code for answer in answers] == [451, 451]


def test_a_recipient_who_is_taken_to_be_forwarded_waits_for_the_final_reply() -> None:
    script = [*OPENED, b"251 will forward\r\n", b"250 b\r\n", b"354 go\r\n", b"452 full\r\n250 kept\r\n"]
    answers = run(lambda: _scripted(script, ["one", "two"]))
    assert [(answer.recipient, answer.code) for answer in answers] == [("one", 452), ("two", 250)]


@pytest.mark.parametrize(
    "script", [[b""], [b"220 x\r\n"], [b"HTTP/1.1 400\r\n"], [b"220-" + b"x" * 70_000]], ids=range(4)
)
def test_a_server_that_goes_before_the_dot_or_speaks_no_lmtp_is_unavailable(script: list[bytes]) -> None:
    with pytest.raises(SourceUnavailable, match="is `maild serve` running"):
        run(lambda: _scripted(script, ["one"]))


def test_no_server_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match=f"{tmp_path}/none"):
        deliver(tmp_path / "none", "", ["a"], b"")


@pytest.mark.parametrize(
    ("raw", "wire"),
    [
        (b"", b".\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"a\r\n", b"a\r\n.\r\n"),
        (b".", b"..\r\n.\r\n"),
        (b".\r\n.\r\n", b"..\r\n..\r\n.\r\n"),
        (b"a\n.\nb\r\n", b"a\n.\nb\r\n.\r\n"),
    ],
)
def test_dots_are_stuffed(raw: bytes, wire: bytes) -> None:
    assert stuffed(raw) == wire


@pytest.mark.parametrize(("raw", "wire"), [(b"a\nb\n", b"a\r\nb\r\n"), (b"a\r\nb\nc", b"a\r\nb\nc"), (b"", b"")])
def test_a_mail_out_of_a_pipe_gets_the_line_ends_it_had_on_the_wire(raw: bytes, wire: bytes) -> None:
    assert with_crlf(raw) == wire
