"""The three kinds of erasure, each inside the caller's transaction: a person, tickets, words of a ticket.

In: what shall go; out: what was reached (`Record`), for the chain. Laws: what must not be erased was asked before
(`holds`); the bytes of a mail are remembered by their hash, so that they stay away when they come again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select, union, update

from maild.model import TicketId
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.erasing import archives
from maild.store.erasing import reach as reaching
from maild.store.erasing.chain import MailMark, Record
from maild.store.erasing.emptying import Deed, empty
from maild.store.erasing.marks import is_tombstone, mark, tombstone
from maild.store.erasing.reach import Reach
from maild.store.erasing.redacting import redact
from maild.store.erasing.scrubbing import scrub_raw, scrub_tables
from maild.store.erasing.wording import GONE, Scrub, scrub_of
from maild.store.rows import rows_among
from maild.store.schema import article, audit, contact, content_key, erased_mail, inbox_entry, outbox_entry, raw_mail

_NAMES = select(contact.c.name).where(among(contact.c.address))
_SIGNED = select(article.c.author_name).where(among(article.c.author)).distinct()
LINE, MOST_LINES = 20, 400
"""Characters of a line that nobody writes by chance; lines that are looked for."""
_WROTE = select(article.c.ticket_id, article.c.visible_text)
_ON = select(article.c.ticket_id)
_KEYS = select(inbox_entry.c.raw_id, content_key.c.key, content_key.c.desk).join(
    content_key, content_key.c.entry_id == inbox_entry.c.id
)
_SEEN = (contact.c.address, article.c.author, inbox_entry.c.mail_from, outbox_entry.c.recipient)


@dataclass(frozen=True, slots=True)
class Person:
    """A person to be erased: what belongs to them, the words that name them, their tombstones by address."""

    reach: Reach
    scrub: Scrub
    deed: Deed
    marks: tuple[str, ...]


def find_person(
    tx: Connection, addresses: Collection[str], secret: bytes, number: int, at: datetime, names: Collection[str] = ()
) -> Person:
    """What would be erased; nothing is written. `names`: full names of theirs, besides those that are known here."""
    tombs = {address: _tombstone(tx, secret, address, number) for address in sorted(addresses)}
    known = sorted({*_full_names(tx, addresses), *names})
    scrub = Scrub((*tombs.items(), *((name, GONE) for name in known)), whole=True)
    marks = tuple(mark(secret, address) for address in tombs)
    return Person(reaching.of_person(tx, addresses, scrub), scrub, Deed(number, at, tombs), marks)


def tickets_of(tx: Connection, person: Person) -> tuple[TicketId, ...]:
    """Every ticket that loses words: their own, and those on which they wrote."""
    rows = rows_among(tx, _ON.where(among(article.c.id)), person.reach.articles)
    return tuple(sorted({*person.reach.tickets, *(TicketId(row.ticket_id) for row in rows)}))


def erase_person(tx: Connection, person: Person) -> Record:
    """Everything of a person. Archives that name them and were not brought back before are out of reach: they are
    counted, and lose what is theirs when they come back (`erase_person_on`)."""
    quoted = _quoted(tx, person)
    record = _erase(tx, person.reach, person.deed)
    _forget_changes(tx, tuple(person.deed.tombs))
    named = scrub_raw(tx, person.scrub, person.reach.named, person.deed)
    others = {"mails of others": named, "texts of others": scrub_tables(tx, person.scrub), "quotations": quoted}
    others["archives out of reach"] = archives.doom_copies(tx, person.marks, person.deed.at)
    return replace(record, people=person.marks, counts=(*record.counts, *_told(others)))


def erase_person_on(tx: Connection, person: Person, tickets: Collection[TicketId]) -> None:
    """The same on these tickets only, which came back from an archive: what they wrote and got there, and their address
    and name. What else there is of somebody who wrote again since is none of this erasure's."""
    here = reaching.of_tickets(tx, tickets)
    here = replace(here, raw=tuple(sorted(reaching.raw_of(tx, here.entries))))
    own = replace(person, reach=person.reach.within(here))
    _quoted(tx, own)
    _erase(tx, own.reach, own.deed)
    redact(tx, here, person.scrub, person.deed)


def _quoted(tx: Connection, person: Person) -> int:
    """What they wrote on tickets of others is quoted there: whole lines of it go from what others wrote, too."""
    tickets = set(tickets_of(tx, person)) - set(person.reach.tickets)
    rows = rows_among(tx, _WROTE.where(among(article.c.id)), person.reach.articles)
    said = (line.strip() for row in rows if row.ticket_id in tickets for line in row.visible_text.splitlines())
    lines = [line for line in said if len(line) >= LINE][:MOST_LINES]
    if not lines:
        return 0
    return redact(tx, reaching.of_tickets(tx, tickets), scrub_of(lines), person.deed).total()


def erase_tickets(tx: Connection, tickets: Collection[TicketId], number: int, at: datetime) -> Record:
    """Everything of these tickets, but for the people; their archive files must go."""
    return _erase(tx, reaching.of_tickets(tx, tickets), Deed(number, at, {}))


def erase_words(
    tx: Connection, ticket: TicketId, words: Sequence[str], secret: bytes, number: int, at: datetime
) -> Record:
    """These words of a ticket; it stays otherwise. Raises ValueError for words that are too short."""
    scrub, reach = scrub_of(words), reaching.of_ticket(tx, ticket)
    before = mail_marks(tx, reach.raw)
    counts = redact(tx, reach, scrub, Deed(number, at, {}))
    archives.doom_files(tx, reach.tickets, at)
    after = reaching.hashes(tx, reach.raw)
    mails = tuple(before[raw] for raw in sorted(before) if after[raw] != before[raw].sha256)
    _remember(tx, mails, number)
    marks = tuple((len(word), mark(secret, word, "text")) for word, _ in scrub.words)
    return Record(tickets=reach.tickets, mails=mails, words=marks, counts=_told(counts))


def addresses_marked(tx: Connection, secret: bytes, people: Collection[str]) -> tuple[str, ...]:
    """Which addresses that maild knows have these marks."""
    everybody = tx.scalars(union(*(select(column).where(column != "") for column in _SEEN)))
    return tuple(sorted({one for one in everybody if not is_tombstone(one) and mark(secret, one) in people}))


def mail_marks(tx: Connection, raw: Collection[int]) -> dict[int, MailMark]:
    """What mails are known by when they come again."""
    keys: dict[int, list[tuple[str, str]]] = {}
    for row in rows_among(tx, _KEYS.where(among(inbox_entry.c.raw_id)), raw):
        keys.setdefault(row.raw_id, []).append((row.key, row.desk))
    known = reaching.hashes(tx, raw)
    return {number: MailMark(sha256, tuple(sorted(keys.get(number, ())))) for number, sha256 in known.items()}


def raw_marked(tx: Connection, mails: Collection[str]) -> dict[str, int]:
    """Mails that are here, by the hash of their bytes."""
    rows = rows_among(tx, select(raw_mail.c.sha256, raw_mail.c.id).where(among(raw_mail.c.sha256)), mails)
    return {row.sha256: row.id for row in rows}


def _erase(tx: Connection, reach: Reach, deed: Deed) -> Record:
    archives.doom_files(tx, reach.tickets, deed.at)
    mails = tuple(mail_marks(tx, reach.raw).values())
    counts = empty(tx, reach, deed)
    _remember(tx, mails, deed.number)
    return Record(tickets=reach.tickets, mails=mails, counts=_told(counts))


def _told(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((name, many) for name, many in counts.items() if many)


def _remember(tx: Connection, mails: Collection[MailMark], number: int) -> None:
    rows = [{"sha256": one.sha256, "at_erasure": number} for one in mails]
    insert_rows(tx, erased_mail, rows, "(sha256) DO NOTHING")


def _forget_changes(tx: Connection, addresses: Collection[str]) -> None:
    """What was changed about them names more of them than their address."""
    theirs = update(audit).where(among(audit.c.subject)).values(what="erased", why="")
    tx.execute(theirs, {"values": addresses})


def _full_names(tx: Connection, addresses: Collection[str]) -> tuple[str, ...]:
    """Names of at least two words: one word alone may be anybody's, or a word of the language."""
    rows = (*rows_among(tx, _NAMES, addresses), *rows_among(tx, _SIGNED, addresses))
    return tuple(sorted({" ".join(row[0].split()) for row in rows if len(row[0].split()) > 1 and "@" not in row[0]}))


def _tombstone(tx: Connection, secret: bytes, address: str, number: int) -> str:
    """Whoever wrote again after an erasure has a second one."""
    tomb = tombstone(secret, address)
    if tx.execute(select(contact.c.id).where(contact.c.address == tomb)).first() is None:
        return tomb
    local, _, domain = tomb.partition("@")
    return f"{local}-{number}@{domain}"
