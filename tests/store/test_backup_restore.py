"""Restoring: all that was saved is back, into either kind of database, and nothing happens a second time by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from maild.errors import SchemaMismatch, StoreUnavailable
from maild.model import OutboxState
from maild.store import digests, inbox, nodes, outbox
from maild.store.backup import content
from maild.store.backup.about import About, NotEmpty, Unusable, no_step
from maild.store.backup.disarming import DISARMS, HIGHEST_UID, RESTORED_AT
from maild.store.backup.packing import pack
from maild.store.backup.papers import Papers
from maild.store.engine import Store, open_store, require_schema
from maild.store.schema import REVISIONS, event, imap_cursor, imap_mail, inbox_entry, lease, outbox_entry, setting
from maild.store.schema.types import Instant
from maild.store.states import InboxState
from tests.builders import NOON
from tests.servers import postgres
from tests.soak.big import fill
from tests.store.backup_kit import (
    LATER,
    PAPERS,
    a_store,
    bring_back,
    busy,
    everything,
    numbers_given,
    save,
)
from tests.store.kit import LEASE, MEGABYTE, a_queued, a_received_mail, keep, open_ticket
from tests.store.test_migrate import at_revision

FOREVER = timedelta(days=36500)
DISARMED = {"outbox_entry", "inbox_entry", "lease", "node", "imap_cursor", "setting", "event"}


@pytest.fixture(params=["into sqlite", pytest.param("into postgresql", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind with nothing in it, to restore into."""
    if request.param == "into sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    return str(request.getfixturevalue("postgres_url_2"))


@pytest.fixture
def postgres_url_2(postgres_server: str) -> Iterator[str]:
    """One more, beside the one that is saved."""
    with postgres.fresh_database(postgres_server, postgres.template(postgres_server)) as url:
        yield url


@pytest.fixture
def restored(store: Store, target: str, tmp_path: Path) -> Iterator[Store]:
    """What a busy database of either kind is after it was saved and restored into either kind."""
    busy(store)
    file, _ = save(store, tmp_path / "backups")
    bring_back(file, target, tmp_path / "state")
    with a_store(target) as opened:
        yield opened


def test_all_that_was_saved_is_back_in_either_kind_of_database(store: Store, restored: Store) -> None:
    require_schema(restored)
    was, now = everything(store), everything(restored)
    assert {name for name in was if was[name] != now[name]} == DISARMED
    for name in DISARMED - {"lease", "setting", "event"}:
        assert [row[0] for row in was[name]] == [row[0] for row in now[name]]
    with restored.reading() as tx:
        raw = [inbox.raw_of(tx, one.id) for one in inbox.list_entries(tx)]
    assert sorted(map(len, raw)) == [0, 7, 256 * 1024, 256 * 1024 + 1, 700_000]


def test_nothing_goes_out_by_itself(restored: Store) -> None:
    with restored.transaction() as tx:
        assert not outbox.is_due(tx, LATER + FOREVER)
        assert outbox.claim(tx, "n/1", LATER + FOREVER, LEASE, 100) == ()
        assert outbox.recover(tx, None, LATER + FOREVER) == 0
        assert digests.due_digests(tx, LATER + FOREVER, 100) == ()
    with restored.reading() as tx:
        rows = tx.execute(select(outbox_entry)).all()
        told = tx.execute(select(event.c.ticket_id).where(event.c.kind == "restore/parked")).scalars().all()
    assert all(row.due_at is None for row in rows)
    parked = [row for row in rows if row.state is OutboxState.PARKED]
    assert len(parked) == 10 and all("backup of 2026-11-20 12:00 UTC" in row.reasons[0][2] for row in parked)
    assert sum(row.ambiguous for row in parked) == 2, "what was being sent may have arrived"
    assert sorted(told) == [1001, 1002, 1003]


def test_claims_and_nodes_of_then_are_let_go_and_mailboxes_read_again(store: Store, restored: Store) -> None:
    with restored.transaction() as tx:
        assert tx.execute(select(lease)).all() == []
        assert nodes.running(tx, NOON) == ()
        assert {row.state for row in tx.execute(select(inbox_entry.c.state))} == {InboxState.WAITING}
        assert inbox.claim(tx, "n/2", NOON, LEASE, 1, MEGABYTE), "long before the lease of then would have ended"
        assert tx.execute(select(imap_cursor.c.rescan_upto, imap_cursor.c.uid)).all() == [(HIGHEST_UID, 99)]
        assert tx.scalars(select(setting.c.value).where(setting.c.key == RESTORED_AT)).all() == [LATER.isoformat()]
        ledger = tx.execute(select(imap_mail)).all()
    with store.reading() as tx:
        assert tx.execute(select(imap_mail)).all() == ledger, "known mails are not taken twice"


def test_numbers_given_out_since_the_backup_are_not_given_again(store: Store, target: str, tmp_path: Path) -> None:
    busy(store)
    file, _ = save(store, tmp_path / "backups")
    since = [numbers_given(store) for _ in range(20)]
    bring_back(file, target, tmp_path / "state")
    with a_store(target) as restored:
        number, entry = numbers_given(restored)
    assert number == 3001 and number > max(since)[0]
    assert entry > max(one for _, one in since)


def test_a_number_whose_ticket_is_gone_is_not_given_again(store: Store, target: str, tmp_path: Path) -> None:
    for _ in range(5):
        last = open_ticket(store).id
    with store.transaction() as tx:
        for name in ("event", "message_ref", "participant", "article", "decision", "ticket"):
            column = "id" if name == "ticket" else "ticket_id"
            tx.execute(text(f'DELETE FROM "{name}" WHERE {column} = :last'), {"last": last})
    file, _ = save(store, tmp_path / "backups")
    bring_back(file, target, tmp_path / "state")
    with a_store(target) as restored:
        assert open_ticket(restored).id == (last // 1000 + 1) * 1000 + 1001


@pytest.mark.parametrize(("age", "next_number"), [(timedelta(hours=1), 3001), (timedelta(days=30), 4001)])
def test_an_old_backup_of_a_busy_desk_jumps_further(
    sqlite_url: str, tmp_path: Path, age: timedelta, next_number: int
) -> None:
    """600 tickets, one a minute: an hour later 120 more are allowed for, a month later 1200."""
    target = f"sqlite:///{tmp_path / 'new.db'}"
    with a_store(sqlite_url) as store:
        fill(store, 600, 100)
        file, _ = save(store, tmp_path / "backups")
    bring_back(file, target, tmp_path / "state", now=NOON + age)
    with a_store(target) as restored:
        assert open_ticket(restored).id == next_number


def test_the_list_of_what_is_disarmed_names_what_each_does() -> None:
    assert len({one.__name__ for one in DISARMS}) == len(DISARMS)
    assert all(one.__doc__ for one in DISARMS)


# ---- where to ------------------------------------------------------------------------------------


def test_a_database_with_anything_in_it_is_not_written_over(store: Store, tmp_path: Path) -> None:
    file, _ = save(store, tmp_path / "backups")
    keep(store, a_received_mail())
    before, url = everything(store), store.engine.url.render_as_string(hide_password=False)
    with pytest.raises(NotEmpty, match="--replace"):
        bring_back(file, url, tmp_path / "state")
    assert everything(store) == before


def test_replacing_jumps_beyond_what_the_old_database_gave_out(store: Store, tmp_path: Path) -> None:
    file, _ = save(store, tmp_path / "backups")
    with store.transaction() as tx:
        raise_numbers(tx)
    last = open_ticket(store).id
    url = store.engine.url.render_as_string(hide_password=False)
    store.close()
    done = bring_back(file, url, tmp_path / "state", replace=True)
    with a_store(url) as replaced:
        assert open_ticket(replaced).id > last + 1000
    aside = done.old_database
    assert (aside is None) == url.startswith("postgresql")
    if aside is not None:
        with a_store(f"sqlite:///{aside}") as old, old.reading() as tx:
            assert tx.execute(text("SELECT max(id) FROM ticket")).scalar_one() == last


def raise_numbers(tx: Any) -> None:
    if tx.dialect.name == "sqlite":
        tx.execute(text("UPDATE sqlite_sequence SET seq = 50000 WHERE name = 'ticket'"))
    else:
        tx.execute(text("SELECT setval('ticket_id_seq', 50000)"))


def test_a_damaged_sqlite_is_replaced_and_kept(sqlite_url: str, tmp_path: Path) -> None:
    with a_store(sqlite_url) as store:
        busy(store)
        file, _ = save(store, tmp_path / "backups")
    target = tmp_path / "broken.db"
    target.write_bytes(b"no database at all" * 1000)
    for companion in ("-wal", "-shm"):
        (tmp_path / f"broken.db{companion}").write_bytes(b"left over")
    with pytest.raises(NotEmpty, match="--replace"):
        bring_back(file, f"sqlite:///{target}", tmp_path / "state")
    done = bring_back(file, f"sqlite:///{target}", tmp_path / "state", replace=True)
    assert done.old_database and done.old_database.read_bytes().startswith(b"no database")
    with a_store(f"sqlite:///{target}") as restored:
        require_schema(restored)
        assert len(everything(restored)["ticket"]) == 3


def test_a_postgresql_that_nodes_work_on_is_left_alone(postgres_url: str, tmp_path: Path) -> None:
    with a_store(postgres_url) as store:
        busy(store)
        file, _ = save(store, tmp_path / "backups")
        with store.transaction() as tx:
            nodes.start(tx, "other-machine", LATER)
        with pytest.raises(StoreUnavailable, match="other-machine works on this database"):
            bring_back(file, postgres_url, tmp_path / "state", replace=True)


class Ended(Exception):
    pass


@pytest.mark.parametrize("stage", ["unpack", "prepare"])
def test_a_restore_that_ends_in_the_middle_leaves_the_old_database(store: Store, tmp_path: Path, stage: str) -> None:
    ended_in_the_middle(store, tmp_path, stage)


def test_a_postgresql_that_is_half_filled_is_as_it_was(postgres_url: str, tmp_path: Path) -> None:
    with a_store(postgres_url) as store:
        ended_in_the_middle(store, tmp_path, "write")


def ended_in_the_middle(store: Store, tmp_path: Path, stage: str) -> None:
    busy(store)
    keep(store, *[a_received_mail()] * 2100)
    file, _ = save(store, tmp_path / "backups")
    before, url = everything(store), store.engine.url.render_as_string(hide_password=False)

    def end(now: str, _part: float) -> None:
        if now == stage:
            raise Ended

    with pytest.raises(Ended):
        bring_back(file, url, tmp_path / "state", end, replace=True)
    assert everything(store) == before
    assert not (tmp_path / "state" / "secret").exists()
    bring_back(file, url, tmp_path / "state", replace=True)


def test_a_postgresql_without_a_schema_gets_one(sqlite_url: str, empty_postgres_url: str, tmp_path: Path) -> None:
    with a_store(sqlite_url) as store:
        busy(store)
        file, _ = save(store, tmp_path / "backups")
    bring_back(file, empty_postgres_url, tmp_path / "state")
    with a_store(empty_postgres_url) as restored:
        require_schema(restored)
        assert len(everything(restored)["ticket"]) == 3


def test_a_newer_postgresql_is_left_alone(postgres_url: str, tmp_path: Path) -> None:
    with a_store(postgres_url) as store:
        file, _ = save(store, tmp_path / "backups")
        with store.transaction() as tx:
            tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(SchemaMismatch):
            bring_back(file, postgres_url, tmp_path / "state", replace=True)


def test_the_secret_comes_back_and_the_one_that_was_there_is_kept(sqlite_url: str, tmp_path: Path) -> None:
    with a_store(sqlite_url) as store:
        file, _ = save(store, tmp_path / "backups")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "secret").write_bytes(b"made by a first start")
    done = bring_back(file, f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "state")
    assert (tmp_path / "state" / "secret").read_bytes() == PAPERS.secret
    assert done.old_secret and done.old_secret.read_bytes() == b"made by a first start"
    assert (tmp_path / "state" / "secret").stat().st_mode & 0o777 == 0o600


def test_the_restored_file_is_its_owners_alone_and_nothing_else_is_left(sqlite_url: str, tmp_path: Path) -> None:
    with a_store(sqlite_url) as store:
        busy(store)
        file, _ = save(store, tmp_path / "backups")
    bring_back(file, f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "state")
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in (tmp_path / "state").rglob("*")) == ["lock", "secret", "work"]
    with content.opened(tmp_path / "new.db") as db, pytest.raises(Unusable):
        content.about_in(db)


# ---- older versions ------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_backup_of_an_older_version_is_brought_up_to_date(tmp_path: Path, target: str, revision: str) -> None:
    old = tmp_path / "old.db"
    store = open_store(f"sqlite:///{old}")
    at_revision(store, revision)
    with store.transaction() as tx:
        row = "('confirmation', 'confirmation', 'ada@acme.example', :raw, 'queued', :at, :at)"
        columns = "(event, kind, recipient, raw, state, created_at, due_at)"
        told = {"raw": b"x", "at": Instant.store(NOON)}
        tx.execute(text(f"INSERT INTO outbox_entry {columns} VALUES {row}"), told)
    store.close()
    file = packed(old, revision, tmp_path)
    bring_back(file, target, tmp_path / "state")
    with a_store(target) as restored:
        require_schema(restored)
        with restored.reading() as tx:
            (entry,) = outbox.list_entries(tx)
        assert entry.state is OutboxState.PARKED
        with restored.transaction() as tx:
            assert outbox.add(tx, [a_queued(None)]) == 1


def packed(database: Path, revision: str, place: Path) -> Path:
    """A backup as that version made it."""
    copy, file = place / "copy.db", place / "old.db.gz"
    shutil.copy(database, copy)
    with content.opened(copy) as db:
        counts = tuple(content.counts_in(db).items())
    content.describe(copy, About("0.0.9", revision, NOON, "day", "n1", "sqlite", counts), Papers())
    pack(copy, file, (), no_step)
    return file
