"""What is said over SMTP, command by command."""

from __future__ import annotations

import pytest
from smtp_peer import NOON, run, serving

from maild.ingest.smtp.commands import MOST_RECIPIENTS
from maild.model import Source


def test_a_mail_is_kept_with_its_envelope_before_it_is_answered() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.begin("Help@Desk.Example", "sales@desk.example")
            assert server.kept == []
            reply = await peer.ask("Message-ID: <one@example.com>\r\nIn-Reply-To: <zero@desk.example>\r\n\r\nHi\r\n.")
            assert reply == "250 2.0.0 kept"
            (mail,) = server.kept
            assert mail.raw == b"Message-ID: <one@example.com>\r\nIn-Reply-To: <zero@desk.example>\r\n\r\nHi\r\n"
            assert (mail.source, mail.mail_from, mail.peer) == (Source.SMTP, "anna@example.com", "127.0.0.1")
            assert mail.recipients == ("help@desk.example", "sales@desk.example")
            assert mail.received_at == NOON
            assert (mail.message_id, mail.parent_id) == ("<one@example.com>", "<zero@desk.example>")

    run(story)


def test_what_ehlo_advertises_is_all_there_is() -> None:
    async def story() -> None:
        async with serving(message_size=5000) as server:
            greeting = await (await server.connect()).greet()
            assert greeting.split("|") == [
                "250-mx.desk.example",
                "250-PIPELINING",
                "250-SIZE 5000",
                "250-8BITMIME",
                "250-SMTPUTF8",
                "250 ENHANCEDSTATUSCODES",
            ]

    run(story)


REPLIES = [
    ("HELO client", "250 mx.desk.example"),
    ("EHLO", "501 5.5.4"),
    ("HELO", "501 5.5.4"),
    ("LHLO client", "502 5.5.1"),
    ("MAIL FROM:<a@example.com> SIZE=100 BODY=8BITMIME SMTPUTF8", "250 2.1.0"),
    ("mail from:<a@example.com> body=7bit", "250 2.1.0"),
    ("MAIL FROM: <a@example.com>", "250 2.1.0"),
    ("MAIL FROM:a@example.com", "250 2.1.0"),
    ("MAIL FROM:<>", "250 2.1.0"),
    ('MAIL FROM:<"odd > name"@example.com>', "250 2.1.0"),
    ("MAIL FROM:<müller@example.com> SMTPUTF8", "250 2.1.0"),
    ("MAIL FROM:<MAILER-DAEMON>", "250 2.1.0"),
    ("MAIL", "501 5.1.7"),
    ("MAIL TO:<a@example.com>", "501 5.1.7"),
    ("MAIL FROM:<a@example.com", "501 5.1.7"),
    ("MAIL FROM:<a@exa\x00mple.com>", "501 5.1.7"),
    ("MAIL FROM:<a@exa\rmple.com>", "501 5.1.7"),
    ("MAIL FROM:<a@exa\x9bmple.com>", "501 5.1.7"),
    ('MAIL FROM:<"a\x9b"@example.com>', "501 5.1.7"),
    ("MAIL FROM:<" + "ä" * 300 + "@example.com>", "501 5.1.7"),
    ("MAIL FROM:<" + "a" * 600 + "@example.com>", "501 5.1.7"),
    ("MAIL FROM:<\udcff@example.com>", "501 5.5.2"),
    ("MAIL FROM:<a@example.com> BODY=BINARYMIME", "555 5.5.4"),
    ("MAIL FROM:<a@example.com> RET=FULL", "555 5.5.4"),
    ("MAIL FROM:<a@example.com> AUTH=<>", "555 5.5.4"),
    ("MAIL FROM:<a@example.com> SIZE=many", "555 5.5.4"),
    ("MAIL FROM:<a@example.com> SIZE=" + "9" * 15, "552 5.3.4"),
    ("RCPT TO:<help@desk.example>", "503 5.5.1"),
    ("DATA", "503 5.5.1"),
    ("RSET", "250 2.0.0"),
    ("NOOP anything", "250 2.0.0"),
    ("VRFY help@desk.example", "252 2.5.2"),
    ("EXPN staff", "502 5.5.1"),
    ("HELP", "214 2.0.0"),
    ("AUTH PLAIN AGEAYg==", "502 5.5.1"),
    ("STARTTLS", "502 5.5.1"),
    ("XCLIENT ADDR=1.2.3.4", "502 5.5.1"),
    ("", "502 5.5.1"),
    ("\x16\x03\x01\x02", "502 5.5.1"),
    ("NOOP " + "x" * 3000, "500 5.5.2"),
    ("QUIT", "221 2.0.0"),
]


@pytest.mark.parametrize(("line", "reply"), REPLIES, ids=[line[:20] or "empty" for line, _ in REPLIES])
def test_every_command_has_its_reply(line: str, reply: str) -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            assert (await peer.ask(line)).startswith(reply)

    run(story)


RECIPIENTS = [
    ("RCPT TO:<help@desk.example>", "250 2.1.5"),
    ("RCPT TO:<@relay.example,@other.example:help@desk.example>", "250 2.1.5"),
    ("RCPT TO:<nobody@desk.example>", "550 5.1.1"),
    ("RCPT TO:<help@elsewhere.example>", "550 5.1.1"),
    ("RCPT TO:<no-address>", "553 5.1.3"),
    ("RCPT TO:<>", "553 5.1.3"),
    ("RCPT TO:", "501 5.1.3"),
    ("RCPT TO:<\udcff@desk.example>", "501 5.5.2"),
    ("RCPT TO:<he\x00lp@desk.example>", "501 5.1.3"),
    ("RCPT TO:<help@desk.example> NOTIFY=NEVER", "555 5.5.4"),
    ("MAIL FROM:<b@example.com>", "503 5.5.1"),
    ("DATA", "503 5.5.1"),
    ("DATA now", "501 5.5.4"),
]


@pytest.mark.parametrize(("line", "reply"), RECIPIENTS)
def test_every_recipient_has_its_reply(line: str, reply: str) -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            await peer.ask("MAIL FROM:<a@example.com>")
            assert (await peer.ask(line)).startswith(reply)

    run(story)


@pytest.mark.parametrize(
    ("written", "meant"), [("<>", ""), ("<Bo@Example.COM>", "bo@example.com"), ("<MAILER-DAEMON>", "MAILER-DAEMON")]
)
def test_the_envelope_sender_is_normalised_and_the_null_sender_is_empty(written: str, meant: str) -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            for line in (f"MAIL FROM:{written}", "RCPT TO:<help@desk.example>", "DATA"):
                await peer.ask(line)
            await peer.ask("\r\nHi\r\n.")
            assert [mail.mail_from for mail in server.kept] == [meant]

    run(story)


def test_the_same_recipient_named_twice_is_one_recipient() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.begin("help@desk.example", "HELP@desk.example", "sales@desk.example")
            await peer.ask("\r\nHi\r\n.")
            assert server.kept[0].recipients == ("help@desk.example", "sales@desk.example")

    run(story)


def test_a_mail_without_hello_is_not_begun() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.reply()
            assert (await peer.ask("MAIL FROM:<a@example.com>")).startswith("503 5.5.1")

    run(story)


def test_one_recipient_too_many_is_asked_to_come_again() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            await peer.ask("MAIL FROM:<a@example.com>")
            said = [await peer.ask(f"RCPT TO:<r{n}@desk.example>") for n in range(MOST_RECIPIENTS + 1)]
            assert [reply[:9] for reply in said] == ["250 2.1.5"] * MOST_RECIPIENTS + ["452 4.5.3"]

    run(story)


def test_a_pipelining_client_gets_all_its_replies_in_order() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            mail = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<help@desk.example>\r\nRCPT TO:<x@y.example>\r\nDATA\r\n"
            await peer.send(mail)
            assert [reply[:3] for reply in await peer.replies(4)] == ["250", "250", "550", "354"]
            await peer.send(b"\r\nfirst\r\n.\r\n" + mail)
            assert [reply[:3] for reply in await peer.replies(5)] == ["250", "250", "250", "550", "354"]
            await peer.send(b"\r\nsecond\r\n.\r\nQUIT\r\n")
            assert [reply[:3] for reply in await peer.replies(2)] == ["250", "221"]
            assert [mail.raw for mail in server.kept] == [b"\r\nfirst\r\n", b"\r\nsecond\r\n"]

    run(story)


def test_rset_and_hello_forget_the_mail_under_way() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.greet()
            for forget in ("RSET", "EHLO again"):
                await peer.ask("MAIL FROM:<a@example.com>")
                await peer.ask("RCPT TO:<help@desk.example>")
                assert (await peer.ask(forget)).startswith("250")
                assert (await peer.ask("DATA")).startswith("503")

    run(story)
