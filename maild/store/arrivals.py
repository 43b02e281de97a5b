"""The beginnings of mails that came in, for those who look at what a server in front writes into them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from maild.model import EntryId
from maild.store.schema import inbox_entry, raw_piece

BEGINNING = 64 * 1024
"""Bytes of a mail that hold its header, but for the oddest."""
LOOKED_THROUGH = 20_000
"""So many of the newest entries are looked through: no index knows borders."""
_entry = inbox_entry.c


@dataclass(frozen=True, slots=True)
class Arrival:
    """One mail as it came in, and whose word about its sender is believed (`Envelope.border`)."""

    entry: EntryId
    received_at: datetime
    message_id: str
    border: str
    beginning: bytes


def newest(tx: Connection, border: str, most: int) -> tuple[Arrival, ...]:
    """The newest that came in with this border; mails whose bytes were deleted are left out."""
    return _arrivals(tx, _entry.border == border, most)


def named(tx: Connection, beginning: str, most: int) -> tuple[Arrival, ...]:
    """The newest whose Message-ID begins so."""
    return _arrivals(tx, func.substr(_entry.message_id, 1, len(beginning)) == beginning, most)


def _arrivals(tx: Connection, which: ColumnElement[bool], most: int) -> tuple[Arrival, ...]:
    last = select(func.coalesce(func.max(_entry.id), 0)).scalar_subquery()
    start = func.substr(raw_piece.c.data, 1, BEGINNING, type_=raw_piece.c.data.type)
    wanted = (
        select(_entry.id, _entry.received_at, _entry.message_id, _entry.border, start.label("start"))
        .join(raw_piece, raw_piece.c.raw_id == _entry.raw_id)
        .where(raw_piece.c.seq == 0, _entry.id > last - LOOKED_THROUGH, which)
        .order_by(_entry.id.desc())
        .limit(most)
    )
    return tuple(
        Arrival(EntryId(row.id), row.received_at, row.message_id, row.border, bytes(row.start))
        for row in tx.execute(wanted)
    )
