"""What stands in the database, as plain data: read past all code of maild's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from functools import cached_property
from itertools import starmap
from typing import TypeVar

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Known:
    """A contact."""

    address: str
    register: str
    organisation: str
    person: str
    until: datetime | None

    @property
    def trusted(self) -> bool:
        return self.register in ("registered", "authorised")

    def is_person(self, other: Known) -> bool:
        return self.address == other.address or (self.person != "" and self.person == other.person)


@dataclass(frozen=True)
class Part:
    """How a contact takes part in a ticket."""

    address: str
    role: str
    since: datetime | None
    waits: bool
    has_left: bool


@dataclass(frozen=True)
class Article:
    id: int
    kind: str
    proof: str
    entry: int | None
    author: str
    unverified: bool
    automatic: bool


@dataclass(frozen=True)
class Wish:
    """A proposal."""

    id: int
    ticket: int
    kind: str
    state: str
    organisation: str
    address: str
    asked_by: str


@dataclass(frozen=True)
class Case:
    """A ticket with all that may change on it."""

    id: int
    number: str
    desk: str
    status: str
    shape: tuple[object, ...]
    parts: tuple[Part, ...] = ()
    articles: tuple[Article, ...] = ()
    wishes: tuple[Wish, ...] = ()

    @property
    def unverified(self) -> bool:
        return bool(self.shape[4])


@dataclass(frozen=True)
class Sent:
    """A mail of ours, or (`state` suppressed) the fact that one was not sent."""

    id: int
    ticket: int | None
    kind: str
    recipient: str
    by_person: bool
    state: str
    message_id: str
    at: datetime
    raw: bytes

    @cached_property
    def mail(self) -> Message:
        return message_from_bytes(self.raw)

    @cached_property
    def words(self) -> str:
        """Everything a reader sees of it, its parts decoded; the words that are looked for are never encoded."""
        bodies = (part.get_payload(decode=True) for part in self.mail.walk())
        header = self.raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
        return "\n\n".join([header, *(body.decode() for body in bodies if isinstance(body, bytes))])

    @cached_property
    def people(self) -> dict[str, list[str]]:
        """The addresses in From, To and Reply-To."""
        return {
            name: [address for _, address in getaddresses(self.mail.get_all(name, []))]
            for name in ("From", "To", "Reply-To")
        }

    @property
    def reply_to(self) -> str:
        return self.people["Reply-To"][0]


@dataclass(frozen=True)
class Snapshot:
    """The database at one moment."""

    contacts: dict[str, Known]
    cases: dict[int, Case]
    proofs_told: int

    def wishes(self) -> dict[int, Wish]:
        return {one.id: one for case in self.cases.values() for one in case.wishes}


def look(database: sqlite3.Connection) -> Snapshot:
    contacts = {number: Known(*rest, _instant(until)) for number, *rest, until in database.execute(_CONTACTS)}
    parts = _grouped(
        (ticket, Part(contacts[who].address, role, _instant(since), bool(waits), bool(left)))
        for ticket, who, role, since, waits, left in database.execute(_PARTS)
    )
    articles = _grouped((ticket, Article(*rest)) for ticket, *rest in database.execute(_ARTICLES))
    wishes = _grouped((one.ticket, one) for one in starmap(Wish, database.execute(_WISHES)))
    cases = {
        number: Case(
            *(number, f"{prefix}-{number}", desk, status, tuple(rest)),
            *(tuple(group.get(number, ())) for group in (parts, articles, wishes)),
        )
        for number, prefix, desk, status, *rest in database.execute(_TICKETS)
    }
    (told,) = database.execute("SELECT count(*) FROM event WHERE kind = 'proof'").fetchone()
    return Snapshot({one.address: one for one in contacts.values()}, cases, told)


def outgoing(database: sqlite3.Connection, after: int) -> tuple[Sent, ...]:
    """Mails of ours with a greater number than this."""
    rows = database.execute(_OUTGOING, (after,))
    return tuple(Sent(*rest, at=_at(at), raw=raw) for *rest, at, raw in rows)


def pending(database: sqlite3.Connection) -> frozenset[int]:
    """Inbox entries whose proof is still to come."""
    return frozenset(entry for (entry,) in database.execute("SELECT id FROM inbox_entry WHERE prove_at IS NOT NULL"))


_CONTACTS = "SELECT id, address, register, coalesce(organisation, ''), person, until FROM contact ORDER BY id"
_PARTS = "SELECT ticket_id, contact_id, role, since, waits, has_left FROM participant ORDER BY ticket_id, contact_id"
_ARTICLES = "SELECT ticket_id, id, kind, proof, entry_id, author, unverified, automatic FROM article ORDER BY id"
_WISHES = "SELECT id, ticket_id, kind, state, organisation, address, asked_by FROM proposal ORDER BY id"
_TICKETS = (
    "SELECT id, prefix, desk, status, title, priority, category, assignee, unverified, tags, fields"
    " FROM ticket ORDER BY id"
)
_OUTGOING = (
    "SELECT id, ticket_id, kind, recipient, by_person, state, message_id, created_at, raw FROM outbox_entry"
    " WHERE id > ? ORDER BY id"
)


def _grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {}
    for number, one in pairs:
        found.setdefault(number, []).append(one)
    return found


def _at(stored: int) -> datetime:
    return EPOCH + timedelta(microseconds=stored)


def _instant(stored: int | None) -> datetime | None:
    return None if stored is None else _at(stored)
