"""The transaction that takes a family's words out of the database, when they lie in a file; and who was archived.

In: the family as it was written into the file, the file without a name; out: `Archived`, or None where it is no longer
the same, or has to stay: then the file is worth nothing. Law: the file has its name before the row says so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from maild.model import TicketId
from maild.store.archiving.due import may_go
from maild.store.archiving.family import LOSSES, Family, gather
from maild.store.archiving.files import Draft
from maild.store.archiving.shelf import Shelf
from maild.store.bulk import insert_rows
from maild.store.erasing import archives
from maild.store.erasing.archives import Archived
from maild.store.erasing.emptying import put_raw
from maild.store.erasing.marks import mark
from maild.store.erasing.reach import hashes
from maild.store.numbers import reserve
from maild.store.schema import archived, archived_mark, erasure, event, raw_mail

KIND = "archive/archived"
"""The event of a ticket whose words went."""
_LAST_ERASURE = select(func.coalesce(func.max(erasure.c.id), 0))


@dataclass(frozen=True, slots=True)
class By:
    """Who archives or brings back, and when (UTC)."""

    at: datetime
    actor: str


def take(tx: Connection, shelf: Shelf, draft: Draft, by: By) -> Archived | None:
    """Empty the family, once the file has its name. Raises ArchiveFailed."""
    archives.alone(tx)
    family, head = draft.family, draft.family.head
    if gather(tx, head.id, lock=True) != family or not may_go(tx, family.numbers):
        return None
    earlier = archives.of_tickets(tx, [head.id])
    place = shelf.place(head.desk, family.settled_at.year, head.number, len(earlier))
    draft.name(shelf, place)
    _empty(tx, family, place)
    archives.doom_files(tx, family.numbers, by.at)
    tell(tx, [head.id], by, KIND, f"its words lie in the archive: {place}")
    return _enter(tx, shelf, draft, head.id, place, by)


def _empty(tx: Connection, family: Family, place: str) -> None:
    for loss in LOSSES:
        loss.empty(tx, family.reach)
    known = hashes(tx, family.reach.raw)
    for one in family.files:
        if one.table == raw_mail.name and one.row in known:
            put_raw(tx, one.row, note(place, one.sha256))


def note(place: str, sha256: str) -> bytes:
    """What stands in the place of a mail."""
    said = (f"The bytes of this mail lie in the archive: {place}", f"SHA-256 of them: {sha256}")
    return "\r\n".join(("Subject: archived", "", *said, "")).encode()


def _enter(tx: Connection, shelf: Shelf, draft: Draft, ticket: TicketId, place: str, by: By) -> Archived:
    number = next(reserve(tx, {archived: 1})[archived])
    last = tx.execute(_LAST_ERASURE).scalar_one()
    one = Archived(number, ticket, by.at, by.actor, place, draft.sha256, draft.size, last)
    said = {name: getattr(one, name) for name in ("id", "at", "actor", "place", "sha256", "size", "after_erasure")}
    insert_rows(tx, archived, [{"ticket_id": ticket, **said}])
    marks = sorted({mark(shelf.secret, address) for address in draft.addresses})
    insert_rows(tx, archived_mark, [{"mark": one, "archived_id": number} for one in marks])
    return one


def tell(tx: Connection, tickets: Collection[TicketId], by: By, kind: str, text: str) -> None:
    """An event on each of these tickets."""
    said = {"at": by.at, "actor": by.actor, "kind": kind, "text": text}
    insert_rows(tx, event, [{"ticket_id": number, **said} for number in tickets])
