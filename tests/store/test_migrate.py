"""Changing the schema: old or new, never half; one at a time; SQLite copied first; a newer schema left alone."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from maild.decide.told.budgets import Wanted
from maild.errors import SchemaMismatch, StoreUnavailable
from maild.store import migrate as migrating
from maild.store import outbox, spending
from maild.store.engine import Store, open_store, require_schema
from maild.store.migrate import migrate
from maild.store.schema import REVISIONS, metadata
from maild.store.schema.types import Instant
from tests.builders import NOON
from tests.store.kit import a_queued, a_received_mail, keep, open_ticket

HEAD = REVISIONS[-1]


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Store]:
    store = open_store(empty_database_url)
    yield store
    store.close()


def described(store: Store) -> dict[str, object]:
    """Everything the database says about its schema, but for the order in which it was made."""
    with store.engine.connect() as connection:
        if store.dialect_name == "sqlite":
            rows = connection.execute(text("SELECT name, sql FROM sqlite_master"))
            return {row.name: _spaced(row.sql) for row in rows if "alembic" not in row.name}
        look = inspect(connection)
        return {
            table: (
                [{**column, "type": str(column["type"])} for column in look.get_columns(table)],
                look.get_pk_constraint(table),
                sorted(look.get_foreign_keys(table), key=str),
                sorted(look.get_unique_constraints(table), key=str),
                sorted(look.get_indexes(table), key=str),
                look.get_table_comment(table),
            )
            for table in look.get_table_names()
            if not table.startswith("alembic")
        }


def _spaced(sql: str | None) -> str:
    """A column that was added later stands in the same line as the one before it."""
    return re.sub(r" ?([(),]) ?", r"\1", " ".join((sql or "").split()))


def test_the_migrations_make_the_schema_that_the_program_knows(store: Store) -> None:
    migrated, first = described(store), open_ticket(store).id
    with store.transaction() as tx:
        metadata.drop_all(tx)
    assert "ticket" not in described(store)
    with store.transaction() as tx:
        metadata.create_all(tx)
    assert described(store) == migrated
    assert open_ticket(store).id == first == 1001


def test_the_program_names_every_migration_in_order() -> None:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(Path(migrating.__file__).with_name("migrations")))
    assert tuple(one.revision for one in reversed(list(script.walk_revisions()))) == REVISIONS


def test_migrating_twice_changes_nothing(empty: Store) -> None:
    assert migrate(empty) == ("", HEAD)
    before = described(empty)
    assert migrate(empty) == (HEAD, HEAD)
    require_schema(empty)
    assert described(empty) == before


def test_a_newer_schema_is_left_alone(store: Store) -> None:
    with store.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="update maild"):
        migrate(store)


def test_sqlite_keeps_its_references_after_a_migration(empty_database_url: str, empty: Store) -> None:
    migrate(empty)
    with pytest.raises(Exception, match=r"faster"), empty.transaction() as tx:
        tx.execute(text("INSERT INTO raw_piece (raw_id, seq, data) VALUES (77, 0, :data)"), {"data": b""})


@pytest.fixture
def older(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A database that this version has one migration more for: it adds a table, and does what `after` says."""
    monkeypatch.setattr(migrating, "REVISIONS", (*REVISIONS, "next"))

    def upgrade(tx: object) -> None:
        tx.execute(text("CREATE TABLE newer (a INTEGER)"))  # type: ignore[attr-defined]
        tx.execute(text("UPDATE alembic_version SET version_num = 'next'"))  # type: ignore[attr-defined]

    monkeypatch.setattr(migrating, "_upgrade", upgrade)
    store = open_store(sqlite_url)
    keep(store, a_received_mail())
    yield store
    store.close()


@pytest.mark.parametrize("named", [True, False])
def test_an_existing_sqlite_is_copied_first(older: Store, tmp_path: Path, named: bool) -> None:
    backup = tmp_path / "kept.db"
    assert migrate(older, backup=backup if named else None) == (HEAD, "next")
    copy = backup if named else tmp_path / f"maild.db.before-next-was-{HEAD}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM inbox_entry").fetchone() == (1,)
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'newer'").fetchone()
    connection.close()
    assert not [file for file in tmp_path.iterdir() if file.suffix == ".part"]


def test_without_a_copy_nothing_is_changed(older: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="backup"):
        migrate(older, backup=tmp_path / "no" / "folder" / "kept.db")
    require_schema(older)


def test_a_migration_that_breaks_references_changes_nothing(older: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def upgrade(tx: object) -> None:
        tx.execute(text("DELETE FROM raw_mail"))  # type: ignore[attr-defined]

    monkeypatch.setattr(migrating, "_upgrade", upgrade)
    with pytest.raises(StoreUnavailable, match="references"):
        migrate(older)
    with older.reading() as tx:
        assert tx.execute(text("SELECT count(*) FROM raw_mail")).scalar_one() == 1


# ---- processes ------------------------------------------------------------------------------------

MIGRATE = """
import os, signal, sys
from alembic.operations import Operations
from maild.store.engine import open_store
from maild.store.migrate import migrate

url, deadly = sys.argv[1], int(sys.argv[2])
steps = 0

def deadly_step(real):
    def step(*args, **kwargs):
        global steps
        steps += 1
        if steps == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return step

import alembic.op as op
for name in ("create_table", "create_index"):
    setattr(op, name, deadly_step(getattr(op, name)))
print(migrate(open_store(url)))
"""


def run_migration(url: str, deadly: int = 0) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", MIGRATE, url, str(deadly)], stdout=subprocess.PIPE, env=os.environ)


@pytest.mark.parametrize("step", [2, 20, 45])
def test_a_migration_killed_in_the_middle_leaves_the_old_schema(
    empty_database_url: str, empty: Store, step: int
) -> None:
    killed = run_migration(empty_database_url, step)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert described(empty) == {}
    assert migrate(empty) == ("", HEAD)


def test_of_processes_that_migrate_at_once_one_does_it(empty_database_url: str, empty: Store) -> None:
    processes = [run_migration(empty_database_url) for _ in range(2)]
    said = sorted(process.communicate(timeout=90)[0].decode().strip() for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert said == [f"('', '{HEAD}')", f"('{HEAD}', '{HEAD}')"]
    require_schema(empty)


def at_revision(store: Store, revision: str) -> None:
    """Bring an empty database to an older version's schema."""
    from alembic import command
    from alembic.config import Config

    with store.transaction() as tx:
        config = Config(attributes={"connection": tx})
        config.set_main_option("script_location", str(Path(migrating.__file__).with_name("migrations")))
        command.upgrade(config, revision)


def test_a_database_of_the_first_version_keeps_its_mail_and_counts_it_for_its_address(empty: Store) -> None:
    at_revision(empty, "0001")
    with empty.transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO outbox_entry (event, kind, recipient, raw, state, created_at)"
                " VALUES ('confirmation', 'confirmation', 'ada@acme.example', :raw, 'sent', :at)"
            ),
            {"raw": b"x", "at": Instant.store(NOON)},
        )
    assert migrate(empty) == ("0001", HEAD)
    with empty.transaction() as tx:
        (entry,) = outbox.list_entries(tx)
        spent = spending.spent_on(tx, [Wanted(a_queued(None).notification, None)], NOON).counts
        outbox.add(tx, [a_queued(None)])
        assert max(one.id for one in outbox.list_entries(tx)) == entry.id + 1
    assert (entry.recipient, spent["address-day", "ada@acme.example"]) == ("ada@acme.example", 1)
