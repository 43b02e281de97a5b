"""Tickets -> what was written there, as far as staff who answer need it: Message-IDs, who proved to be who they
are, and the last mail of the customer's."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, func, select

from maild.decide.facts import Conversation, Latest
from maild.model import Address, ArticleId, ArticleKind, Proof, TicketId
from maild.store.among import among
from maild.store.rows import AnyRow, rows_among
from maild.store.schema import article

MOST_THREAD = 20
_WRITTEN = (
    select(article.c.ticket_id, article.c.message_id, article.c.author, article.c.proof, article.c.review)
    .where(among(article.c.ticket_id))
    .order_by(article.c.ticket_id, article.c.id)
)
_LAST = (
    select(func.max(article.c.id))
    .where(among(article.c.ticket_id), article.c.kind == ArticleKind.INCOMING, article.c.review.is_(False))
    .group_by(article.c.ticket_id)
)
_LATEST = select(
    article.c.ticket_id,
    article.c.id,
    article.c.author_name,
    article.c.author,
    article.c.subject,
    article.c.visible_text,
    article.c.proof,
    article.c.unverified,
).where(article.c.id.in_(_LAST))


def conversations(tx: Connection, tickets: Collection[TicketId]) -> dict[TicketId, Conversation]:
    """By ticket; those on which nothing was written are not among them."""
    latest = {row.ticket_id: _latest(row) for row in rows_among(tx, _LATEST, sorted(tickets))}
    written = groupby(rows_among(tx, _WRITTEN, sorted(tickets)), itemgetter(0))
    return {TicketId(number): _conversation(list(group), latest.get(number)) for number, group in written}


def _latest(row: AnyRow) -> Latest:
    author = Address(row.author_name, row.author)
    return Latest(ArticleId(row.id), author, row.subject, row.visible_text, row.proof, row.unverified)


def _conversation(rows: list[AnyRow], latest: Latest | None) -> Conversation:
    """What a person must look at first is no part of it."""
    ids = dict.fromkeys(row.message_id for row in rows if row.message_id and not row.review)
    proven = frozenset(row.author for row in rows if row.proof is Proof.PROVEN)
    return Conversation(tuple(ids)[-MOST_THREAD:], proven, latest)
