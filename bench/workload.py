"""The mails of a run, the same for both systems: a seed gives the same bytes, but for the ticket numbers in replies.

60 of 100 are new, 35 are replies that quote their parent, name it (In-Reply-To) and carry the system's ticket
number, 5 are automatic (absence notes, bounces). About 25 KB on average; a quarter as many senders as mails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from bench import mime
from bench.words import FIRST, LAST, Writer, page, wrapped

NEW, REPLIES = 0.60, 0.35
DESK = "support@desk.example"
REPORTER = "Mail Delivery System <MAILER-DAEMON@mx.example>"
FILES = (
    ("image/png", "Bildschirmfoto.png"),
    ("application/pdf", "Rechnung Nr. 7.pdf"),
    ("application/octet-stream", "export.bin"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Liste.xlsx"),
)
SMALLEST_FILE, LARGEST_FILE = 3_000, 180_000


@dataclass(frozen=True, slots=True)
class Person:
    """A customer."""

    name: str
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: the envelope's sender ("" for bounces) and the bytes, with CRLF line ends."""

    sender: str
    message_id: str
    raw: bytes
    person: Person | None = None
    subject: str = ""
    text: str = field(default="", repr=False)


class Workload:
    """`messages` mails in all."""

    def __init__(self, messages: int, seed: int = 7) -> None:
        self.messages = messages
        self.seed = seed
        random = Random(f"people {seed}")
        self.people = tuple(_person(random, number) for number in range(max(4, messages // 4)))

    @cached_property
    def new(self) -> tuple[Mail, ...]:
        return tuple(self._new(number) for number in range(round(self.messages * NEW)))

    @cached_property
    def automatic(self) -> tuple[Mail, ...]:
        rest = self.messages - round(self.messages * NEW) - round(self.messages * REPLIES)
        return tuple(self._automatic(number) for number in range(rest))

    @cached_property
    def first(self) -> tuple[Mail, ...]:
        """What comes first: the new mails with the automatic ones among them."""
        mails = [*self.new, *self.automatic]
        Random(f"order {self.seed}").shuffle(mails)
        return tuple(mails)

    def replies(self, tokens: Mapping[str, str]) -> tuple[Mail, ...]:
        """The replies; `tokens` gives the system's ticket number, as its subjects carry it, for each new mail's id."""
        return tuple(self._reply(number, tokens) for number in range(round(self.messages * REPLIES)))

    # ---- one mail ------------------------------------------------------------------------------

    def _new(self, number: int) -> Mail:
        random = Random(f"new {self.seed} {number}")
        person = random.choice(self.people)
        writer = Writer(random, person.language)
        text = writer.letter(person.name, random.randint(1, 5))
        subject = f"{writer.some(3, 7)} ({number})"
        kind = random.random()
        body = _body(writer, text, with_html=kind >= 0.40, with_files=kind >= 0.75)
        return _mail(random, person, subject, body, text)

    def _reply(self, number: int, tokens: Mapping[str, str]) -> Mail:
        random = Random(f"reply {self.seed} {number}")
        parent = random.choice(self.new)
        assert parent.person is not None
        writer = Writer(random, parent.person.language)
        text = writer.letter(parent.person.name, random.randint(1, 2)) + "\n" + writer.quoted(parent.text)
        body = _body(writer, text, with_html=random.random() < 0.5, with_files=random.random() < 0.08)
        subject = f"{random.choice(('Re', 'RE', 'AW'))}: {tokens[parent.message_id]} {parent.subject}"
        thread = (("In-Reply-To", parent.message_id), ("References", parent.message_id))
        return _mail(random, parent.person, subject, body, text, *thread)

    def _automatic(self, number: int) -> Mail:
        random = Random(f"automatic {self.seed} {number}")
        return _absence(random, random.choice(self.people)) if random.random() < 0.6 else _bounce(random)


def _person(random: Random, number: int) -> Person:
    name = f"{random.choice(FIRST)} {random.choice(LAST)}"
    return Person(name, f"person{number}@customer{number % 20}.example", random.choice(("de", "en")))


def _body(writer: Writer, text: str, *, with_html: bool, with_files: bool) -> bytes:
    body = mime.text_part(writer.random, wrapped(text))
    if with_html:
        body = mime.multipart(writer.random, "alternative", (body, _html(writer, text)))
    if with_files:
        files = [_file(writer.random) for _ in range(writer.random.choice((1, 1, 2)))]
        body = mime.multipart(writer.random, "mixed", (body, *files))
    return body


def _html(writer: Writer, text: str) -> bytes:
    encoding = writer.random.choice(("quoted-printable", "quoted-printable", "base64"))
    return mime.part('text/html; charset="utf-8"', encoding, page(writer, text).encode())


def _file(random: Random) -> bytes:
    """A file between 3 and 180 KB, small ones more often."""
    content_type, name = random.choice(FILES)
    size = int(SMALLEST_FILE * (LARGEST_FILE / SMALLEST_FILE) ** random.random())
    disposition = ("Content-Disposition", f'attachment; filename="{name}"')
    return mime.part(f'{content_type}; name="{name}"', "base64", random.randbytes(size), disposition)


def _mail(random: Random, person: Person, subject: str, body: bytes, text: str, *more: tuple[str, str]) -> Mail:
    message_id = _message_id(random)
    top = _top(random, mime.mailbox(person.name, person.address), subject, message_id)
    return Mail(person.address, message_id, mime.headers(*top, *more) + body, person, subject, text)


def _absence(random: Random, person: Person) -> Mail:
    marks = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"), ("Precedence", "bulk"))
    note = mime.text_part(random, "Ich bin bis Montag nicht im Büro. Bitte wenden Sie sich an die Zentrale.\n")
    return _mail(random, person, f"Automatische Antwort: Abwesend {random.getrandbits(30)}", note, "", *marks)


def _bounce(random: Random) -> Mail:
    """A delivery status notification (RFC 3464)."""
    message_id, lost = _message_id(random), f"nobody{random.getrandbits(20)}@gone.example"
    top = _top(random, REPORTER, "Undelivered Mail Returned to Sender", message_id)
    told = f"This is the mail system at host mx.example.\n\n<{lost}>: user unknown\n"
    status = f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {lost}\nAction: failed\nStatus: 5.1.1\n"
    original = f"From: {DESK}\nTo: {lost}\nSubject: a mail\nMessage-ID: <{random.getrandbits(60)}@elsewhere.example>\n"
    parts = (
        mime.part('text/plain; charset="us-ascii"', "7bit", told.encode()),
        mime.part("message/delivery-status", "7bit", status.encode()),
        mime.part("text/rfc822-headers", "7bit", original.encode()),
    )
    body = mime.multipart(random, "report", parts, "report-type=delivery-status")
    return Mail("", message_id, mime.headers(*top, ("Auto-Submitted", "auto-replied")) + body)


def _message_id(random: Random) -> str:
    return f"<{random.getrandbits(96):024x}@mail.customer.example>"


def _top(random: Random, sender: str, subject: str, message_id: str) -> tuple[tuple[str, str], ...]:
    """Headers as a mail has them that came a long way."""
    day = f"Sat, 21 Nov 2026 {random.randint(0, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02} +0100"
    host = f"mx{random.randint(1, 9)}.customer.example"
    hops = [
        ("Received", f"from {host} ({host} [192.0.2.{n}])\r\n\tby relay{n}.example with ESMTPS id {n}A; {day}")
        for n in range(1, random.randint(3, 6))
    ]
    signed = "v=1; a=rsa-sha256; d=customer.example; s=s1;\r\n\th=from:to:subject:date;\r\n\tb="
    signature = "\r\n\t".join(f"{random.getrandbits(256):064x}" for _ in range(5))
    return (
        *hops,
        ("DKIM-Signature", signed + signature),
        ("From", sender),
        ("To", f"Support <{DESK}>"),
        ("Subject", subject),
        ("Date", day),
        ("Message-ID", message_id),
        ("X-Mailer", "Microsoft Outlook 16.0"),
        ("Thread-Index", f"{random.getrandbits(128):032x}"),
        ("X-Spam-Status", "No, score=-2.1 required=5.0 tests=DKIM_VALID,SPF_PASS"),
        ("MIME-Version", "1.0"),
    )
