"""A restored, disarmed database -> where it is to serve.

In: a SQLite file of this version's schema; out: the database, whole or as it was before. SQLite: one rename, after the
old file was put aside. PostgreSQL: one transaction that empties the tables and fills them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Table, exists, inspect, select, text

from maild.errors import StoreUnavailable
from maild.store import nodes
from maild.store.backup import content
from maild.store.backup.about import NotEmpty, Step
from maild.store.backup.copying import ROWS_A_STEP, columns_of, driver_errors, driver_of, numbered_tables, types_of
from maild.store.backup.disk import sync
from maild.store.engine import Store, open_store, revision_of
from maild.store.migrate import migrate
from maild.store.schema import metadata

COMPANIONS = ("-wal", "-shm")
# Who holds a table for longer than this works with it: better say so than wait behind it.
PATIENCE = "SET LOCAL lock_timeout = '10s'"
_SET = text("SELECT setval(CAST(:counter AS regclass), :last)")
_LAST = {
    "sqlite": "SELECT name, seq FROM sqlite_sequence",
    "postgresql": "SELECT regexp_replace(sequencename, '_id_seq$', ''), last_value FROM pg_sequences "
    "WHERE schemaname = current_schema() AND last_value IS NOT NULL",
}
Convert = Callable[[Any], Any]


def last_numbers(store: Store, now: datetime, *, replace: bool) -> dict[str, int]:
    """The last numbers given out by the database that is to be replaced, by table; {} for an empty one.

    Raises NotEmpty for one with rows in it, unless it may be replaced; StoreUnavailable where nodes work on it.
    """
    with store.reading() as tx:
        if not revision_of(tx):
            return {}
        if store.dialect_name == "postgresql":
            _require_nobody(tx, now)
        if not replace and (full := _first_with_rows(tx)):
            raise NotEmpty(f"{store.url} is not empty (look at table {full}): --replace puts aside what is there")
        return {str(name): int(last) for name, last in tx.execute(text(_LAST[store.dialect_name]))}


def _require_nobody(tx: Connection, now: datetime) -> None:
    """SQLite's daemon is known by the lock of its state folder; PostgreSQL's may run on any machine."""
    if running := nodes.running(tx, now):
        names = ", ".join(run.name for run in running)
        raise StoreUnavailable(f"{names} works on this database: stop it, or wait 30 seconds if it was killed")


def _first_with_rows(tx: Connection) -> str:
    there = set(inspect(tx).get_table_names())
    tables = (table for table in metadata.sorted_tables if table.name in there)
    return next((one.name for one in tables if tx.execute(select(exists().select_from(one))).scalar_one()), "")


# ---- SQLite --------------------------------------------------------------------------------------


def into_sqlite(file: Path, target: Path, now: datetime) -> Path | None:
    """Give the finished file its place; where the old database is now, or None if there was none.

    The file lies on the same disk. What SQLite had not yet written into the old file goes aside with it, first of all:
    beside the new file it would destroy it.
    """
    sync(file)
    aside = target.with_name(f"{target.name}.replaced-{now:%Y%m%dT%H%M%SZ}") if target.exists() else None
    for companion in COMPANIONS:
        old = target.with_name(target.name + companion)
        if old.exists() and aside is not None:
            old.rename(aside.with_name(aside.name + companion))
        old.unlink(missing_ok=True)
    if aside is not None:
        target.rename(aside)
    file.rename(target)
    sync(target.parent)
    return aside


# ---- PostgreSQL ----------------------------------------------------------------------------------


def into_postgresql(file: Path, url: str, now: datetime, step: Step) -> None:
    """Fill the database from the file; nothing has changed if it fails. A missing schema is made first.

    Raises StoreUnavailable, StoreFull, Conflict (rows that PostgreSQL refuses), SchemaMismatch (it is newer).
    """
    store = open_store(url)
    try:
        migrate(store)
        with store.transaction() as tx, content.opened(file) as db:
            tx.execute(text(PATIENCE))
            _require_nobody(tx, now)
            names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
            tx.execute(text(f"TRUNCATE {names}"))
            _fill(tx, db, step)
            tx.execute(text("ANALYZE"))
    finally:
        store.close()


def _fill(tx: Connection, db: sqlite3.Connection, step: Step) -> None:
    counts = content.counts_in(db)
    done, total = 0, max(1, sum(counts.values()))
    for table in metadata.sorted_tables:
        with closing(_filled(tx, db, table)) as filled:
            for number in filled:
                step("write", (done + number) / total)
        done += counts.get(table.name, 0)
    last = dict(db.execute(_LAST["sqlite"]).fetchall())
    for table in numbered_tables():
        tx.execute(_SET, {"counter": f"{table.name}_id_seq", "last": last[table.name]})


def _filled(tx: Connection, db: sqlite3.Connection, table: Table) -> Generator[int]:
    """Copy one table; yields how many rows are done, now and then."""
    rows = db.execute(f'SELECT {columns_of(table)} FROM "{table.name}"')  # noqa: S608 - names of our own
    into = f'COPY "{table.name}" ({columns_of(table)}) FROM STDIN (FORMAT BINARY)'
    converts = _converts(table)
    with driver_errors(tx), driver_of(tx).cursor() as cursor, cursor.copy(into) as copied:
        copied.set_types(types_of(table))
        for number, row in enumerate(rows, start=1):
            copied.write_row(_converted(row, converts))
            if number % ROWS_A_STEP == 0:
                yield number


def _converts(table: Table) -> tuple[tuple[int, Convert], ...]:
    """SQLite knows no booleans."""
    return tuple((place, bool) for place, column in enumerate(table.columns) if isinstance(column.type, Boolean))


def _converted(row: Sequence[Any], converts: Sequence[tuple[int, Convert]]) -> Sequence[Any]:
    if not converts:
        return row
    values = list(row)
    for place, convert in converts:
        values[place] = convert(values[place])
    return values
