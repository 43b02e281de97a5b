"""Organisations that asked to have their tickets at hand: none of them is archived (REQ-L6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from maild.errors import NotFound
from maild.store.bulk import insert_rows
from maild.store.schema import kept_at_hand, organisation


@dataclass(frozen=True, slots=True)
class AtHand:
    """An organisation, by its key, that keeps its tickets since `at` (UTC); who wrote it down, and why."""

    organisation: str
    at: datetime
    actor: str
    why: str


def keep(tx: Connection, one: AtHand) -> None:
    """From now on; who wrote it down first stays. Raises NotFound for an organisation that is not known."""
    if tx.execute(select(organisation.c.key).where(organisation.c.key == one.organisation)).first() is None:
        raise NotFound(f"there is no organisation {one.organisation!r}: `maild organisations` lists them")
    row = {"organisation": one.organisation, "at": one.at, "actor": one.actor, "why": one.why}
    insert_rows(tx, kept_at_hand, [row], "(organisation) DO NOTHING")


def release(tx: Connection, key: str) -> None:
    """Its tickets may be archived. Raises NotFound where they were not kept."""
    if not tx.execute(delete(kept_at_hand).where(kept_at_hand.c.organisation == key)).rowcount:
        raise NotFound(f"the tickets of organisation {key!r} are not kept at hand")


def everybody(tx: Connection) -> tuple[AtHand, ...]:
    """Who keeps theirs, by key."""
    rows = tx.execute(select(kept_at_hand).order_by(kept_at_hand.c.organisation))
    return tuple(AtHand(row.organisation, row.at, row.actor, row.why) for row in rows)
