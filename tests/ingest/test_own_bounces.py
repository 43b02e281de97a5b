"""Our own mail comes back: in every form servers return it, with a vacation note, or as it is. No person wrote it."""

from __future__ import annotations

import base64
import quopri
from datetime import UTC, datetime

import pytest

from maild.decide.told.tokens import Tokens
from maild.desks.policy import Desk
from maild.ingest.parse import parse
from maild.model import Address, AutomaticKind, Notification, NotificationKind, OutgoingMail, Status, Ticket, TicketId
from maild.notify.builtin import builtin_templates
from maild.notify.environment import VARIABLES
from maild.notify.render import Renderer
from tests.ingest.letters import letter

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DESK = Desk(desk="it", title="IT Hilfe", addresses=("support@desk.example",), prefix="SD", languages=("de", "en"))
TICKET = Ticket(TicketId(1042), "SD", "it", "Drucker größer", Status.OPEN, 3, "", "", False, NOON, NOON)
RENDERER = Renderer(builtin_templates(), Tokens(b"k" * 32), "desk.example")


def ours(kind: NotificationKind = NotificationKind.CONFIRMATION, by_person: bool = False) -> OutgoingMail:
    it = Notification(kind, "x", Address("Jörg", "gone@x.example"), "de", TicketId(1042), by_person=by_person)
    return RENDERER.render(it, TICKET, DESK, 7, NOON)


def head_of(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def quoted(raw: bytes, mark: bytes) -> bytes:
    return b"".join(mark + line + b"\r\n" for line in raw.split(b"\r\n"))


# How a report returns a mail: the type of its last part, and what is in it.
RETURNS = {
    "whole": lambda raw: b"Content-Type: message/rfc822\r\n\r\n" + raw,
    "only its header": lambda raw: b"Content-Type: text/rfc822-headers\r\n\r\n" + head_of(raw),
    "its header, called a mail": lambda raw: b"Content-Type: message/rfc822-headers\r\n\r\n" + head_of(raw),
    "for the whole world": lambda raw: b"Content-Type: message/global\r\n\r\n" + raw,
    "with other line ends": lambda raw: b"Content-Type: message/rfc822\r\n\r\n" + raw.replace(b"\r\n", b"\n"),
    "behind trace fields": lambda raw: (
        b"Content-Type: message/rfc822\r\n\r\nReturn-Path: <support@desk.example>\r\n"
        b"Received: from a by b\r\n\tfor <gone@x.example>; x\r\n" + raw
    ),
    "cut in the middle": lambda raw: b"Content-Type: message/rfc822\r\n\r\n" + raw[: len(head_of(raw)) + 40],
    "as base64": lambda raw: (
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(raw)
    ),
    "as base64 nobody declared": lambda raw: b"Content-Type: message/rfc822\r\n\r\n" + base64.encodebytes(raw),
    "as quoted-printable": lambda raw: (
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable"
        b"\r\n\r\n" + quopri.encodestring(raw)
    ),
    "as a file": lambda raw: (
        b'Content-Type: text/plain; name="header.txt"\r\nContent-Disposition: attachment\r\n\r\n' + head_of(raw)
    ),
    "as text": lambda raw: b"Content-Type: text/plain\r\n\r\n" + raw,
    "quoted": lambda raw: b"Content-Type: text/plain\r\n\r\n" + quoted(raw, b"> "),
    "quoted twice": lambda raw: b"Content-Type: text/plain\r\n\r\n" + quoted(raw, b"> > "),
    "indented": lambda raw: b"Content-Type: text/plain\r\n\r\n" + quoted(raw, b"    "),
    "behind a bar": lambda raw: b"Content-Type: text/plain\r\n\r\n" + quoted(raw, b"| "),
}
HEAD = b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail\r\nTo: support@desk.example\r\n"
FAILED = b"Final-Recipient: rfc822; gone@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"


@pytest.mark.parametrize("form", RETURNS)
@pytest.mark.parametrize("kind", ["report; report-type=delivery-status", "mixed"])
def test_a_report_names_our_mail_and_its_recipient_in_whatever_form_it_returns_it(form: str, kind: str) -> None:
    mail = ours()
    status = b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n" + FAILED
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in (b"\r\nSorry.", status, RETURNS[form](mail.raw)))
    raw = HEAD + f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n".encode() + body + b"--b--\r\n"
    found = parse(raw).bounce
    assert found is not None
    assert found.original_message_id == mail.message_id
    assert [(each.address, each.permanent) for each in found.recipients] == [("gone@x.example", True)]


@pytest.mark.parametrize("mark", [b"", b"> ", b"    ", b"| "])
def test_a_report_of_plain_text_names_both_as_well(mark: bytes) -> None:
    mail = ours()
    text = (
        b"This is the qmail-send program.\r\n\r\n<gone@x.example>:\r\n550 5.1.1 unknown\r\n\r\n--- Below this line is "
    )
    raw = HEAD + b"\r\n" + text + b"a copy of the message.\r\n\r\n" + quoted(mail.raw, mark)
    found = parse(raw).bounce
    assert found is not None
    assert found.original_message_id == mail.message_id
    assert [each.address for each in found.recipients] == ["gone@x.example"]


@pytest.mark.parametrize("kind", sorted(VARIABLES))
def test_what_we_send_by_ourselves_is_known_as_automatic_and_a_colleagues_words_are_not(kind: NotificationKind) -> None:
    """Two of us that write to each other stop after one mail, though the loop mark is the other's (FAULT-C05)."""
    automatic = parse(ours(kind).raw).automatic
    assert automatic is not None
    assert automatic.kind in (AutomaticKind.AUTO_REPLY, AutomaticKind.AUTO_GENERATED)
    assert parse(ours(kind, by_person=True).raw).automatic is None


# What auto-responders do with our subject, with and without the headers they should set (FAULT-C01).
RESPONDERS = [
    ["Subject: Automatic reply: {subject}", "X-Auto-Response-Suppress: All", "Auto-Submitted: auto-generated"],
    ["Subject: Automatische Antwort: {subject}", "X-Auto-Response-Suppress: All"],
    ["Subject: Abwesenheitsnotiz: {subject}", "In-Reply-To: {id}"],
    ["Subject: Out of Office AutoReply: {subject}"],
    ["Subject: Out of office: {subject}", "Thread-Index: Ad1"],
    ["Subject: Re: {subject}", "Auto-Submitted: auto-replied (vacation)"],
    ["Subject: Re: {subject}", "Precedence: auto_reply"],
    ["Subject: Re: {subject}", "X-Autoreply: yes"],
    ["Subject: Re: {subject}", "X-Autorespond: {subject}"],
    ["Subject: AUTO: Jörg Maier ist außer Haus", "X-MIMETrack: x"],
    ["Subject: Jörg Maier ist außer Haus", "References: {id}"],
    ["Subject: Réponse automatique : {subject}", "References: {id}"],
    ["Subject: Urlaub: {subject}", "X-Mailer: vacation"],
    ["Subject: Read: {subject}", "X-Auto-Response-Suppress: All"],
    ["Subject: Please confirm your message", "In-Reply-To: {id}"],
]


@pytest.mark.parametrize("fields", RESPONDERS, ids=" | ".join)
def test_what_answers_our_mail_by_itself_is_never_taken_for_a_person(fields: list[str]) -> None:
    mail = ours()
    subject = parse(mail.raw).subject
    lines = [field.replace("{subject}", subject).replace("{id}", mail.message_id) for field in fields]
    found = parse(letter("From: Jörg Maier <gone@x.example>", *lines)).automatic
    assert found is not None
    assert found.kind is AutomaticKind.AUTO_REPLY


def test_a_person_who_answers_our_mail_is_a_person() -> None:
    mail = ours()
    subject = parse(mail.raw).subject
    for prefix in ("Re: ", "AW: ", "Antw: ", ""):
        raw = letter("From: gone@x.example", f"Subject: {prefix}{subject}", f"In-Reply-To: {mail.message_id}")
        assert parse(raw).automatic is None
