"""A database as it is at one moment -> a SQLite file of the same schema; readers and writers go on meanwhile.

In: an open store; out: the file, and the rows of each table as the database counted them within the same view, which
proves the copy later. Laws: one consistent view (SQLite: a read transaction, PostgreSQL: REPEATABLE READ READ ONLY);
bounded memory; no lock that a writer waits for. While a view is held, SQLite's WAL grows by what is written meanwhile.
Sighting: 310 MB beside a writer of 2,800 commits a second, 2.3 s; the slowest commit took 15 ms, 10 ms without.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from maild.errors import StoreUnavailable
from maild.store.backup.about import Step
from maild.store.engine import Store, revision_of
from maild.store.schema import inbox_entry, metadata
from maild.store.schema.types import Instant
from maild.store.sqlite import BUSY_SECONDS

PAGES = 1024
ROWS_A_STEP = 2000
PATIENCE_MS, _USUAL_MS = 50, BUSY_SECONDS * 1000
_CHECKPOINTS = ("wal_checkpoint(PASSIVE)", "wal_checkpoint(TRUNCATE)")
# Nobody needs the file if the machine stops while it is written.
_CARELESS = ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -65536")
_SQLITE_SIZE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
_POSTGRESQL_SIZE = "SELECT pg_database_size(current_database())"
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"
_VERSION_TABLE = "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
Counts = tuple[tuple[str, int], ...]


def copy(store: Store, to: Path, step: Step) -> tuple[Counts, Any]:
    """Copy everything into the empty file `to`; (rows of each table, when the newest mail was taken in or None).

    Raises StoreUnavailable, and sqlite3.Error where `to` cannot be written.
    """
    with store.reading() as tx:
        counts, newest = _counts(tx), newest_mail(tx)
        if store.dialect_name == "sqlite":
            _copy_sqlite(tx, to, step)
        else:
            _copy_postgresql(tx, to, dict(counts), step)
    if store.dialect_name == "sqlite":
        _shrink_wal(store)
    return counts, newest


def size_of(store: Store) -> int:
    """About how many bytes the copy will have."""
    asked = _SQLITE_SIZE if store.dialect_name == "sqlite" else _POSTGRESQL_SIZE
    with store.reading() as tx:
        return int(tx.execute(text(asked)).scalar_one())


def newest_mail(tx: Connection) -> Any:
    """When the newest mail was taken in, or None."""
    taken = func.max(func.coalesce(inbox_entry.c.kept_at, inbox_entry.c.received_at), type_=Instant())
    return tx.execute(select(taken)).scalar_one()


def _counts(tx: Connection) -> Counts:
    found = (
        (table.name, tx.execute(select(func.count()).select_from(table)).scalar_one())
        for table in metadata.sorted_tables
    )
    return tuple(sorted(found))


def driver_of(tx: Connection) -> Any:
    """The driver's own connection, within this transaction."""
    driver = tx.connection.driver_connection
    if driver is None:
        raise StoreUnavailable("the database connection is closed")
    return driver


@contextmanager
def driver_errors(tx: Connection) -> Iterator[None]:
    """Errors of PostgreSQL's own driver, which SQLAlchemy does not see here, as if it had."""
    errors = tx.dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        raise DBAPIError.instance(None, None, error, errors, dialect=tx.dialect) from error


# ---- SQLite --------------------------------------------------------------------------------------


def _copy_sqlite(tx: Connection, to: Path, step: Step) -> None:
    """Page by page. The view this transaction holds keeps SQLite from starting anew whenever somebody writes."""

    def told(_status: int, remaining: int, total: int) -> None:
        step("copy", 1 - remaining / max(1, total))

    with closing(careless(to)) as target:
        driver_of(tx).backup(target, pages=PAGES, progress=told)
        # One file, not three: the copy has taken over that its source has a WAL.
        target.execute("PRAGMA journal_mode = DELETE")


def careless(file: Path) -> sqlite3.Connection:
    """A quick connection to a file that may be lost."""
    target = sqlite3.connect(file, isolation_level=None)
    for pragma in _CARELESS:
        target.execute(f"PRAGMA {pragma}")
    return target


def _shrink_wal(store: Store) -> None:
    """Give back what the WAL has grown by; another time if somebody reads there, since writers would wait as well."""
    with closing(store.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        for pragma in ("query_only = 0", f"busy_timeout = {PATIENCE_MS}", *_CHECKPOINTS, f"busy_timeout = {_USUAL_MS}"):
            with suppress(sqlite3.OperationalError):
                cursor.execute(f"PRAGMA {pragma}").fetchall()


# ---- PostgreSQL ----------------------------------------------------------------------------------


def _copy_postgresql(tx: Connection, to: Path, counts: dict[str, int], step: Step) -> None:
    make_empty(to, revision_of(tx))
    rows = _Counter(step, sum(counts.values()))
    with closing(careless(to)) as target:
        for table in metadata.sorted_tables:
            # Closed at once whatever happens: an open COPY holds the connection.
            with closing(_stream(tx, table)) as stream:
                target.execute("BEGIN")
                target.executemany(insert_statement(table), rows.through(stream))
                target.execute("COMMIT")
        _note_numbers(tx, target)


class _Counter:
    """Says how far it is every so many rows."""

    def __init__(self, step: Step, total: int) -> None:
        self._step, self._total, self._done = step, max(1, total), 0

    def through(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            self._done += 1
            if self._done % ROWS_A_STEP == 0:
                self._step("copy", min(1.0, self._done / self._total))
            yield row


def make_empty(file: Path, revision: str) -> None:
    """This version's schema, with nothing in it."""
    engine = create_engine("sqlite://", creator=lambda: careless(file))
    with engine.begin() as tx:
        metadata.create_all(tx)
        tx.execute(text(_VERSION_TABLE))
        tx.execute(text("INSERT INTO alembic_version (version_num) VALUES (:revision)"), {"revision": revision})
    engine.dispose()


def insert_statement(table: Table) -> str:
    """For SQLite, with a place for each column in the schema's order."""
    places = ", ".join("?" * len(table.columns))
    return f'INSERT INTO "{table.name}" ({columns_of(table)}) VALUES ({places})'  # noqa: S608 - names of our own


def columns_of(table: Table) -> str:
    """In the schema's order."""
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _stream(tx: Connection, table: Table) -> Generator[tuple[Any, ...]]:
    """Every row in the order of its key, so that SQLite only ever appends; the driver holds one at a time."""
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    query = f'SELECT {columns_of(table)} FROM "{table.name}" ORDER BY {order}'  # noqa: S608 - names of our own
    with (
        driver_errors(tx),
        driver_of(tx).cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copied,
    ):
        copied.set_types(types_of(table))
        yield from copied.rows()


def types_of(table: Table) -> list[str]:
    """PostgreSQL's names of the columns' types, as a binary COPY needs them."""
    from sqlalchemy.dialects import postgresql

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return [_TYPES[column.type.compile(dialect).partition("(")[0]] for column in table.columns]


_TYPES = {
    "BIGINT": "int8",
    "INTEGER": "int4",
    "TEXT": "text",
    "VARCHAR": "varchar",
    "BOOLEAN": "bool",
    "BYTEA": "bytea",
}


def _note_numbers(tx: Connection, target: sqlite3.Connection) -> None:
    """Numbers that were given out and whose rows are gone are not given out again, in the copy neither."""
    given: dict[str, int | None] = {name: last for name, last in tx.execute(text(_SEQUENCES))}  # noqa: C416
    for table in numbered_tables():
        last = given.get(f"{table.name}_id_seq")
        if last is not None:
            target.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            target.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, last))


def numbered_tables() -> list[Table]:
    """Tables whose rows get their numbers from the database."""
    return [
        table
        for table in metadata.sorted_tables
        if any(one.name == "id" and one.identity is not None for one in table.columns)
    ]
