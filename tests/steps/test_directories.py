"""Further directories, from their settings to the register."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from maild.directory.sources.command import CommandSource
from maild.directory.sources.file import FileSource
from maild.directory.sources.sql import SqlSource
from maild.errors import ConfigError, SourceUnavailable
from maild.model import Register
from maild.settings import FurtherDirectory
from maild.steps.directories import refresh, source_of
from maild.store import audit, register
from maild.store.engine import Store
from maild.store.register import Imported, ImportRefused
from tests.builders import NOON

HEAD = "addresses,register\n"


def a_file(folder: Path, people: int) -> FurtherDirectory:
    file = folder / "people.csv"
    file.write_text(HEAD + "".join(f"p{n}@acme.example,authorised\n" for n in range(people)))
    return FurtherDirectory(name="hr", kind="file", file=file)


def refreshed(store: Store, settings: FurtherDirectory) -> Imported:
    return refresh(store, source_of(settings), lambda: NOON)


def test_a_source_owns_the_people_it_names(store: Store, tmp_path: Path) -> None:
    assert refreshed(store, a_file(tmp_path, 3)) == Imported(added=3)
    assert refreshed(store, a_file(tmp_path, 3)) == Imported()
    assert refreshed(store, a_file(tmp_path, 2)) == Imported(removed=1)
    with store.reading() as tx:
        assert [one.register for one in register.list_contacts(tx)] == [
            Register.AUTHORISED,
            Register.AUTHORISED,
            Register.UNVERIFIED,
        ]
        (line, _) = audit.trail(tx, "contact", "p2@acme.example")
        assert (line.actor, line.at) == ("directory hr", NOON)


def test_an_empty_answer_lets_go_no_crowd(store: Store, tmp_path: Path) -> None:
    refreshed(store, a_file(tmp_path, 30))
    with pytest.raises(ImportRefused, match=r"30 persons would be let go.*--source hr"):
        refreshed(store, a_file(tmp_path, 0))
    with store.reading() as tx:
        assert {one.register for one in register.list_contacts(tx)} == {Register.AUTHORISED}


def test_a_source_that_fails_changes_nothing(store: Store, tmp_path: Path) -> None:
    refreshed(store, a_file(tmp_path, 3))
    failing = FurtherDirectory(name="hr", kind="command", command=(sys.executable, "-c", "raise SystemExit(1)"))
    with pytest.raises(SourceUnavailable):
        refreshed(store, failing)
    with store.reading() as tx:
        assert len(register.list_contacts(tx)) == 3


def test_settings_become_sources(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("hunter2\n")
    sql = {"name": "hr", "kind": "sql", "url": "postgresql://r@h/x", "query": "SELECT 1", "timeout": 5}
    assert source_of(FurtherDirectory(**sql, password_file=tmp_path / "pw")) == SqlSource(
        "hr", "postgresql://r@h/x", "SELECT 1", "hunter2", 5
    )
    assert source_of(FurtherDirectory(name="l", kind="command", command=("/x",))) == CommandSource("l", ("/x",), 60)
    assert source_of(FurtherDirectory(name="f", kind="file", file=tmp_path)) == FileSource("f", tmp_path)
    with pytest.raises(ConfigError):
        source_of(FurtherDirectory(**sql, password_file=tmp_path / "missing"))
