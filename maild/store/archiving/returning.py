"""A file -> the rows as they were: what an archive holds of a family goes back into the very rows it was taken from.

In: an open `Chest`, within a transaction. Laws: only columns that this version archives are written; what somebody
wrote into an emptied column since stays; what was erased elsewhere since is erased in it at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, bindparam, case, type_coerce, update

from maild.store.archiving.chest import Chest, Row
from maild.store.archiving.family import LOSSES
from maild.store.archiving.taking import By, tell
from maild.store.backup.about import Unusable
from maild.store.erasing import again, chain
from maild.store.erasing.archives import Archived
from maild.store.erasing.emptying import put_raw
from maild.store.erasing.losing import Loss, plain_type
from maild.store.erasing.reach import hashes
from maild.store.merged import family, home_of
from maild.store.schema import archived, outbox_entry, raw_mail

BACK = "archive/returned"
"""The event of a ticket that came back."""
_LOSS = {loss.table.name: loss for loss in LOSSES}
_WITH_BYTES = (raw_mail.name, outbox_entry.name)


def bring_back(tx: Connection, one: Archived, chest: Chest, secret: bytes, by: By, why: str) -> None:
    """Put everything back, without what was erased since. Raises Unusable, and Held where something of it is to be
    erased that must stay."""
    for row in chest.rows():
        _require_known(row)
        _put_bytes(tx, row, chest) if row.file else _put_columns(tx, row)
    if later := [each for each in chain.every(tx) if each.number > one.after_erasure]:
        tickets = family(tx, home_of(tx, one.ticket).id)
        again.once_more(tx, tickets, later, chest, secret, by.at)
    tell(tx, [one.ticket], by, BACK, why)


def mark_returned(tx: Connection, one: Archived, by: By) -> None:
    """It is back. Its file stays until it is archived anew, or something of it is erased: an older database, restored,
    has its words nowhere else."""
    tx.execute(update(archived).where(archived.c.id == one.id).values(returned_at=by.at))


def _require_known(row: Row) -> None:
    """Rows of these tables by their numbers, and of them only what this version takes out."""
    loss = _LOSS.get(row.table)
    known = row.table in _WITH_BYTES if row.file else loss is not None and set(row.columns) <= set(loss.texts)
    if not known or set(row.key) != {"id"}:
        raise Unusable(f"it holds a row of {row.table} that this version does not know: update maild")


def _put_columns(tx: Connection, row: Row) -> None:
    values = {f"new_{name}": value for name, value in row.columns.items()}
    statement = _statement(row.table, tuple(row.columns))
    if not tx.execute(statement, values | {"number": row.key["id"]}).rowcount:
        raise Unusable(f"its row {row.key} of {row.table} is not in this database: it is the file of another one")


@cache
def _statement(table: str, names: tuple[str, ...]) -> Update:
    loss = _LOSS[table]
    here = loss.table.c.id == bindparam("number")
    return update(loss.table).where(here).values({name: _put(loss, name) for name in names})


def _put(loss: Loss, name: str) -> ColumnElement[Any]:
    """What is put back, unless somebody wrote there since."""
    column = loss.table.c[name]
    kind = plain_type(column)
    return case((loss.still_empty(name), bindparam(f"new_{name}", type_=kind)), else_=type_coerce(column, kind))


def _put_bytes(tx: Connection, row: Row, chest: Chest) -> None:
    data, number = chest.read(row.file), int(row.key["id"])
    if row.table == raw_mail.name:
        _put_mail(tx, number, data, chest.sha256(row.file))
        return
    there = update(outbox_entry).where(outbox_entry.c.id == number, outbox_entry.c.raw == b"")
    tx.execute(there.values(raw=data))


def _put_mail(tx: Connection, number: int, data: bytes, sha256: str) -> None:
    """A mail that another ticket has as well may be here still."""
    if hashes(tx, [number]).get(number) != sha256:
        put_raw(tx, number, data)
