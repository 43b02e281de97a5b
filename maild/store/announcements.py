"""Announcements: written once, with whom they have reached, and when staff shall be reminded of what follows them.

Laws: an announcement is found again by desk, news, subject and begin, so that nobody is told twice whoever asks twice;
it is held while people are told, so that two who announce the same take turns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, select, update

from maild.model import Contact
from maild.model.announcements import Announcement, AnnouncementId
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.rows import CONTACT, AnyRow, as_contact, rows_among
from maild.store.schema import announced, announcement, contact

_one = announcement.c
_COUNT = select(func.count()).where(announced.c.announcement_id == _one.id).scalar_subquery()
_TOLD = select(announced.c.address)


@dataclass(frozen=True, slots=True)
class Kept:
    """An announcement as it is stored. `actor` is the address of whoever announced it, `told` how many were told.

    `due_at` (UTC): when staff are reminded of what is still to be written, None for never, or done.
    """

    id: AnnouncementId
    it: Announcement
    actor: str
    created_at: datetime
    due_at: datetime | None
    told: int = 0


def customers(tx: Connection) -> tuple[Contact, ...]:
    """Every contact of an organisation, by address."""
    query = select(*CONTACT).where(contact.c.organisation.is_not(None)).order_by(contact.c.address)
    return tuple(map(as_contact, tx.execute(query)))


def keep(tx: Connection, it: Announcement, actor: str, now: datetime, due_at: datetime | None) -> bool:
    """Write an announcement down; whether it is new. One that is there already stays as it was."""
    row = {
        "desk": it.desk,
        "news": it.news,
        "subject": it.subject,
        "begins_at": it.begins_at,
        "ends_at": it.ends_at,
        "texts": it.texts,
        "override": it.override,
        "actor": actor,
        "created_at": now,
        "due_at": due_at,
    }
    return insert_rows(tx, announcement, [row], "DO NOTHING") == 1


def find(tx: Connection, it: Announcement, *, lock: bool = False) -> Kept | None:
    """The same announcement, if it was made before; `lock` holds it to the end of the transaction."""
    same = (_one.desk == it.desk, _one.news == it.news, _one.subject == it.subject, _one.begins_at == it.begins_at)
    query = select(announcement).where(*same)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return _kept(row) if row is not None else None


def told_among(tx: Connection, number: AnnouncementId, addresses: Collection[str]) -> frozenset[str]:
    """Those of these addresses that were told already."""
    query = _TOLD.where(announced.c.announcement_id == number, among(announced.c.address))
    return frozenset(row.address for row in rows_among(tx, query, addresses))


def told_since(tx: Connection, since: datetime) -> int:
    """How many were told of anything after this instant."""
    return tx.execute(select(func.count()).select_from(announced).where(announced.c.at > since)).scalar_one()


def note_told(tx: Connection, number: AnnouncementId, addresses: Sequence[str], now: datetime) -> None:
    """These are told."""
    rows = [{"announcement_id": number, "address": address, "at": now} for address in addresses]
    insert_rows(tx, announced, rows, "DO NOTHING")


def due(tx: Connection, now: datetime, limit: int) -> tuple[Kept, ...]:
    """Whose reminder is due, the longest due first; locked, and marked as done with."""
    query = select(announcement).where(_one.due_at.is_not(None), _one.due_at <= now)
    query = query.order_by(_one.due_at, _one.id).limit(limit)
    found = tuple(_kept(row) for row in tx.execute(query.with_for_update(skip_locked=True)))
    if found:
        tx.execute(update(announcement).where(_one.id.in_([one.id for one in found])).values(due_at=None))
    return found


def latest(tx: Connection, desks: Collection[str] | None = None, limit: int = 1000) -> tuple[Kept, ...]:
    """What was announced last comes first; of these desks, or of all."""
    query: Select[*tuple[object, ...]] = select(*announcement.c, _COUNT.label("told"))
    if desks is not None:
        query = query.where(_one.desk.in_(desks))
    return tuple(_kept(row, row.told) for row in tx.execute(query.order_by(_one.id.desc()).limit(limit)))


def _kept(row: AnyRow, told: int = 0) -> Kept:
    texts = tuple((language, text) for language, text in row.texts)
    it = Announcement(row.desk, row.news, row.subject, row.begins_at, row.ends_at, texts, row.override)
    return Kept(AnnouncementId(row.id), it, row.actor, row.created_at, row.due_at, told)
