"""What a file does not say, or says in its headers only: who sent it, to which desk, when.

For `explain` and `ingest`. What headers say is a hint of the sender's; nothing here makes it more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Annotated

import typer

from maild.decide.desk import USUAL
from maild.desks.policy import Desk
from maild.ingest.header.addresses import normal_address, read_mailboxes
from maild.ingest.header.headers import Headers

MailFrom = Annotated[
    str | None,
    typer.Option(
        "--mail-from", metavar="ADDRESS", help="Envelope sender, '' for the null sender; else Return-Path, else From."
    ),
]
Recipient = Annotated[
    str | None,
    typer.Option(
        "--rcpt", metavar="ADDRESS", help="Desk it was sent to; else as its headers say, else the first desk."
    ),
]


def headers_of(raw: bytes) -> Headers:
    """The header fields of a mail, without reading the rest."""
    return Headers(BytesHeaderParser(policy=compat32).parsebytes(raw[: 256 << 10]).raw_items())


def recipient_of(raw: bytes, desks: Sequence[Desk]) -> str:
    """The desk address that the headers name, else the first desk's."""
    ours = {address for desk in desks for address in desk.addresses}
    named = (address for address in _named(headers_of(raw), USUAL) if _stem(address) in ours)
    return next(named, desks[0].address)


def sender_of(raw: bytes) -> str:
    """The envelope sender as the headers tell it: Return-Path, else From, else the null sender."""
    headers = headers_of(raw)
    if headers.first("return-path").strip() == "<>":
        return ""
    return next(_named(headers, ("return-path", "from")), "")


def address_given(text: str) -> str:
    """An address from the command line. Raises BadParameter."""
    address = normal_address(text)
    if address is None:
        raise typer.BadParameter(f"{text!r} is no address")
    return address


def instant(text: str) -> datetime:
    """A time with a zone from the command line. Raises BadParameter."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time: write it like 2026-12-01T09:00+01:00") from None
    if at.tzinfo is None:
        raise typer.BadParameter(f"{text} needs a time zone, as in {text}+01:00 or {text}Z")
    return at


def _named(headers: Headers, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        for value in headers.all(name):
            yield from (mailbox.address for mailbox in read_mailboxes(value).mailboxes)


def _stem(address: str) -> str:
    """A reply address belongs to the desk of its stem."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
