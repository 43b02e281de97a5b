"""What SQLite needs: the file's mode, PRAGMAs for every connection, transactions that begin as they should."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from maild.errors import StoreUnavailable

READING: dict[str, Any] = {"maild_reading": True}
BUSY_SECONDS = 10
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    # Kilobytes: a batch's rows and the pages they belong on; with less, SQLite writes them twice.
    "cache_size = -8000",
    f"busy_timeout = {BUSY_SECONDS * 1000}",
    # A long reader (a backup) lets the WAL grow; it shrinks again even if somebody reads when it is truncated.
    "journal_size_limit = 67108864",
)
HAS_VERSION = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
FULL = 2


def engine(url: URL, pool_size: int) -> Engine:
    """An engine whose connections keep law 1. Raises StoreUnavailable where the file cannot be made."""
    _make_private(url.database)
    made = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin)
    return made


def _make_private(file: str | None) -> None:
    """The file with mode 0600; SQLite gives its companions (-wal, -shm) the same."""
    if not file or file == ":memory:":
        raise StoreUnavailable("a database in memory forgets: database is sqlite:///FILE")
    try:
        os.close(os.open(Path(file), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnavailable(f"the database file {file} cannot be opened: {error.strerror}") from error


def _prepare(connection: Any, _record: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(tx: Connection) -> None:
    connection = tx.connection.driver_connection
    if connection is None:
        raise StoreUnavailable("the database connection is closed")
    reading = "maild_reading" in tx.get_execution_options()
    connection.execute(f"PRAGMA query_only = {int(reading)}")
    tx.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def check_durable(tx: Connection) -> None:
    """Law 1: an acknowledged commit survives a power cut. Raises StoreUnavailable if it would not."""
    mode, synchronous = (tx.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous"))
    if mode != "wal" or synchronous < FULL:
        raise StoreUnavailable(
            f"the database would forget after a power cut (journal_mode {mode}, synchronous {synchronous}): "
            "put its file on a local disk"
        )
