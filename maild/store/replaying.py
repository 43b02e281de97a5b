"""What rules were asked about mails, page by page: for trying other rules on the same. Nothing is written.

A mail's words stand in its article. A mail that a rule ignored has none, and headers are kept in the raw mail only:
then `raw` says that it must be read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, and_, exists, func, select

from maild.model import EntryId, TicketId
from maild.rules.model import Ruled
from maild.store.decisions import load_ruled
from maild.store.rows import AnyRow
from maild.store.schema import article, decision, inbox_entry

PAGE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail, and what rules came to then; `complete` False where its words are not here."""

    entry: EntryId
    ticket: TicketId | None
    at: datetime
    ruled: Ruled
    complete: bool


_later = decision.alias("later")
_superseded = exists().where(
    _later.c.entry_id == decision.c.entry_id, _later.c.id > decision.c.id, _later.c.ruled != ""
)
_latest = and_(decision.c.entry_id.is_not(None), decision.c.ruled != "", ~_superseded)
"""Of each mail the last decision in which rules had a say: by the index of entries, so that pages stay linear."""


def count(tx: Connection, since: datetime) -> int:
    """How many mails there are to look at."""
    query = select(func.count()).select_from(decision).where(_latest, decision.c.at >= since)
    return tx.execute(query).scalar_one()


def kept(tx: Connection, since: datetime) -> Iterator[Kept]:
    """Each mail that rules were asked about since then, by its last decision, the oldest first."""
    last = 0
    while rows := _page(tx, since, last):
        last = rows[-1].id
        yield from (_kept(row) for row in rows)


def _page(tx: Connection, since: datetime, after: int) -> list[AnyRow]:
    words = (article.c.subject, article.c.text, article.c.visible_text, article.c.id.label("article_id"))
    named = (decision.c.id, decision.c.entry_id, decision.c.ticket_id, decision.c.at, decision.c.ruled)
    query = (
        select(*named, *words)
        .join(inbox_entry, inbox_entry.c.id == decision.c.entry_id)
        .outerjoin(article, article.c.entry_id == decision.c.entry_id)
        .where(_latest, decision.c.at >= since, decision.c.id > after)
        .order_by(decision.c.id)
        .limit(PAGE)
    )
    return list(tx.execute(query))


def _kept(row: AnyRow) -> Kept:
    ruled = load_ruled(row.ruled)
    if ruled is None:
        raise ValueError("only what rules were asked about is asked for")
    there = row.article_id is not None
    view = replace(ruled.view, subject=row.subject or "", text=row.visible_text or "", full_text=row.text or "")
    return Kept(EntryId(row.entry_id), row.ticket_id, row.at, replace(ruled, view=view), there)
