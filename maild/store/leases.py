"""What only one node may do at a time: a row per thing, its owner, and a count that goes on while the owner lives.

Laws: no two clocks are compared. Who wants a thing watches its count, and takes it when the count has stood still for
longer than a lease by its own clock; an owner that could not count on for half a lease stops by itself (`daemon`).
What an owner writes is fenced by `require` in the same transaction: one that slept meanwhile writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from maild.errors import LeaseLost
from maild.store.bulk import insert_rows
from maild.store.schema import lease

_lease = lease.c


@dataclass(frozen=True, slots=True)
class Lease:
    """Who owns a thing ("" for nobody), and how often they have said so."""

    owner: str
    beats: int


def look(tx: Connection, name: str) -> Lease:
    """How a lease stands; one that was never taken belongs to nobody."""
    row = tx.execute(select(_lease.owner, _lease.beats).where(_lease.name == name)).first()
    return Lease(row.owner, row.beats) if row else Lease("", 0)


def take(tx: Connection, name: str, owner: str, seen: Lease) -> bool:
    """Become the owner, if the lease still stands as it was seen. Also how an owner says that it lives."""
    insert_rows(tx, lease, [{"name": name, "owner": "", "beats": 0}], "(name) DO NOTHING")
    unchanged = (_lease.name == name, _lease.owner == seen.owner, _lease.beats == seen.beats)
    mine = update(lease).where(*unchanged).values(owner=owner, beats=_lease.beats + 1)
    return bool(tx.execute(mine).rowcount)


def give_up(tx: Connection, name: str, owner: str) -> None:
    """The owner needs it no longer: the next one need not wait."""
    tx.execute(update(lease).where(_lease.name == name, _lease.owner == owner).values(owner="", beats=_lease.beats + 1))


def require(tx: Connection, name: str, owner: str) -> None:
    """Hold the lease to the end of this transaction. Raises LeaseLost unless it is the owner's."""
    row = tx.execute(select(_lease.owner).where(_lease.name == name).with_for_update()).first()
    if row is None or row.owner != owner:
        raise LeaseLost(f"another node has {name} now")


def forget_all(tx: Connection) -> None:
    """After a restore nobody owns anything."""
    tx.execute(delete(lease))
