"""What the web pages show: one ticket as one participant may see it.

Laws: people see tickets they take part in, no notes, nothing that awaits review; a guest sees what came after the
invitation; who waits, has left or is inactive sees nothing. What may not be seen and what is not there are the same
None. Texts are bounded here, so that no page holds a whole mailbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from maild.model import Address, ArticleKind, Contact, Register, Role, Ticket, TicketId
from maild.store.among import among
from maild.store.leads import own_number
from maild.store.rows import CONTACT, AnyRow, as_contact, rows_among, tickets_by_id
from maild.store.schema import article, attachment, contact, participant

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
    """A ticket as one participant may see it, the oldest contribution first."""

    ticket: Ticket
    articles: tuple[ShownArticle, ...]


@dataclass(frozen=True, slots=True)
class Taking:
    """A contact's part in a ticket. `since` (UTC) is when a guest was invited."""

    ticket: Ticket
    contact: Contact
    role: Role
    since: datetime | None


def taking_part(tx: Connection, number: str, address: str) -> Taking | None:
    """Whether this address may see the ticket that is written so ("SD-1042")."""
    ticket = _numbered(tx, number)
    if ticket is None:
        return None
    there = and_(participant.c.ticket_id == ticket.id, contact.c.address == address)
    active = and_(participant.c.waits.is_(False), participant.c.has_left.is_(False))
    known = contact.c.register != Register.INACTIVE
    part = select(participant.c.role, participant.c.since, *CONTACT).join(contact).where(there, active, known)
    row = tx.execute(part).first()
    return Taking(ticket, as_contact(row), row.role, row.since) if row else None


def _numbered(tx: Connection, written: str) -> Ticket | None:
    prefix, number = own_number(written) or ("", 0)
    found = tickets_by_id(tx, [number]).get(TicketId(number))
    return found if found and found.prefix.upper() == prefix else None


def show(tx: Connection, number: str, address: str) -> ShownTicket | None:
    """The ticket as this address may see it."""
    taking = taking_part(tx, number, address)
    return ShownTicket(taking.ticket, _articles(tx, taking)) if taking else None


def _articles(tx: Connection, taking: Taking) -> tuple[ShownArticle, ...]:
    found = tx.execute(_NEWEST.where(article.c.ticket_id == taking.ticket.id, _after(taking))).all()[::-1]
    files = rows_among(tx, _FILES, [row.id for row in found])
    return tuple(_shown(row, [one for one in files if one.article_id == row.id]) for row in found)


def _after(taking: Taking) -> ColumnElement[bool]:
    """A guest of whom nobody knows since when sees nothing."""
    if taking.role is not Role.GUEST:
        return article.c.id.is_not(None)
    return article.c.at >= taking.since if taking.since else article.c.id.is_(None)


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
