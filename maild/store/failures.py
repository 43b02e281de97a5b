"""A database's error -> maild's: would trying again help?"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from maild.errors import Conflict, StoreFull, StoreUnavailable

BUSY = "the database is busy"
LOST = "the database cannot be reached"
FULL = "the disk or the database is full: nothing is lost, make room and maild goes on by itself"

# Primary result codes of SQLite (sqlite3.h): BUSY, LOCKED, READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB.
_SQLITE = {
    5: BUSY,
    6: BUSY,
    8: "the database file is read-only",
    10: "the disk failed",
    11: "the database file is damaged: stop maild and restore a backup",
    14: LOST,
    26: "the database file is no SQLite database",
}
_SQLITE_FULL = 13
# SQLSTATEs: serialisation failure, deadlock, lock timeout; classes 08 (connection), 53 (resources), 57 (operator).
_POSTGRES = {"40001": BUSY, "40P01": BUSY, "55P03": BUSY}
_POSTGRES_FULL = "53100"
_POSTGRES_CLASSES = {"08": LOST, "53": BUSY, "57": LOST}


def translated(error: DBAPIError) -> Exception:
    """The error to raise instead; the same one where it shows a fault of ours."""
    if isinstance(error, IntegrityError):
        return Conflict(f"somebody else was faster: {type(error.orig).__name__}")
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _from_sqlite(code & 0xFF, error)
    return _from_postgresql(getattr(error.orig, "sqlstate", None), error)


def _from_sqlite(code: int, error: DBAPIError) -> Exception:
    if code == _SQLITE_FULL:
        return StoreFull(FULL)
    return StoreUnavailable(_SQLITE[code]) if code in _SQLITE else error


def _from_postgresql(state: str | None, error: DBAPIError) -> Exception:
    if state == _POSTGRES_FULL:
        return StoreFull(FULL)
    if state in _POSTGRES:
        return StoreUnavailable(_POSTGRES[state])
    if state and state[:2] in _POSTGRES_CLASSES:
        return StoreUnavailable(_POSTGRES_CLASSES[state[:2]])
    lost = error.connection_invalidated or (state is None and isinstance(error, OperationalError | InterfaceError))
    return StoreUnavailable(f"{LOST}: {error.orig}".strip()) if lost else error
