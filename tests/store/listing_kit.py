"""Tickets, people and organisations in a handful of statements, for tests of what is seen of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event

from maild.model import Contact, Register, Role, Status
from maild.store.bulk import insert_rows
from maild.store.engine import Store
from maild.store.register import find_contacts
from maild.store.schema import contact, organisation, participant, ticket
from tests.builders import NOON

Row = dict[str, Any]


def add_people(tx: Connection, *rows: Row) -> None:
    """Contacts from 1 on, as they are named; with the organisations that they belong to."""
    keys = sorted({row["organisation"] for row in rows if row.get("organisation")})
    insert_rows(tx, organisation, [{"key": key, "name": key.title(), "domains": ()} for key in keys])
    insert_rows(tx, contact, [_a_contact(place) | row for place, row in enumerate(rows, 1)])


def add_tickets(tx: Connection, rows: Sequence[Row], parts: Sequence[Row]) -> None:
    """Tickets from 1 on, one minute after the other; and who takes part, `ticket_id` and `contact_id` given."""
    insert_rows(tx, ticket, [_a_ticket(place) | row for place, row in enumerate(rows, 1)])
    insert_rows(tx, participant, [_A_PART | row for row in parts])


def known(tx: Connection, number: int = 1) -> Contact:
    """The contact of this number."""
    (found,) = find_contacts(tx, [f"c{number}@acme.example"])
    return found


@contextmanager
def undone(store: Store) -> Iterator[Connection]:
    """A transaction of which nothing is kept."""
    with store.engine.connect() as tx, tx.begin() as work:
        yield tx
        work.rollback()


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """What the database is asked meanwhile: each statement with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(*words: Any) -> None:
        sent.append((words[2], words[3]))

    event.listen(store.engine, "before_cursor_execute", note)
    yield sent
    event.remove(store.engine, "before_cursor_execute", note)


def _a_contact(number: int) -> Row:
    who = {"id": number, "address": f"c{number}@acme.example", "name": "", "person": ""}
    return who | {"register": Register.REGISTERED, "organisation": None, "created_at": NOON}


def _a_ticket(number: int) -> Row:
    at = NOON + timedelta(minutes=number)
    about = {"id": number, "prefix": "SD", "desk": "service", "title": f"Ticket {number}", "type": "", "category": ""}
    stands = {"status": Status.OPEN, "priority": 3, "created_at": at, "changed_at": at, "merged_into": None}
    return about | stands | {"tags": (), "fields": ()}


_A_PART = {"role": Role.REQUESTER, "since": None, "waits": False, "has_left": False}
