"""The database is opened so that it keeps its word, and its errors say whether trying again would help."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from maild.errors import ConfigError, Conflict, SchemaMismatch, StoreFull, StoreUnavailable
from maild.model import Page, Position
from maild.store import inbox, ledger, sqlite
from maild.store.engine import Store, open_store, require_schema
from tests.builders import NOON
from tests.servers import postgres
from tests.store.kit import a_received_mail, keep


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[Store]:
    store = open_store(sqlite_url)
    yield store
    store.close()


@pytest.fixture
def on_postgres(postgres_url: str) -> Iterator[Store]:
    store = open_store(postgres_url)
    yield store
    store.close()


def test_sqlite_is_private_and_durable(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'new.db'}")
    with store.transaction() as tx:
        tx.execute(text("CREATE TABLE t (a INTEGER)"))
        pragmas = [tx.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {
        "new.db": 0o600,
        "new.db-wal": 0o600,
        "new.db-shm": 0o600,
    }
    store.close()


def test_a_sqlite_that_would_forget_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weaker = ("journal_mode = WAL", "synchronous = NORMAL")
    monkeypatch.setattr(sqlite, "PRAGMAS", weaker)
    with pytest.raises(StoreUnavailable, match="synchronous 1"):
        open_store(f"sqlite:///{tmp_path / 'weak.db'}")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:////nowhere/at/all.db"])
def test_a_database_that_cannot_be_kept_is_refused(url: str) -> None:
    with pytest.raises(StoreUnavailable):
        open_store(url)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Ada, this is a letter and no database. " * 100)
    with pytest.raises(StoreUnavailable, match="no SQLite database"):
        open_store(f"sqlite:///{file}")
    assert file.read_text().startswith("Dear Ada")


@pytest.mark.parametrize("url", ["", "mysql://x/y", "nonsense", "postgresql+nonsense:"])
def test_a_url_that_is_none_is_a_mistake_in_the_configuration(url: str) -> None:
    with pytest.raises(ConfigError, match="sqlite:///FILE"):
        open_store(url)


def test_a_postgresql_that_would_forget_is_refused(postgres_url: str) -> None:
    with postgres.admin(postgres_url) as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    with pytest.raises(StoreUnavailable, match="synchronous_commit"):
        open_store(postgres_url)


def test_no_url_shows_the_password(on_sqlite: Store) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        open_store("postgresql://user@127.0.0.1:1/name", password="hunter2")
    assert "hunter2" not in str(caught.value)


FOLDER = ledger.FolderId("a", "INBOX")


def put(tx: Connection, uid: int) -> None:
    ledger.keep(tx, FOLDER, Page(Position(1, uid), {}), finishes=False)


def at(tx: Connection) -> int:
    position = ledger.position(tx, FOLDER)
    return position.uid if position else 0


def test_a_reader_writes_nothing(store: Store) -> None:
    with pytest.raises(Exception, match=r"read-?only"), store.reading() as tx:
        put(tx, 2)
    with store.transaction() as tx:
        put(tx, 2)
    with store.reading() as tx:
        assert at(tx) == 2


def test_an_exception_undoes_the_transaction(store: Store) -> None:
    with pytest.raises(KeyError), store.transaction() as tx:
        inbox.add(tx, [a_received_mail()])
        raise KeyError
    with store.reading() as tx:
        assert inbox.counts(tx) == inbox.InboxCounts(0, 0, 0, 0)


def test_writers_that_read_first_lose_no_update(store: Store) -> None:
    with store.transaction() as tx:
        put(tx, 0)

    def count(tx: Connection) -> None:
        tx.execute(text("SELECT 1 FROM imap_cursor FOR UPDATE" if store.dialect_name == "postgresql" else "SELECT 1"))
        put(tx, at(tx) + 1)

    threads = [threading.Thread(target=lambda: [store.retrying(count) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.reading() as tx:
        assert at(tx) == 80


def test_a_row_that_must_be_unique_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict), store.transaction() as tx:
        for _ in range(2):
            tx.execute(text("INSERT INTO contact (address, register, created_at) VALUES ('a', 'unknown', 0)"))


def test_a_full_disk_takes_nothing_and_forgets_nothing(on_sqlite: Store) -> None:
    (first,) = keep(on_sqlite, a_received_mail())

    @event.listens_for(on_sqlite.engine, "begin")
    def limit(tx: Connection) -> None:
        tx.connection.driver_connection.execute("PRAGMA max_page_count = 90")  # type: ignore[union-attr]

    with pytest.raises(StoreFull):
        for _ in range(200):
            keep(on_sqlite, a_received_mail(raw=b"x" * 5000))
    event.remove(on_sqlite.engine, "begin", limit)
    on_sqlite.engine.dispose()
    with on_sqlite.reading() as tx:
        assert inbox.raw_of(tx, first) == a_received_mail().raw


def test_a_busy_database_is_tried_again_and_then_reported(on_sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS[:-1], "busy_timeout = 1"))
    other = open_store(str(on_sqlite.engine.url))
    tried: list[int] = []

    def work(tx: Connection) -> None:
        tried.append(1)

    with on_sqlite.transaction(), pytest.raises(StoreUnavailable, match="busy"):
        other.retrying(work, attempts=3)
    assert tried == []
    other.retrying(work)
    assert tried == [1]
    other.close()


def test_a_lost_connection_is_made_again(on_postgres: Store) -> None:
    lost: list[int] = []

    def work(tx: Connection) -> int:
        if not lost:
            lost.append(1)
            tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return int(tx.execute(text("SELECT 1")).scalar_one())

    assert on_postgres.retrying(work) == 1


def test_of_two_that_wait_for_each_other_one_tries_again(on_postgres: Store) -> None:
    keep(on_postgres, a_received_mail(), a_received_mail())
    both = threading.Barrier(2, timeout=20)
    tries: list[int] = []

    def work(first: int, second: int) -> None:
        def lock(tx: Connection) -> None:
            tries.append(1)
            tx.execute(text(f"SELECT 1 FROM inbox_entry WHERE id = {first} FOR UPDATE"))
            if len(tries) <= 2:
                both.wait()
            tx.execute(text(f"SELECT 1 FROM inbox_entry WHERE id = {second} FOR UPDATE"))

        on_postgres.retrying(lock)

    threads = [threading.Thread(target=work, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(tries) == 3


@pytest.mark.parametrize(("version", "said"), [("0000", "newer"), (None, "no schema")])
def test_a_schema_that_is_not_ours_is_refused(store: Store, version: str | None, said: str) -> None:
    require_schema(store)
    with store.transaction() as tx:
        change = f"UPDATE alembic_version SET version_num = '{version}'" if version else "DROP TABLE alembic_version"
        tx.execute(text(change))
    with pytest.raises(SchemaMismatch, match=said):
        require_schema(store)


def test_a_time_without_a_zone_is_not_stored(store: Store) -> None:
    with pytest.raises(Exception, match="without a zone"):
        keep(store, a_received_mail(received_at=datetime(2026, 1, 1)))  # noqa: DTZ001
    moment = NOON + timedelta(microseconds=123457)
    (kept,) = keep(store, a_received_mail(received_at=moment))
    with store.reading() as tx:
        assert inbox.show(tx, kept).received_at == moment
