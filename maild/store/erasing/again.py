"""What was erased stays erased: once more after a restore, and once more when a mail comes again.

In: erasures that another database, or the file beside it, knows of; out: the same erased here, the chain as it was
there. Mail that came after the backup lies in the mailbox still: a skeleton takes its content key, so that it is known
as a duplicate when it is read again, and `sweep` takes its bytes (law 5).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, func, insert, or_, select

from maild.model import Disposition, Source, TicketId
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.erasing import chain, deeds, holds, reach
from maild.store.erasing.chain import Erasure
from maild.store.erasing.emptying import Deed, empty
from maild.store.erasing.marks import mark, words_with
from maild.store.erasing.reach import ERASED
from maild.store.erasing.redacting import texts
from maild.store.numbers import reserve
from maild.store.raw import store_raw
from maild.store.rows import rows_among
from maild.store.schema import INBOX_OPEN, content_key, erased_mail, inbox_entry, raw_mail, setting, ticket
from maild.store.states import InboxState

_THERE = select(ticket.c.id).where(among(ticket.c.id))
_COPIES = (Disposition.DUPLICATE, Disposition.IGNORED)
_entry, _first = inbox_entry.c, inbox_entry.alias("first").c
SWEPT = "erasures_swept"
"""The setting that says how far `sweep` has looked."""


class Told(Protocol):
    """What is told of people in an archive: the addresses that stand in it, and how it calls some of them."""

    def addresses(self) -> Collection[str]: ...
    def names(self, people: Collection[str], /) -> Collection[str]: ...


def reapply(tx: Connection, erasures: Sequence[Erasure], secrets: Collection[bytes], at: datetime) -> int:
    """Erase once more what this database does not know to be erased; how many erasures that were."""
    known = {one.digest for one in chain.every(tx)}
    missing = [one for one in erasures if one.digest not in known]
    for one in missing:
        numbered = _enter(tx, one)
        for secret in secrets:
            _erase(tx, numbered, secret, at)
        _close_the_door(tx, numbered, at)
    return len(missing)


def sweep(tx: Connection, at: datetime) -> int:
    """Take the bytes of erased mail that came again and was known; how many mails. Each entry is looked at once."""
    last, upto = _swept(tx), _settled_upto(tx)
    known = select(_first.id).where(_first.id == _entry.duplicate_of, _first.reasons == (ERASED,))
    came = select(_entry.id, _entry.raw_id).join(raw_mail, raw_mail.c.id == _entry.raw_id)
    gone = or_(known.exists(), raw_mail.c.sha256.in_(select(erased_mail.c.sha256)))
    new = came.where(_entry.id > last, _entry.id <= upto, _entry.reasons != (ERASED,))
    rows = tx.execute(new.where(_entry.disposition.in_(_COPIES), gone)).all()
    for row in rows:
        empty(tx, reach.Reach(entries=(row.id,), raw=(row.raw_id,)), Deed(0, at, {}))
    insert_rows(tx, setting, [{"key": SWEPT, "value": str(upto)}], "(key) DO UPDATE SET value = excluded.value")
    return len(rows)


def _swept(tx: Connection) -> int:
    """The last entry that was looked at."""
    return int(tx.execute(select(setting.c.value).where(setting.c.key == SWEPT)).scalar_one_or_none() or 0)


def _settled_upto(tx: Connection) -> int:
    """The last entry before the first that is not decided yet."""
    first = tx.execute(select(func.min(_entry.id)).where(INBOX_OPEN)).scalar_one()
    return int(first - 1 if first else tx.execute(select(func.max(_entry.id))).scalar_one() or 0)


def once_more(
    tx: Connection,
    tickets: Collection[TicketId],
    ones: Sequence[Erasure],
    told: Told,
    secret: bytes,
    at: datetime,
) -> None:
    """Erase in tickets that came back from an archive what these erasures took elsewhere.

    Raises Held where one of them must stay.
    """
    addresses = told.addresses()
    for one in ones:
        if one.kind == chain.TEXT and int(one.subject) in tickets:
            holds.require_free(tx, tickets)
            _erase_words(tx, TicketId(int(one.subject)), one, secret, at)
        if people := [address for address in addresses if mark(secret, address) in one.record.people]:
            holds.require_free(tx, tickets)
            person = deeds.find_person(tx, people, secret, one.number, at, told.names(people))
            deeds.erase_person_on(tx, person, tickets)


def _enter(tx: Connection, one: Erasure) -> Erasure:
    """Into the chain as it was; where this database has gone another way since, as one of its own."""
    last = chain.every(tx)[-1:]
    fits = one.previous == chain.last_digest(tx) and all(one.number > before.number for before in last)
    if fits:
        chain.add_sealed(tx, [one])
        return one
    return chain.append(tx, replace(one, number=chain.next_number(tx)))


def _erase(tx: Connection, one: Erasure, secret: bytes, at: datetime) -> None:
    tickets = [TicketId(row.id) for row in rows_among(tx, _THERE, one.record.tickets)]
    if one.kind == chain.TEXT:
        for number in tickets[:1]:
            _erase_words(tx, number, one, secret, at)
        return
    if people := deeds.addresses_marked(tx, secret, one.record.people):
        deeds.erase_person(tx, deeds.find_person(tx, people, secret, one.number, at))
    if tickets:
        deeds.erase_tickets(tx, tickets, one.number, at)
    _erase_mails(tx, one, at)


def _erase_words(tx: Connection, number: TicketId, one: Erasure, secret: bytes, at: datetime) -> None:
    """Their marks are known, and they are still in the articles."""
    said = texts(tx, reach.of_ticket(tx, number))
    if words := sorted(set(words_with(secret, said, one.record.words))):
        deeds.erase_words(tx, number, words, secret, one.number, at)


def _erase_mails(tx: Connection, one: Erasure, at: datetime) -> None:
    """Mails that are here and belonged to no ticket yet."""
    raw = tuple(deeds.raw_marked(tx, [mail.sha256 for mail in one.record.mails]).values())
    theirs = select(_entry.id).where(among(_entry.raw_id))
    entries = tuple(sorted(row.id for row in rows_among(tx, theirs, raw)))
    empty(tx, reach.Reach(entries=entries, raw=raw), Deed(one.number, at, {}))


def _close_the_door(tx: Connection, one: Erasure, at: datetime) -> None:
    """Mails that are not here: they may be in the mailbox."""
    rows = [{"sha256": mail.sha256, "at_erasure": one.number} for mail in one.record.mails]
    insert_rows(tx, erased_mail, rows, "(sha256) DO NOTHING")
    if one.kind == chain.TEXT:
        return  # the mail itself may come again; only some of its words may not
    wanted = {pair for mail in one.record.mails for pair in mail.keys}
    there = select(content_key.c.key, content_key.c.desk).where(among(content_key.c.key))
    known = {(row.key, row.desk) for row in rows_among(tx, there, sorted({key for key, _ in wanted}))}
    if missing := sorted(wanted - known):
        _put_skeleton(tx, missing, at)


def _put_skeleton(tx: Connection, keys: Sequence[tuple[str, str]], at: datetime) -> None:
    given = reserve(tx, {raw_mail: 1, inbox_entry: 1})
    raw, number = next(given[raw_mail]), next(given[inbox_entry])
    store_raw(tx, [(raw, b"")])
    said = {"source": Source.FILE, "received_at": at, "state": InboxState.DONE, "disposition": Disposition.IGNORED}
    tx.execute(insert(inbox_entry).values(id=number, raw_id=raw, size=0, reasons=(ERASED,), **said))
    insert_rows(tx, content_key, [{"key": key, "desk": desk, "entry_id": number} for key, desk in keys])
