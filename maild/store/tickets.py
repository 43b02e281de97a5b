"""Tickets as people read them: lists, one ticket with all that hangs on it, an attachment's source."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from maild.errors import NotFound
from maild.model import (
    Address,
    ArticleId,
    ArticleKind,
    Attachment,
    EntryId,
    Participant,
    Promise,
    Proof,
    Status,
    Ticket,
    TicketId,
)
from maild.store import clocks, outbox_views
from maild.store.among import among
from maild.store.inbox_views import raw_of
from maild.store.leads import own_number
from maild.store.merged import family
from maild.store.outbox_views import OutboxView
from maild.store.rows import AnyRow, as_ticket, known_tickets, rows_among, tickets_by_id
from maild.store.schema import article, attachment, event, ticket, ticket_alias

MOST_MAILS = 1000
_PARTS = select(attachment).where(among(attachment.c.article_id)).order_by(attachment.c.id)


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One contribution. `entry`: the inbox entry it came from, None for staff's own."""

    id: ArticleId
    kind: ArticleKind
    at: datetime
    author: Address
    subject: str
    text: str
    visible_text: str
    message_id: str
    review: bool
    unverified: bool
    automatic: bool
    proof: Proof
    proof_text: str
    entry: EntryId | None


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """An attachment with the number it is fetched by."""

    id: int
    article: ArticleId
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class EventView:
    """What happened, caused by whom, and why."""

    at: datetime
    actor: str
    kind: str
    text: str
    entry: EntryId | None


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket with everything on it, each part in the order in which it came."""

    ticket: Ticket
    participants: tuple[Participant, ...]
    articles: tuple[ArticleView, ...]
    attachments: tuple[AttachmentView, ...]
    events: tuple[EventView, ...]
    outbox: tuple[OutboxView, ...]
    promises: tuple[Promise, ...] = ()


def list_tickets(
    tx: Connection, status: Status | None = None, desks: Collection[str] | None = None, limit: int = 100
) -> tuple[Ticket, ...]:
    """Tickets of one status and of these desks, or of any; what changed last comes first."""
    query = select(ticket).order_by(ticket.c.changed_at.desc(), ticket.c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(ticket.c.status == status)
    if desks is not None:
        query = query.where(ticket.c.desk.in_(desks))
    return tuple(as_ticket(row) for row in tx.execute(query))


def find_number(tx: Connection, written: str) -> TicketId:
    """The ticket that "SD-1042", "1042" or an alias names. Raises NotFound."""
    written = written.strip()
    named = own_number(written if "-" in written else f"-{written}")
    if named is not None:
        found = tickets_by_id(tx, [named[1]]).values()
        if number := next((one.id for one in found if named[0] in ("", one.prefix.upper())), None):
            return number
    aliases = select(ticket_alias.c.ticket_id).where(ticket_alias.c.number == written)
    alias = tx.scalars(aliases.order_by(ticket_alias.c.ticket_id)).first()
    if alias is None:
        raise NotFound(f"there is no ticket {written!r}")
    return TicketId(alias)


def show_ticket(tx: Connection, number: TicketId, *, lock: bool = False) -> TicketView:
    """One ticket; `lock` holds it to the end of the transaction. Raises NotFound."""
    found = tickets_by_id(tx, [number], lock=lock).get(number)
    if found is None:
        raise NotFound(f"there is no ticket {number}")
    articles = tx.execute(select(article).where(article.c.ticket_id == number).order_by(article.c.id)).all()
    numbers = family(tx, number)
    events = select(event).where(event.c.ticket_id.in_(numbers)).order_by(event.c.id)
    return TicketView(
        ticket=found,
        participants=known_tickets(tx, [found])[number].participants,
        articles=tuple(map(_article, articles)),
        attachments=tuple(map(_attachment, rows_among(tx, _PARTS, [row.id for row in articles]))),
        events=tuple(EventView(row.at, row.actor, row.kind, row.text, row.entry_id) for row in tx.execute(events)),
        outbox=_mails(tx, numbers),
        promises=clocks.promises_of(tx, [number]).get(number, ()),
    )


def _mails(tx: Connection, numbers: Collection[TicketId]) -> tuple[OutboxView, ...]:
    """What was sent about these tickets, the oldest first."""
    found = (one for number in numbers for one in outbox_views.list_entries(tx, ticket=number, limit=MOST_MAILS))
    return tuple(sorted(found, key=lambda one: one.id))


def attachment_source(tx: Connection, number: int) -> tuple[bytes, str]:
    """The raw mail that an attachment is in, and its place there ("2.1"). Raises NotFound."""
    query = (
        select(attachment.c.part, article.c.entry_id)
        .join(article, article.c.id == attachment.c.article_id)
        .where(attachment.c.id == number)
    )
    row = tx.execute(query).first()
    if row is None or row.entry_id is None:
        raise NotFound(f"there is no attachment {number}")
    return raw_of(tx, EntryId(row.entry_id)), row.part


def _article(row: AnyRow) -> ArticleView:
    return ArticleView(
        id=ArticleId(row.id),
        kind=row.kind,
        at=row.at,
        author=Address(row.author_name, row.author),
        subject=row.subject,
        text=row.text,
        visible_text=row.visible_text,
        message_id=row.message_id,
        review=row.review,
        unverified=row.unverified,
        proof=row.proof,
        proof_text=row.proof_text,
        automatic=row.automatic,
        entry=row.entry_id,
    )


def _attachment(row: AnyRow) -> AttachmentView:
    described = Attachment(
        row.filename, row.content_type, row.size, row.md5, row.sha256, row.part, row.content_id, row.inline
    )
    return AttachmentView(row.id, ArticleId(row.article_id), described)
