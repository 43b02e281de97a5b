"""Things the tests of outgoing mail are made from: a ticket, a desk, a notification, and a second opinion on bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from maild.decide.told.tokens import Tokens
from maild.desks.policy import Desk
from maild.model import (
    Address,
    Notification,
    NotificationKind,
    OutboxEntry,
    OutboxId,
    OutgoingMail,
    Status,
    Ticket,
    TicketId,
)
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.settings import MailFrom

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TOKENS = Tokens(b"k" * 32)
RENDERER = Renderer(builtin_templates(), TOKENS, "desk.example")
NULL_SENDER = Renderer(builtin_templates(), TOKENS, "desk.example", MailFrom.NULL)
VERP = Renderer(builtin_templates(), Tokens(b"k" * 32, hostname="desk.example"), "desk.example", MailFrom.VERP)
DESK = Desk(desk="it", title="IT Help", addresses=("support@desk.example",), prefix="SD", languages=("en", "de"))
TICKET = Ticket(TicketId(1042), "SD", "it", "Printer on fire", Status.OPEN, 3, "", "", False, NOON, NOON)
GREETED = Notification(
    NotificationKind.CONFIRMATION, "confirmation", Address("Ann Bauer", "ann@clinic.example"), "en", TicketId(1042)
)


def notification(kind: NotificationKind = NotificationKind.CONFIRMATION, **changes: Any) -> Notification:
    return replace(GREETED, kind=kind, **changes)


def sent(
    it: Notification = GREETED, ticket: Ticket = TICKET, desk: Desk = DESK, renderer: Renderer = RENDERER
) -> OutgoingMail:
    return renderer.render(it, ticket, desk, 7, NOON)


def read(mail: OutgoingMail) -> EmailMessage:
    """The mail as the standard library's newer parser understands it: not the code that wrote it."""
    return cast(EmailMessage, message_from_bytes(mail.raw, policy=policy.default))


def text_of(mail: OutgoingMail) -> str:
    """What its part of plain text says."""
    return part_of(mail, "plain")


def html_of(mail: OutgoingMail) -> str:
    return part_of(mail, "html")


def part_of(mail: OutgoingMail, subtype: str) -> str:
    part = read(mail).get_body((subtype,))
    assert part is not None
    return cast(str, part.get_content()).replace("\r\n", "\n")


def waiting(
    number: int = 1, recipient: str = "ann@clinic.example", sender: str = "support@desk.example"
) -> OutboxEntry:
    """An outbox entry, as the store hands it out."""
    raw = f"From: {sender}\r\nTo: {recipient}\r\nSubject: no. {number}\r\n\r\n.one dot\r\n..two\r\n.\r\n".encode()
    mail = OutgoingMail(f"<{number}@desk.example>", sender, recipient, raw)
    return OutboxEntry(OutboxId(number), TicketId(1042), mail, 1, NOON)
