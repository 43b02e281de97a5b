"""A database of any size, made of rows as maild writes them: tickets, each with its mail, answers and history.

In: a store, how many tickets, how large a mail is; out: rows. Far quicker than mail through the whole pipeline, which a
drill of backups is not about.
"""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table

from maild.model import (
    ArticleKind,
    DeliveryResult,
    Disposition,
    NotificationKind,
    OutboxState,
    Register,
    Role,
    Source,
    Status,
)
from maild.store.bulk import insert_rows
from maild.store.engine import Store
from maild.store.numbers import reserve
from maild.store.raw import store_raw
from maild.store.schema import (
    article,
    contact,
    content_key,
    decision,
    delivery,
    event,
    inbox_entry,
    message_ref,
    outbox_entry,
    participant,
    raw_mail,
    ticket,
)
from maild.store.states import InboxState
from tests.builders import NOON, SUPPORT

BATCH = 250
ANSWER = b"Subject: Re: [SD-1] Printer\r\n\r\n" + b"We have got your mail and will look into it.\r\n" * 40
FACTS = '{"contacts": [], "tickets": [], "spent": {}}' * 20
WAITING_EVERY = 50


def fill(store: Store, tickets: int, mail_size: int, seed: int = 1) -> None:
    """`tickets` tickets with a mail of about `mail_size` bytes each; every fiftieth answer still waits to go out."""
    chance = random.Random(seed)
    for begin in range(0, tickets, BATCH):
        many = min(BATCH, tickets - begin)
        with store.transaction() as tx:
            _batch(tx, range(begin, begin + many), mail_size, chance)


def _batch(tx: Connection, places: range, mail_size: int, chance: random.Random) -> None:
    """The tables in the order of their references."""
    many, tables = len(places), (raw_mail, inbox_entry, contact, ticket, article, outbox_entry)
    numbers = {table: list(found) for table, found in reserve(tx, dict.fromkeys(tables, many)).items()}
    mails = [_a_mail(place, mail_size, chance) for place in places]
    store_raw(tx, list(zip(numbers[raw_mail], mails, strict=True)))
    made: dict[Table, list[Mapping[str, Any]]] = {}
    for at, place in enumerate(places):
        mine = {table: numbers[table][at] for table in tables}
        for table, row in _rows(place, mine, mails[at]):
            made.setdefault(table, []).append(row)
    for table, rows in made.items():
        insert_rows(tx, table, rows)


def _a_mail(place: int, size: int, chance: random.Random) -> bytes:
    """A header and base64, as most mail is: it can be compressed by a quarter."""
    head = f"From: ada{place}@acme.example\r\nSubject: Printer {place}\r\nMessage-ID: <{place}@acme.example>\r\n\r\n"
    body = base64.encodebytes(chance.randbytes(max(1, size * 73 // 100))).replace(b"\n", b"\r\n")
    return head.encode() + body


def _rows(place: int, mine: Mapping[Table, int], raw: bytes) -> Iterator[tuple[Table, Mapping[str, Any]]]:
    at, address = NOON - timedelta(minutes=place), f"ada{place}@acme.example"
    entry, number, out = mine[inbox_entry], mine[ticket], mine[outbox_entry]
    yield inbox_entry, _entry(place, entry, mine[raw_mail], number, len(raw), at)
    yield (
        contact,
        {
            "id": mine[contact],
            "address": address,
            "register": Register.UNVERIFIED,
            "name": "Ada",
            "created_at": at,
        },
    )
    yield ticket, _ticket(number, at)
    yield article, _article(mine[article], number, entry, address, at)
    yield outbox_entry, _answer(place, out, number, address, at)
    yield content_key, {"key": hashlib.sha256(raw).hexdigest(), "desk": "service", "entry_id": entry}
    yield decision, {"entry_id": entry, "ticket_id": number, "at": at, "policy": "v1", "facts": FACTS, "plan": FACTS}
    yield participant, {"ticket_id": number, "contact_id": mine[contact], "role": Role.REQUESTER}
    yield message_ref, {"message_id": f"<{place}@acme.example>", "ticket_id": number}
    yield message_ref, {"message_id": f"<answer-{place}@desk.example>", "ticket_id": number}
    yield event, {"ticket_id": number, "at": at, "actor": "triage", "kind": "opened", "text": "opened by a mail"}
    yield event, {"ticket_id": number, "at": at, "actor": "staff", "kind": "set", "text": "assigned to grace"}
    if place % WAITING_EVERY:
        yield delivery, {"outbox_id": out, "at": at, "result": DeliveryResult.SENT, "answer": "250 2.0.0 queued"}


def _entry(place: int, entry: int, raw: int, number: int, size: int, at: datetime) -> Mapping[str, Any]:
    return {
        "id": entry,
        "raw_id": raw,
        "size": size,
        "source": Source.SMTP,
        "mail_from": f"ada{place}@acme.example",
        "recipient": SUPPORT.address,
        "received_at": at,
        "message_id": f"<{place}@acme.example>",
        "state": InboxState.DONE,
        "disposition": Disposition.NEW_TICKET,
        "ticket_id": number,
    }


def _ticket(number: int, at: datetime) -> Mapping[str, Any]:
    usual = {"prefix": "SD", "desk": "service", "title": "Printer", "status": Status.NEW, "priority": 3}
    return {"id": number, **usual, "created_at": at, "changed_at": at, "tags": ("hardware",), "fields": ()}


def _article(number: int, of: int, entry: int, address: str, at: datetime) -> Mapping[str, Any]:
    text = "The printer on the second floor burns again.\n" * 20
    told = {"author": address, "author_name": "Ada", "subject": "Printer", "text": text, "visible_text": text}
    return {"id": number, "ticket_id": of, "kind": ArticleKind.INCOMING, "at": at, "entry_id": entry, **told}


def _answer(place: int, number: int, of: int, address: str, at: datetime) -> Mapping[str, Any]:
    waits = place % WAITING_EVERY == 0
    return {
        "id": number,
        "ticket_id": of,
        "event": "confirmation",
        "kind": NotificationKind.CONFIRMATION,
        "recipient": address,
        "message_id": f"<answer-{place}@desk.example>",
        "raw": ANSWER,
        "state": OutboxState.QUEUED if waits else OutboxState.SENT,
        "created_at": at,
        "due_at": at if waits else None,
        "domain": "acme.example",
    }
