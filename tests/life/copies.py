"""Databases with everybody in them, made once and copied: in memory where there is such a place, since nothing here is
about disks."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from maild.store import register
from maild.store.engine import Store, open_store
from maild.store.migrate import migrate
from tests.life.world import DIRECTORY, MONDAY
from tests.stateful.world import place


@cache
def template() -> bytes:
    """A migrated database with the directory in it."""
    with tempfile.TemporaryDirectory(dir=place()) as folder:
        file = Path(folder) / "maild.db"
        store = open_store(f"sqlite:///{file}")
        migrate(store)
        with store.transaction() as tx:
            register.import_directory(tx, DIRECTORY, MONDAY)
        store.close()
        return file.read_bytes()


class Copy:
    """One copy."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=place()))
        (self.folder / "maild.db").write_bytes(template())
        self.store: Store = open_store(f"sqlite:///{self.folder / 'maild.db'}")

    def close(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)  # what stays behind says nothing about tickets
