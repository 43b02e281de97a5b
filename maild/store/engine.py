"""Opening a database, and transactions on it: `open_store(url)` in, `Store` out.

Laws: what a transaction wrote is on disk when it has ended (law 1; checked at opening, not believed). SQLite
writes begin with BEGIN IMMEDIATE: two writers that read first would otherwise lose updates or meet "locked" at
once. Errors of the database leave here as errors of maild: try again (StoreUnavailable, StoreFull), or Conflict.
An engine never crosses a fork: each process opens its own store.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from maild.errors import ConfigError, Problem, SchemaMismatch, StoreUnavailable
from maild.store import postgresql, sqlite
from maild.store.failures import translated
from maild.store.schema import REVISIONS

T = TypeVar("T")
DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}


class Store:
    """An open database. `dialect_name` is "sqlite" or "postgresql"; `url` shows no password."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect_name = engine.dialect.name
        self.url = engine.url.render_as_string(hide_password=True)
        self._reading = engine.execution_options(**DIALECTS[self.dialect_name].READING)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: all of it on disk afterwards, or nothing after an exception.

        Raises StoreUnavailable, StoreFull, Conflict (a row that must be unique was there already).
        """
        with _translating(), self.engine.begin() as tx:
            yield tx

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; writing in it fails."""
        with _translating(), self._reading.begin() as tx:
            yield tx

    def retrying(self, work: Callable[[Connection], T], attempts: int = 5) -> T:
        """Run `work` in a transaction, and again after a deadlock, a lost connection or a busy database (law 7).

        Raises StoreUnavailable when the last attempt failed so, StoreFull at once.
        """
        for attempt in range(1, attempts):
            try:
                with self.transaction() as tx:
                    return work(tx)
            except StoreUnavailable:
                time.sleep(random.uniform(0, 0.02) * 2**attempt)
        with self.transaction() as tx:
            return work(tx)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise translated(error) from error
    except PoolTimeout as error:
        raise StoreUnavailable("all connections to the database are in use") from error


def open_store(url: str, password: str = "", pool_size: int = 5) -> Store:
    """Open the database at `url` (sqlite:///FILE or postgresql://user@host/name) and check that it keeps its word.

    A SQLite file is created if it is missing, readable by its owner only. Raises ConfigError for an URL that is
    none, StoreUnavailable for a database that does not answer or would forget what it has acknowledged.
    """
    parsed = _parsed(url, password)
    with _translating():
        store = Store(DIALECTS[parsed.get_backend_name()].engine(parsed, pool_size))
        try:
            with store.reading() as tx:
                DIALECTS[store.dialect_name].check_durable(tx)
        except BaseException:
            store.close()
            raise
    return store


def _parsed(url: str, password: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _no_url("the database URL cannot be read") from None
    if parsed.get_backend_name() not in DIALECTS:
        raise _no_url(f"{parsed.drivername} is no database that maild knows")
    return parsed.set(password=password) if password else parsed


def _no_url(what: str) -> ConfigError:
    return ConfigError(Problem("", 0, 0, f"{what}: database is sqlite:///FILE or postgresql://user@host/name"))


def revision_of(tx: Connection) -> str:
    """The database's schema version, "" where there is no schema."""
    if not tx.execute(text(DIALECTS[tx.dialect.name].HAS_VERSION)).first():
        return ""
    return tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or ""


def require_schema(store: Store) -> None:
    """Raise SchemaMismatch unless the schema is exactly the one this version works with (law 15)."""
    with store.reading() as tx:
        found = revision_of(tx)
    if found == REVISIONS[-1]:
        return
    if not found:
        raise SchemaMismatch("the database has no schema yet: run `maild migrate`")
    if found in REVISIONS:
        raise SchemaMismatch(f"the schema is {found}, this version needs {REVISIONS[-1]}: run `maild migrate`")
    raise SchemaMismatch(f"the schema is {found}, newer than this version's {REVISIONS[-1]}: update maild")
