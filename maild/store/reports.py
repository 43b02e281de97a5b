"""What a report is made of: requests of an organisation or of a desk, with first answers, moves and promises.

Laws: a request is of the organisation that its requester belongs to; what may be a stranger's (unverified), what was
spam, and what other organisations asked is not in it. Nothing that stays inside is read: no notes, no text at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, func, select

from maild.decide.asked.periods import Period
from maild.decide.asked.reporting import Report, Request, level, settled
from maild.decide.facts import LookupKeys
from maild.decide.mail.screening import UNWANTED
from maild.model import Aim, ArticleKind, Contact, Promise, Register, Role, Status, TicketId
from maild.store.among import among
from maild.store.clocks import promises_of
from maild.store.rows import AnyRow, rows_among
from maild.store.schema import article, contact, event, inbox_entry, organisation, participant, ticket

MOST_BY_MAIL = 1000
"""Requests in one report that goes by mail; whoever needs more asks for a shorter period."""
ARROW = " → "
_FIRST_ENTRY = (
    select(func.min(article.c.entry_id)).where(article.c.ticket_id == ticket.c.id).scalar_subquery().correlate(ticket)
)
_IS_SPAM = select(inbox_entry.c.id).where(inbox_entry.c.id == _FIRST_ENTRY, inbox_entry.c.cause.in_(UNWANTED)).exists()
_REQUESTER = (
    select(func.min(participant.c.contact_id))
    .where(participant.c.ticket_id == ticket.c.id, participant.c.role == Role.REQUESTER)
    .scalar_subquery()
    .correlate(ticket)
)
_REQUESTS = (
    select(ticket, contact.c.name.label("requester_name"), contact.c.address.label("requester_address"))
    .select_from(ticket)
    .outerjoin(contact, contact.c.id == _REQUESTER)
    .where(~_IS_SPAM)
    .order_by(ticket.c.created_at, ticket.c.id)
)
_ANSWERS = (
    select(article.c.ticket_id, func.min(article.c.at).label("at"))
    .join(ticket, ticket.c.id == article.c.ticket_id)
    .where(
        among(article.c.ticket_id),
        article.c.at >= ticket.c.created_at,
        article.c.kind == ArticleKind.OUTGOING,
        article.c.automatic.is_(False),
        article.c.review.is_(False),
    )
    .group_by(article.c.ticket_id)
)
_MOVES = (
    select(event.c.ticket_id, event.c.text, event.c.at)
    .where(among(event.c.ticket_id), event.c.kind == "status")
    .order_by(event.c.ticket_id, event.c.id)
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What hangs on the tickets, by their numbers."""

    answers: dict[int, datetime]
    moves: dict[int, list[tuple[Status, datetime]]]
    promises: Mapping[TicketId, Sequence[Promise]]
    now: datetime


def of_organisation(
    tx: Connection, key: str, desks: Collection[str] | None, span: Period, now: datetime, most: int
) -> tuple[Request, ...]:
    """What the organisation asked in this period at these desks, or at all; the oldest first, at most `most`."""
    if not key:
        return ()
    return _requests(tx, (contact.c.organisation == key, ticket.c.unverified.is_(False)), desks, span, now, most)


def of_desk(tx: Connection, desk: str, span: Period, now: datetime, most: int) -> tuple[Request, ...]:
    """What was asked of a desk in this period, by whomever; the oldest first."""
    return _requests(tx, (), {desk}, span, now, most)


def report_for(tx: Connection, key: LookupKeys, asker: Contact | None, now: datetime) -> Report | None:
    """The log of requests for the sender of a mail that asks for it (`LookupKeys.report`): of their organisation, at
    the desk they wrote to; None for whoever is not authorised."""
    if key.report is None or asker is None or asker.register is not Register.AUTHORISED or not asker.organisation:
        return None
    return report(tx, asker.organisation, {key.desk}, key.report, now, MOST_BY_MAIL)


def report(tx: Connection, key: str, desks: Collection[str] | None, span: Period, now: datetime, most: int) -> Report:
    """The log of an organisation's requests at these desks, or at all."""
    named = tx.execute(select(organisation.c.name).where(organisation.c.key == key)).scalar_one_or_none()
    found = of_organisation(tx, key, desks, span, now, most + 1)
    return Report(named or key, span, found[:most], more=len(found) > most)


def _requests(
    tx: Connection,
    whose: Sequence[ColumnElement[bool]],
    desks: Collection[str] | None,
    span: Period,
    now: datetime,
    most: int,
) -> tuple[Request, ...]:
    query = _REQUESTS.where(*whose, ticket.c.created_at >= span.begins, ticket.c.created_at < span.ends)
    if desks is not None:
        query = query.where(ticket.c.desk.in_(desks))
    rows = tx.execute(query.limit(most)).all()
    found = _found(tx, sorted(row.id for row in rows), now)
    return tuple(_request(row, found) for row in rows)


def _found(tx: Connection, numbers: Collection[int], now: datetime) -> _Found:
    moves = groupby(rows_among(tx, _MOVES, numbers), itemgetter(0))
    return _Found(
        answers={row.ticket_id: row.at for row in rows_among(tx, _ANSWERS, numbers)},
        moves={number: list(filter(None, map(_move, group))) for number, group in moves},
        promises=promises_of(tx, numbers),
        now=now,
    )


def _move(row: AnyRow) -> tuple[Status, datetime] | None:
    """An event "open → solved"."""
    word = row.text.rpartition(ARROW)[2]
    return (Status(word), row.at) if word in frozenset(Status) else None


def _request(row: AnyRow, found: _Found) -> Request:
    promised = {one.aim: one for one in found.promises.get(row.id, ())}
    solved, closed = settled(found.moves.get(row.id, ()))
    return Request(
        number=f"{row.prefix}-{row.id}",
        desk=row.desk,
        opened_at=row.created_at,
        requester=row.requester_name or row.requester_address or "",
        title=row.title,
        type=row.type,
        priority=row.priority,
        status=row.status,
        answered_at=found.answers.get(row.id),
        solved_at=solved,
        closed_at=closed,
        response=level(promised.get(Aim.RESPONSE), found.now),
        solution=level(promised.get(Aim.SOLUTION), found.now),
    )
