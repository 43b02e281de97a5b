"""Bringing a database's schema to this version: `maild migrate` (law 15).

Laws: all pending migrations and the version row are one transaction, so that a process killed in the middle leaves the
old schema or the new one. One migrates at a time: PostgreSQL by an advisory lock, SQLite because it has one
writer. SQLite is copied first, while the lock is held, so that the copy is the database as it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, event, text

from maild.errors import SchemaMismatch, StoreUnavailable
from maild.store.engine import Store, revision_of
from maild.store.schema import REVISIONS

# Any number will do, as long as every version of maild uses the same.
_LOCK = 0x6D61696C64
_FOLDER = Path(__file__).with_name("migrations")


def migrate(store: Store, *, backup: Path | None = None) -> tuple[str, str]:
    """Bring the schema to this version; (from, to), "" for a database without schema.

    An existing SQLite database is copied to `backup` first, by default to a file beside it. Raises SchemaMismatch for a
    schema newer than this version, StoreUnavailable where the copy cannot be written; then nothing is changed.
    """
    with _foreign_keys_off(store), store.transaction() as tx:
        if store.dialect_name == "postgresql":
            tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = revision_of(tx)
        if found == REVISIONS[-1]:
            return found, found
        if found and found not in REVISIONS:
            raise SchemaMismatch(f"the schema is {found}, newer than this version's {REVISIONS[-1]}: update maild")
        if found and store.dialect_name == "sqlite":
            _copy(store, backup or _beside(store, found))
        _upgrade(tx)
        _check_references(tx)
    return found, REVISIONS[-1]


def _upgrade(tx: Connection) -> None:
    # Imported here since it takes 0.3 seconds, which no other command should pay.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": tx})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")


@contextmanager
def _foreign_keys_off(store: Store) -> Iterator[None]:
    """SQLite changes a table by copying it, which needs its references let go, outside of any transaction.

    The pool is emptied, so that the one connection this migration uses is known to be without, and none after it.
    """
    if store.dialect_name != "sqlite":
        yield
        return

    def let_go(connection: object, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[attr-defined]

    store.engine.dispose()
    event.listen(store.engine, "connect", let_go)
    try:
        yield
    finally:
        event.remove(store.engine, "connect", let_go)
        store.engine.dispose()


def _check_references(tx: Connection) -> None:
    if tx.dialect.name == "sqlite" and (broken := tx.execute(text("PRAGMA foreign_key_check")).first()):
        raise StoreUnavailable(f"the migration would break references of table {broken[0]}: nothing was changed")


def _beside(store: Store, found: str) -> Path:
    file = Path(store.engine.url.database or "")
    return file.with_name(f"{file.name}.before-{REVISIONS[-1]}-was-{found}")


def _copy(store: Store, to: Path) -> None:
    """The whole database into one file of mode 0600, on disk for good before it gets its name."""
    part = to.with_name(f"{to.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(store.engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM INTO ?", (str(part),))
        for path in (part, part.parent):
            _sync(path)
        part.replace(to)
        _sync(to.parent)
    except OSError as error:
        raise StoreUnavailable(f"the backup {to} cannot be written: {error.strerror}") from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
