"""Erasing for somebody: looked at, refused or done, written into the chain and into the access log.

In: an order; out: its certificate (`Erasure`). Laws: held tickets are refused before anything is written; the chain's
row is in the same transaction as what was erased; the line of `erasures.jsonl` follows the commit, and the next erasure
makes good for one that is missing. Whatever archives hold of a person is brought back to be erased; their files go
after the commit. A dry run does all of it and takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from maild.errors import ExitCode, MaildError
from maild.model import TicketId
from maild.steps import archiving
from maild.store import access
from maild.store.access import Access
from maild.store.among import among
from maild.store.archiving.shelf import Shelf
from maild.store.archiving.taking import By
from maild.store.engine import Store
from maild.store.erasing import again, archives, chain, deeds, holds, redacting
from maild.store.erasing.chain import Erasure, Record
from maild.store.erasing.compacting import overwrite
from maild.store.erasing.marks import tombstone
from maild.store.merged import family
from maild.store.rows import rows_among
from maild.store.schema import staff, ticket

_DESKS = select(ticket.c.id, ticket.c.desk).where(among(ticket.c.id))
_STAFF = select(staff.c.name).where(among(staff.c.address))


ARCHIVES = "archives brought back"
"""Of a certificate's counts."""


class NotErased(MaildError):
    """It was not erased."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class Order:
    """Who erases, when (UTC) and why; `secret` is the instance's. `desks`: whose tickets they may touch; None: all.

    On the `shelf` archives lie; `identity`, a file with the private age key, opens those that are encrypted.
    """

    actor: str
    at: datetime
    secret: bytes
    why: str = ""
    desks: frozenset[str] | None = None
    shelf: Shelf | None = None
    identity: Path | None = None


class _TakenBack(Exception):
    def __init__(self, would_be: Erasure) -> None:
        super().__init__()
        self.would_be = would_be


Deed = Callable[[Connection, int], tuple[str, str, Record]]


def erase_person(store: Store, addresses: Collection[str], order: Order, *, dry_run: bool = False) -> Erasure:
    """Everything of a person. Raises Held, NotErased (staff, tickets of other desks)."""

    def deed(tx: Connection, number: int) -> tuple[str, str, Record]:
        if working := rows_among(tx, _STAFF, addresses):
            raise NotErased(f"{working[0].name} works here: staff leave in the directory, and their answers stay")
        back = _out_of_archives(tx, addresses, order)
        person = deeds.find_person(tx, addresses, order.secret, number, order.at)
        _require(tx, deeds.tickets_of(tx, person), order)
        record = deeds.erase_person(tx, person)
        if back:
            record = replace(record, counts=(*record.counts, (ARCHIVES, back)))
        if not record.counts:
            raise NotErased("nothing here is of this address")
        return chain.PERSON, tombstone(order.secret, min(addresses)), record

    return _carried_out(store, deed, order, dry_run)


def erase_ticket(store: Store, ticket: TicketId, order: Order, *, dry_run: bool = False) -> Erasure:
    """Everything of a ticket and of those merged into it. Raises Held, NotErased."""

    def deed(tx: Connection, number: int) -> tuple[str, str, Record]:
        tickets = family(tx, ticket)
        _require(tx, tickets, order)
        return chain.TICKET, str(ticket), deeds.erase_tickets(tx, tickets, number, order.at)

    return _carried_out(store, deed, order, dry_run)


def erase_text(
    store: Store, ticket: TicketId, article: int, words: Sequence[str], order: Order, *, dry_run: bool = False
) -> Erasure:
    """These words of a ticket; `article` is where they stand. Raises Held, NotFound, NotErased."""

    def deed(tx: Connection, number: int) -> tuple[str, str, Record]:
        if archives.live_of(tx, ticket):
            raise NotErased(
                f"ticket {ticket} lies in the archive: bring it back first, `maild archive return {ticket}`"
            )
        redacting.require_article(tx, ticket, article)
        _require(tx, family(tx, ticket), order)
        try:
            record = deeds.erase_words(tx, ticket, words, order.secret, number, order.at)
        except ValueError as error:
            raise NotErased(str(error)) from None
        if not record.counts:
            raise NotErased("none of these words stand in the ticket")
        return chain.TEXT, str(ticket), record

    return _carried_out(store, deed, order, dry_run)


def _out_of_archives(tx: Connection, people: Collection[str], order: Order) -> int:
    """What archives hold of these people comes back first."""
    if order.shelf is None:
        return 0
    by = By(order.at, order.actor)
    return archiving.bring_back_for_erasure(tx, order.shelf, people, by, order.identity)


def sweep(store: Store, now: datetime) -> int:
    """Take the bytes of erased mail that came again; how many mails. For the clock."""
    return store.retrying(lambda tx: again.sweep(tx, now))


def write_down(store: Store, state: Path) -> None:
    """Make the file in the state folder complete."""
    with store.reading() as tx:
        ones = chain.every(tx)
    chain.write_file(state, ones)


def _require(tx: Connection, tickets: Collection[TicketId], order: Order) -> None:
    holds.require_free(tx, tickets)
    others = {row.desk for row in rows_among(tx, _DESKS, tickets)} - (order.desks or set())
    if order.desks and others:
        raise NotErased(f"there are tickets of desk {min(others)}, which is not yours: ask whoever sees all desks")


def _carried_out(store: Store, deed: Deed, order: Order, dry_run: bool) -> Erasure:
    def work(tx: Connection) -> Erasure:
        done = _erased(tx, deed, order)
        if dry_run:
            raise _TakenBack(done)
        return done

    try:
        done = store.retrying(work)
    except _TakenBack as end:
        return end.would_be
    if order.shelf is not None:
        archiving.sweep(store, order.shelf, order.at)
    return done


def _erased(tx: Connection, deed: Deed, order: Order) -> Erasure:
    overwrite(tx)
    archives.alone(tx)
    again.sweep(tx, order.at)
    number = chain.next_number(tx)
    kind, subject, record = deed(tx, number)
    done = chain.append(tx, Erasure(number, order.at, order.actor, kind, subject, order.why, record))
    looks = [Access(order.at, order.actor, TicketId(one), access.ERASE, f"erasure {number}") for one in record.tickets]
    access.note(tx, *looks or [Access(order.at, order.actor, None, access.ERASE, f"erasure {number}")])
    return done
