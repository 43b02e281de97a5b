"""Archiving: a ticket's words into a file and back, each family of tickets in a transaction of its own (REQ-L6).

In: a store, where archives lie (`Shelf`), who does it and when; out: what was archived or brought back. Laws: the file
is written and proven before the transaction begins; whoever was faster leaves nothing to be done; files that must go
are taken off the disk after the transaction that says so, and one that was carried off is known until it is seen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import Connection

from maild.desks.policy import Desk
from maild.errors import NotFound
from maild.model import TicketId
from maild.store.archiving import chest, family, files, records, returning
from maild.store.archiving.due import due
from maild.store.archiving.family import Family
from maild.store.archiving.files import ArchiveFailed
from maild.store.archiving.shelf import Shelf
from maild.store.archiving.taking import By, take, tell
from maild.store.backup.about import Unusable
from maild.store.engine import Store
from maild.store.erasing import archives
from maild.store.erasing.archives import Archived
from maild.store.erasing.marks import mark

log = structlog.get_logger()


def all_due(store: Store, desks: Sequence[Desk], now: datetime, limit: int) -> tuple[TicketId, ...]:
    """Tickets of these desks that may go into the archive now, at most so many of each."""
    found: list[TicketId] = []
    for one in desks:
        if one.retention and one.retention.archive:
            with store.reading() as tx:
                found += due(tx, one.desk, one.retention.archive.limit(now), limit)
    return tuple(found)


def archive(store: Store, place: Shelf, number: TicketId, by: By) -> Archived | None:
    """One ticket with its family; None where somebody was faster, or it has to stay. Raises ArchiveFailed, and Unusable
    where its mails are not what arrived: then it stays as it is."""

    def write(to: Path) -> Family:
        with store.reading() as tx:
            found = family.gather(tx, number)
            files.require_room(place, found.size)
            chest.write(to, found, partial(family.bytes_of, tx), by.at)
        return found

    with files.drafted(place, write) as draft:
        return store.retrying(lambda tx: take(tx, place, draft, by))


def archive_due(store: Store, place: Shelf, desks: Sequence[Desk], by: By, limit: int) -> int:
    """For the clock: what may go now; how many. One that cannot go does not stop the others."""
    done = 0
    for number in all_due(store, desks, by.at, limit):
        try:
            done += archive(store, place, number, by) is not None
        except Unusable as error:
            log.warning("not archived", ticket=number, because=str(error))
        except ArchiveFailed as error:
            log.warning("nothing is archived", because=str(error))
            break
    return done


@dataclass(frozen=True, slots=True)
class Return:
    """A ticket that shall come back, and why. `file`: where its archive was carried; `identity`: a file with the
    private age key; `agreed`: the ticket on which the customer agreed to the price."""

    number: TicketId
    why: str
    file: Path | None = None
    identity: Path | None = None
    agreed: TicketId | None = None


def bring_back(store: Store, place: Shelf, wanted: Return, by: By) -> Archived:
    """A ticket comes back. Raises NotFound where it is not in the archive, Unusable, Held."""
    with store.reading() as tx:
        one = _require(tx, wanted.number)

    def work(tx: Connection) -> None:
        archives.alone(tx)
        if _require(tx, wanted.number) != one:
            raise NotFound(f"ticket {wanted.number} was archived anew just now: try again")
        returning.bring_back(tx, one, found, place.secret, by, wanted.why)
        returning.mark_returned(tx, one, by)
        if wanted.agreed:
            tell(tx, [wanted.agreed], by, returning.BACK, f"as agreed here, ticket {one.ticket} was brought back")

    with files.opened(place, one, wanted.file, wanted.identity) as found:
        store.retrying(work)
    return one


def bring_back_for_erasure(tx: Connection, place: Shelf, people: Collection[str], by: By, identity: Path | None) -> int:
    """Whatever archives hold of these people comes back, so that it can be erased, and its files must go; how many.
    What cannot be opened here stays out of reach."""
    marks = [mark(place.secret, address) for address in people]
    return sum(_back(tx, place, one, by, identity) for one in archives.with_marks(tx, marks) if one.live)


def _back(tx: Connection, place: Shelf, one: Archived, by: By, identity: Path | None) -> bool:
    try:
        with files.opened(place, one, identity=identity) as found, tx.begin_nested():
            returning.bring_back(tx, one, found, place.secret, by, "something of it is to be erased")
    except Unusable:
        return False
    archives.doom(tx, [one.id], by.at)
    return True


def sweep(store: Store, place: Shelf, now: datetime) -> int:
    """Take the files that must go off the disk; how many went."""
    with store.reading() as tx:
        found = records.doomed(tx)
    here = [one for one in found if files.is_gone(place, one)]
    for one in here:
        store.retrying(partial(records.gone, one=one, at=now))
        files.forget(place, one)
    files.sweep_parts(place, now)
    return len(here)


def _require(tx: Connection, number: TicketId) -> Archived:
    one = archives.live_of(tx, number)
    if one is None:
        raise NotFound(f"ticket {number} is not in the archive: `maild archive list` names what is")
    return one
