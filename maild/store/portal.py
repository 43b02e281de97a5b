"""What the web pages show: one ticket as one contact may see it (`decide.who.sight`).

Laws: no notes, nothing that awaits review. What may not be seen and what is not there are the same None. Texts are
bounded here, so that no page holds a whole mailbox.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from maild.decide.who.sight import Sight, sight
from maild.desks.policy import Desk
from maild.model import Address, ArticleKind, Contact, Ticket, TicketId
from maild.store.among import among
from maild.store.erasing.archives import live_of
from maild.store.leads import own_number
from maild.store.merged import home_of
from maild.store.register import find_contacts
from maild.store.rows import AnyRow, known_tickets, rows_among, tickets_by_id
from maild.store.schema import article, attachment

Desks = Callable[[str], Desk | None]
MOST_ARTICLES = 200
LONGEST_TEXT = 20_000
"""Characters of one article that are shown."""

_FILES = (
    select(attachment.c.article_id, attachment.c.filename, attachment.c.size)
    .where(among(attachment.c.article_id), or_(attachment.c.filename != "", attachment.c.inline.is_(False)))
    .order_by(attachment.c.id)
)


@dataclass(frozen=True, slots=True)
class ShownFile:
    """An attachment's name, "" for none, and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """One contribution, plain text. `more` is the whole text where it says more than what was new in it."""

    ours: bool
    at: datetime
    author: Address
    text: str
    more: str
    cut: bool
    files: tuple[ShownFile, ...]


@dataclass(frozen=True, slots=True)
class ShownTicket:
    """A ticket as one participant may see it, the oldest contribution first. `asked_by`: the name, or address, of who
    asked for it. `is_archived`: its words lie in the archive, and nothing is shown of them."""

    ticket: Ticket
    asked_by: str
    articles: tuple[ShownArticle, ...]
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """A contact who may see this ticket, and how much of it. `requester` asked for it, None for nobody."""

    ticket: Ticket
    contact: Contact
    sight: Sight
    requester: Contact | None


def viewer(tx: Connection, number: str, address: str, desk_named: Desks) -> Viewer | None:
    """Whether this address may see the ticket that is written so ("SD-1042")."""
    ticket = _numbered(tx, number)
    contact = next(iter(find_contacts(tx, [address])), None)
    desk = desk_named(ticket.desk) if ticket else None
    if ticket is None or contact is None or desk is None:
        return None
    known = known_tickets(tx, [ticket])[ticket.id]
    seen = sight(contact, known, desk)
    return Viewer(ticket, contact, seen, known.requester) if seen else None


def _numbered(tx: Connection, written: str) -> Ticket | None:
    prefix, number = own_number(written) or ("", 0)
    found = tickets_by_id(tx, [number]).get(TicketId(number))
    return home_of(tx, found.id) if found and found.prefix.upper() == prefix else None


def show(tx: Connection, number: str, address: str, desk_named: Desks) -> ShownTicket | None:
    """The ticket as this address may see it."""
    found = viewer(tx, number, address, desk_named)
    if found is None:
        return None
    asked_by = found.requester.name or found.requester.address if found.requester else ""
    if live_of(tx, TicketId(found.ticket.id)):
        return ShownTicket(found.ticket, asked_by, (), is_archived=True)
    return ShownTicket(found.ticket, asked_by, _articles(tx, found))


def _articles(tx: Connection, found: Viewer) -> tuple[ShownArticle, ...]:
    of = _NEWEST.where(article.c.ticket_id == found.ticket.id)
    since = found.sight.since
    rows = tx.execute(of.where(article.c.at >= since) if since else of).all()[::-1]
    files = rows_among(tx, _FILES, [row.id for row in rows])
    return tuple(_shown(row, [one for one in files if one.article_id == row.id]) for row in rows)


def _begin(text: ColumnElement[str]) -> ColumnElement[str]:
    return func.substr(text, 1, LONGEST_TEXT + 1)


_NEWEST = (
    select(
        *(article.c.id, article.c.kind, article.c.at, article.c.author_name, article.c.author),
        *(_begin(article.c.visible_text).label("visible"), _begin(article.c.text).label("whole")),
    )
    .where(article.c.kind != ArticleKind.NOTE, article.c.review.is_(False))
    .order_by(article.c.id.desc())
    .limit(MOST_ARTICLES)
)


def _shown(row: AnyRow, files: list[AnyRow]) -> ShownArticle:
    new = row.visible if row.visible.strip() else row.whole
    more = row.whole if row.whole.strip() != new.strip() else ""
    return ShownArticle(
        ours=row.kind is ArticleKind.OUTGOING,
        at=row.at,
        author=Address(row.author_name, row.author),
        text=new[:LONGEST_TEXT].strip("\n"),
        more=more[:LONGEST_TEXT].strip("\n"),
        cut=len(new) > LONGEST_TEXT,
        files=tuple(ShownFile(one.filename, one.size) for one in files),
    )
