"""Promises and timers of tickets: as they stand, and which of them are due.

Laws: a ticket has one promise of each aim and one timer of each kind; the last word on it counts. What is due is given
out in the order in which it was due, and locked: no other clock finds it until the end of the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, delete, exists, literal, select, tuple_, union_all

from maild.model import Promise, Role, TicketId
from maild.model.promises import REMINDER
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.rows import AnyRow, rows_among
from maild.store.schema import contact, organisation, participant, promise, ticket, timer

Row = Mapping[str, Any]
_PROMISES = select(promise).where(among(promise.c.ticket_id)).order_by(promise.c.ticket_id, promise.c.aim)
_FIELDS = tuple(promise.c.keys()[1:])
_NEW = ", ".join(f'"{name}" = excluded."{name}"' for name in _FIELDS[1:])
_SOURCES: tuple[tuple[ColumnElement[int], ColumnElement[str], ColumnElement[datetime]], ...] = (
    (ticket.c.id, literal(REMINDER), ticket.c.remind_at),
    (promise.c.ticket_id, cast(promise.c.aim, Text), promise.c.next_at),
    (timer.c.ticket_id, cast(timer.c.kind, Text), timer.c.due_at),
)
_PACKAGES = (
    select(contact.c.address, organisation.c.package)
    .join(organisation, organisation.c.key == contact.c.organisation)
    .where(among(contact.c.address))
)
_REQUESTERS = (
    select(participant.c.ticket_id, contact.c.address)
    .join(contact, contact.c.id == participant.c.contact_id)
    .where(among(participant.c.ticket_id), participant.c.role == Role.REQUESTER)
)


@dataclass(frozen=True, slots=True)
class Due:
    """Something whose time has come (UTC): a ticket's reminder, the next escalation of a promise, or a timer."""

    ticket: TicketId
    what: str
    at: datetime


def keep(tx: Connection, promises: Sequence[Row], timers: Sequence[Row]) -> None:
    """Promises as they stand now; timers that run, and those that do not any more (`due_at` None)."""
    insert_rows(tx, promise, _last(promises, "aim"), f"(ticket_id, aim) DO UPDATE SET {_NEW}")
    said = _last(timers, "kind")
    running = [row for row in said if row["due_at"] is not None]
    insert_rows(tx, timer, running, "(ticket_id, kind) DO UPDATE SET due_at = excluded.due_at")
    if ended := [(row["ticket_id"], row["kind"]) for row in said if row["due_at"] is None]:
        tx.execute(delete(timer).where(tuple_(timer.c.ticket_id, timer.c.kind).in_(ended)))


def promise_row(number: TicketId, of: Promise) -> Row:
    """What the promise table stores."""
    return {"ticket_id": number} | {name: getattr(of, name) for name in _FIELDS}


def _last(rows: Sequence[Row], name: str) -> list[Row]:
    """A statement may touch a row only once."""
    return list({(row["ticket_id"], row[name]): row for row in rows}.values())


def promises_of(tx: Connection, tickets: Collection[int]) -> dict[TicketId, tuple[Promise, ...]]:
    """What tickets were promised."""
    rows = rows_among(tx, _PROMISES, sorted(tickets))
    return {TicketId(number): tuple(map(_promise, group)) for number, group in groupby(rows, attrgetter("ticket_id"))}


def _promise(row: AnyRow) -> Promise:
    return Promise(**{name: getattr(row, name) for name in _FIELDS})


def due(tx: Connection, desks: Collection[str], now: datetime, limit: int) -> tuple[Due, ...]:
    """What is due by now on tickets of these desks, in order, with the tickets locked; at most `limit` of it.

    Looked at twice: what another node did before the tickets were locked is no longer due.
    """
    found = {TicketId(row.ticket) for row in tx.execute(_due(now, lambda number: _of(desks, number)).limit(limit))}
    held = select(ticket.c.id).where(ticket.c.id.in_(found)).order_by(ticket.c.id)
    mine = tx.scalars(held.with_for_update(skip_locked=True)).all()
    due = tx.execute(_due(now, lambda number: number.in_(mine)).limit(limit))
    return tuple(Due(TicketId(row.ticket), row.what, row.at) for row in due)


def _of(desks: Collection[str], number: ColumnElement[int]) -> ColumnElement[bool]:
    """Asked of each ticket on which something is due, not of all there are.

    Sighting: a list of the desks' tickets instead took 21 ms at 6,300 tickets, each time the clock looked.
    """
    own = ticket.alias()
    return exists().where(own.c.id == number, own.c.desk.in_(desks))


def _due(
    now: datetime, wanted: Callable[[ColumnElement[int]], ColumnElement[bool]]
) -> Select[tuple[int, str, datetime]]:
    parts = [
        select(number.label("ticket"), what.label("what"), at.label("at")).where(at <= now, wanted(number))
        for number, what, at in _SOURCES
    ]
    every = union_all(*parts).subquery()
    return select(every.c.ticket, every.c.what, every.c.at).order_by(every.c.at, every.c.ticket, every.c.what)


def packages_of(tx: Connection, addresses: Collection[str]) -> dict[str, str]:
    """What the organisations of these contacts bought, by address."""
    return {row.address: row.package for row in rows_among(tx, _PACKAGES, addresses)}


def requesters_of(tx: Connection, tickets: Collection[int]) -> dict[TicketId, str]:
    """The addresses of those who asked."""
    return {TicketId(row.ticket_id): row.address for row in rows_among(tx, _REQUESTERS, sorted(tickets))}
