"""Databases with everybody in them, made once and copied: in memory where there is such a place, since nothing here is
about disks."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from maild.store import register
from maild.store.engine import Store, open_store
from maild.store.migrate import migrate
from tests.life.world import DIRECTORY, MONDAY
from tests.stateful.world import place


@cache
def template() -> Path:
    """A migrated database with the directory in it."""
    store = _opened()
    migrate(store)
    with store.transaction() as tx:
        register.import_directory(tx, DIRECTORY, MONDAY)
    return _file(store)


class Copy:
    """One copy. Its store is opened once and filled anew for the next: the statements that an engine has compiled are a
    quarter of the time of a short life."""

    def __init__(self) -> None:
        self.store: Store = _idle.pop() if _idle else _opened()
        with closing(sqlite3.connect(template())) as source, closing(sqlite3.connect(_file(self.store))) as target:
            source.backup(target)

    def close(self) -> None:
        _idle.append(self.store)


_idle: list[Store] = []


def _opened() -> Store:
    """A new database, for as long as the process lives."""
    folder = Path(tempfile.mkdtemp(dir=place()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = open_store(f"sqlite:///{folder / 'maild.db'}")
    atexit.register(store.close)
    return store


def _file(store: Store) -> Path:
    return Path(str(store.engine.url.database))
