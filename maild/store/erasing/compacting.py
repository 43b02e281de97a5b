"""No byte is left behind in the database's own files: `overwrite(tx)` before, `compact(store)` after an erasure.

SQLite overwrites what is deleted, then writes its file anew (VACUUM: page splits of years leave copies behind) and
empties its WAL. PostgreSQL writes its tables anew; the WAL that it archives elsewhere is the operator's to expire.
While it runs nobody else can write: seconds for a gigabyte.
"""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import Connection

from maild.errors import StoreUnavailable
from maild.store.engine import Store
from maild.store.schema import metadata

_SQLITE = ("PRAGMA query_only = 0", "PRAGMA secure_delete = ON", "VACUUM")
_TRUNCATE = "PRAGMA wal_checkpoint(TRUNCATE)"
_PATIENCE = "SET lock_timeout = '10s'"
_POSTGRESQL = tuple(f'VACUUM (FULL) "{table.name}"' for table in metadata.sorted_tables)
"""Table by table, so that nobody waits for all of them at once; the names are our own schema's."""


def overwrite(tx: Connection) -> None:
    """What this transaction deletes is overwritten, not only let go (SQLite; elsewhere `compact` does it)."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA secure_delete = ON")


def compact(store: Store) -> None:
    """Write the database anew without what was erased. Raises StoreUnavailable where somebody holds it too long."""
    try:
        _compact_sqlite(store) if store.dialect_name == "sqlite" else _compact_postgresql(store)
    except store.engine.dialect.loaded_dbapi.Error as error:
        raise StoreUnavailable(
            f"the database could not be written anew ({error}): run `maild erase compact`"
        ) from error


def _compact_sqlite(store: Store) -> None:
    with closing(store.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        for statement in _SQLITE:
            cursor.execute(statement)
        busy, *_ = cursor.execute(_TRUNCATE).fetchone()
    if busy:
        raise StoreUnavailable("somebody reads the database, so its WAL keeps old pages: run `maild erase compact`")


def _compact_postgresql(store: Store) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(_PATIENCE)
        for statement in _POSTGRESQL:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("RESET lock_timeout")
