"""What belongs to a person, or to a ticket: every row whose words go. Nothing is written here.

A person's: the tickets they asked for, wholly; on tickets of others what they wrote, what was sent to them. What others
wrote of them stays, without their address and name (`scrubbing`). A ticket's: all of it, and of those merged into it.
"""

from __future__ import annotations

import email
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.policy import compat32
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from maild.model import Role, TicketId
from maild.store.among import among
from maild.store.erasing.wording import Scrub
from maild.store.merged import family
from maild.store.rows import rows_among, tickets_by_id
from maild.store.schema import (
    article,
    contact,
    decision,
    inbox_entry,
    outbox_entry,
    participant,
    raw_mail,
    raw_piece,
)

ERASED = ("erasure", "erased", "its words were erased")
ARCHIVED = ("archive", "archived", "its words lie in the archive")
"""The reasons of inbox entries whose own words are gone, or elsewhere."""
OVERLAP = 400
_PIECES_AT_ONCE = 20
_entry = inbox_entry.c


@dataclass(frozen=True)
class Reach:
    """Numbers of rows, addresses of contacts. `named`: raw mail of others in which the person is named."""

    tickets: tuple[TicketId, ...] = ()
    articles: tuple[int, ...] = ()
    entries: tuple[int, ...] = ()
    outbox: tuple[int, ...] = ()
    raw: tuple[int, ...] = ()
    named: tuple[int, ...] = ()
    contacts: tuple[str, ...] = ()

    def within(self, other: Reach) -> Reach:
        """What both reach of articles, mails and entries; no ticket as a whole, and nobody."""
        names = ("articles", "entries", "outbox", "raw")
        common = {name: _sorted(set(getattr(self, name)) & set(getattr(other, name))) for name in names}
        return Reach(**common)


def of_ticket(tx: Connection, number: TicketId) -> Reach:
    """All of a ticket. Mail that another desk's ticket has as well stays there."""
    return of_tickets(tx, family(tx, number))


def of_tickets(tx: Connection, tickets: Collection[TicketId], *, lock: bool = True) -> Reach:
    """All of these tickets; `lock` holds them against other writers until the transaction ends."""
    tickets_by_id(tx, tickets, lock=lock)
    articles, written = _articles(tx, among(article.c.ticket_id), tickets)
    entries = _with_copies(tx, written | _ids(tx, _of_tickets(), tickets))
    outbox = _ids(tx, select(outbox_entry.c.id).where(among(outbox_entry.c.ticket_id)), tickets)
    raw = raw_of(tx, entries)
    return Reach(tuple(sorted(tickets)), *map(_sorted, (articles, entries, outbox, raw - _needed(tx, raw, entries))))


def of_person(tx: Connection, addresses: Collection[str], scrub: Scrub) -> Reach:
    """All of a person, by their addresses; `scrub` finds them in mail of others."""
    asked = select(participant.c.ticket_id).join(contact, contact.c.id == participant.c.contact_id)
    asked = asked.where(among(contact.c.address), participant.c.role == Role.REQUESTER)
    tickets = {TicketId(one) for number in _ids(tx, asked, addresses) for one in family(tx, TicketId(number))}
    whole = of_tickets(tx, tickets)
    own, named = _raw_naming(tx, addresses, scrub)
    named |= raw_of(tx, _quoting(tx, scrub))
    articles, written = _articles(tx, among(article.c.author), addresses)
    entries = written | _ids(tx, select(_entry.id).where(among(_entry.mail_from)), addresses)
    entries |= _ids(tx, select(_entry.id).where(among(_entry.raw_id)), own)
    entries = _with_copies(tx, entries | set(whole.entries))
    outbox = _ids(tx, select(outbox_entry.c.id).where(among(outbox_entry.c.recipient)), addresses)
    raw = raw_of(tx, entries) | own
    return Reach(
        tickets=whole.tickets,
        articles=_sorted(articles | set(whole.articles) | _articles_of(tx, entries)),
        entries=_sorted(entries),
        outbox=_sorted(outbox | set(whole.outbox)),
        raw=_sorted(raw),
        named=_sorted(named - raw),
        contacts=_sorted(addresses),
    )


def _sorted(numbers: Collection[Any]) -> tuple[Any, ...]:
    return tuple(sorted(numbers))


def _ids(tx: Connection, query: Select[Any], values: Collection[Any]) -> set[Any]:
    return {row[0] for row in rows_among(tx, query, values) if row[0] is not None}


def _articles(tx: Connection, which: ColumnElement[bool], values: Collection[Any]) -> tuple[set[int], set[int]]:
    """(articles, the inbox entries they came by)."""
    rows = rows_among(tx, select(article.c.id, article.c.entry_id).where(which), values)
    return {row.id for row in rows}, {row.entry_id for row in rows if row.entry_id is not None}


def _articles_of(tx: Connection, entries: Collection[int]) -> set[int]:
    return _articles(tx, among(article.c.entry_id), entries)[0]


def _of_tickets() -> Select[Any]:
    return (
        select(_entry.id)
        .outerjoin(decision, decision.c.entry_id == _entry.id)
        .where(or_(among(_entry.ticket_id), among(decision.c.ticket_id)))
    )


def _with_copies(tx: Connection, entries: set[int]) -> set[int]:
    """With the mails that were known as the same, however often."""
    known, new = set(entries), set(entries)
    while new:
        new = _ids(tx, select(_entry.id).where(among(_entry.duplicate_of)), new) - known
        known |= new
    return known


def raw_of(tx: Connection, entries: Collection[int]) -> set[int]:
    """The mails of these entries, whoever else has them."""
    return _ids(tx, select(_entry.raw_id).where(among(_entry.id)), entries)


def _needed(tx: Connection, raw: Collection[int], entries: Collection[int]) -> set[int]:
    """Mails that an entry beyond these has as well, such as one to two desks; unless that one's words are gone."""
    others = select(_entry.raw_id, _entry.id).where(among(_entry.raw_id))
    rows = rows_among(tx, others.where(_entry.reasons.not_in([(ERASED,), (ARCHIVED,)])), raw)
    return {row.raw_id for row in rows if row.id not in entries}


def _raw_naming(tx: Connection, addresses: Collection[str], scrub: Scrub) -> tuple[set[int], set[int]]:
    """Raw mail in which the words stand plainly: (what the person wrote, what others did)."""
    wrote = Scrub(tuple((address, "") for address in addresses), whole=True)
    own: set[int] = set()
    named: set[int] = set()
    for number, beginning in _hits(tx, scrub):
        (own if _is_from(beginning, wrote) else named).add(number)
    return own, named


def _quoting(tx: Connection, scrub: Scrub) -> set[int]:
    """Entries whose articles have the words, however their mails encode them."""
    texts = (func.lower(article.c.text), func.lower(article.c.subject))
    likes = [text.like(f"%{piece}%") for text in texts for piece in scrub.anchors]
    rows = tx.execute(select(article.c.entry_id).where(article.c.entry_id.is_not(None), or_(*likes)))
    return {row.entry_id for row in rows}


def _hits(tx: Connection, scrub: Scrub) -> Iterator[tuple[int, bytes]]:
    """Every mail that is named so, with its first piece. One pass through all bytes; pieces overlap."""
    pieces = select(raw_piece.c.raw_id, raw_piece.c.data).order_by(raw_piece.c.raw_id, raw_piece.c.seq)
    anchors = [piece.encode() for piece in scrub.anchors]
    rows = tx.execute(pieces, execution_options={"yield_per": _PIECES_AT_ONCE})
    for number, ones in groupby(rows, lambda row: row.raw_id):
        first = rest = b""
        found = False
        for one in ones:
            first = first or bytes(one.data)
            found = found or _found(rest + bytes(one.data), scrub, anchors)
            rest = bytes(one.data)[-OVERLAP:]
        if found:
            yield number, first


def _found(data: bytes, scrub: Scrub, anchors: Collection[bytes]) -> bool:
    """Most mails have no piece of a word, which a look for bytes says quickly."""
    small = data.lower()
    return any(piece in small for piece in anchors) and scrub.found(data.decode("utf-8", "replace"))


def _is_from(beginning: bytes, wrote: Scrub) -> bool:
    """Whether the person wrote it, as its header says (RFC 5322, 3.6.2)."""
    header = email.message_from_bytes(beginning.partition(b"\r\n\r\n")[0], policy=compat32)
    said = " ".join(str(value) for name in ("From", "Sender") for value in header.get_all(name, []))
    return wrote.found(said)


def hashes(tx: Connection, raw: Collection[int]) -> dict[int, str]:
    """The SHA-256 of mails, as they arrived."""
    rows = rows_among(tx, select(raw_mail.c.id, raw_mail.c.sha256).where(among(raw_mail.c.id)), raw)
    return {row.id: row.sha256 for row in rows}
