"""A desk with mail of two people, each with a word of their own, and a look for words in every table."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, text

from maild import pipeline
from maild.decide.policy import Policy
from maild.ingest.header.scan import noted
from maild.model import Delivery, DeliveryResult, OutboxEntry, ReceivedMail, Register, Source, TicketId
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.steps.erasing import Order
from maild.steps.house import House
from maild.steps.watch import NO_WATCH
from maild.store.audit import note
from maild.store.engine import Store
from maild.store.schema import contact, metadata, organisation
from tests.builders import ADA, BOB, NOON, SUPPORT, TOKENS, a_desk, a_policy

SECRET = b"a secret that only the tests know!!"
ADAS, BOBS = "Quittenmus", "Sauerkraut"
"""Words that only Ada, and only Bob, would write."""
RENDERER = Renderer(builtin_templates(), TOKENS, "mx.desk.example")


def an_order(at: datetime = NOON, **changes: Any) -> Order:
    return replace(Order("grace", at, SECRET, "asked by letter"), **changes)


def a_mail(sender: str, said: str, message_id: str, **more: str) -> bytes:
    """A mail with a file; header names with _ for -."""
    mail = EmailMessage()
    usual = {"From": sender, "To": SUPPORT.address, "Subject": f"About {said}", "Message-ID": message_id}
    usual |= {"Date": "Fri, 20 Nov 2026 09:00:00 +0100"}
    for name, value in (usual | {name.replace("_", "-"): value for name, value in more.items()}).items():
        mail[name] = value
    mail.set_content(f"Hello,\n\nit is {said}, ünd nothing else.\n", cte="quoted-printable")
    mail.add_attachment(said.encode() + b"\0\1\2", maintype="application", subtype="pdf", filename=f"{said}.pdf")
    return mail.as_bytes(policy=SMTP)


@dataclass
class Desk:
    """A desk at work on one database, as the daemon would run it."""

    store: Store
    policy: Policy

    @property
    def house(self) -> House:
        return House(self.store, lambda: NOON, self.policy, TOKENS, RENDERER)

    def take_in(self, *mails: bytes, mail_from: str = "") -> None:
        took = [
            ReceivedMail(raw, Source.SMTP, mail_from, (SUPPORT.address,), NOON, "", None, *noted(raw)) for raw in mails
        ]
        pipeline.receive(self.store, took)
        while pipeline.process(self.house, "n/1", NO_WATCH):
            pass
        while pipeline.deliver(self.house, "n/1", _sent):
            pass


def _sent(entries: Sequence[OutboxEntry]) -> Sequence[Delivery]:
    return [Delivery(one.id, NOON, DeliveryResult.SENT, f"250 ok {one.mail.recipient}") for one in entries]


def the_desk(store: Store) -> Desk:
    return Desk(store, a_policy(desks=(a_desk(),)))


def a_busy_desk(store: Store) -> Desk:
    """Ticket 1001 is Ada's, 1002 Bob's with Ada in copy; a copy of a mail, and mail without a sender."""
    with store.transaction() as tx:
        tx.execute(insert(organisation).values(key="acme", name="Acme", domains=("acme.example",)))
        known = {"register": Register.REGISTERED, "created_at": NOON, "organisation": "acme"}
        tx.execute(insert(contact), [known | {"address": one.address, "name": one.name} for one in (ADA, BOB)])
        note(tx, NOON, "grace", "contact", ADA.address, f"name: {ADA.name}", f"by telephone, of {ADAS}")
    desk = the_desk(store)
    first = a_mail(f"{ADA.name} <{ADA.address}>", ADAS, "<ada-1@acme.example>")
    desk.take_in(first, mail_from=ADA.address)
    desk.take_in(first, mail_from=ADA.address)
    bobs = a_mail(f"Bob <{BOB.address}>", BOBS, "<bob-1@acme.example>", Cc=f"{ADA.name} <{ADA.address.upper()}>")
    desk.take_in(bobs, mail_from=BOB.address)
    again = a_mail(
        f"{ADA.name} <{ADA.address}>", ADAS + "-zwei", "<ada-2@acme.example>", In_Reply_To="<bob-1@acme.example>"
    )
    desk.take_in(again, mail_from=ADA.address)
    return desk


def places_of(store: Store, word: str) -> list[str]:
    """Every table and column in which the word stands, in any case; inside base64 and quoted-printable as well."""
    with store.reading() as tx:
        return sorted(set(_places(tx, word)))


def _places(tx: Connection, word: str) -> Iterator[str]:
    for table in metadata.sorted_tables:
        for row in tx.execute(text(f'SELECT * FROM "{table.name}"')).mappings():
            for name, value in row.items():
                if any(form in _flat(value) for form in _forms(word)):
                    yield f"{table.name}.{name}"


def _flat(value: object) -> bytes:
    data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    return data.lower().replace(b"=\r\n", b"")


def _forms(word: str) -> list[bytes]:
    """As it is, and as base64 has it, at each of the three places it may begin."""
    return [word.lower().encode(), *(base64.b64encode(b"\0" * at + word.encode())[4:-4].lower() for at in range(3))]


def bytes_of(file: Path) -> bytes:
    """A SQLite database with whatever lies beside it."""
    return b"".join(one.read_bytes() for one in sorted(file.parent.glob(f"{file.name}*")))


def ticket_numbers(store: Store) -> list[TicketId]:
    with store.reading() as tx:
        return list(tx.scalars(select(metadata.tables["ticket"].c.id).order_by(text("id"))))


LATER = NOON + timedelta(days=30)
