"""Making backups: beside writers, of one moment, proven; and nothing that looks like one when a step fails."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyrage import x25519
from sqlalchemy import select, text

from maild import __version__
from maild.errors import StoreUnavailable
from maild.store.backup import content, disk
from maild.store.backup.about import BackupFailed, Busy
from maild.store.backup.folder import listed, manifest_path
from maild.store.backup.packing import unpack
from maild.store.backup.verifying import verify
from maild.store.engine import Store
from maild.store.schema import REVISIONS, inbox_entry
from tests.servers.requirement import wait_until
from tests.store.backup_kit import NOON, PAPERS, a_store, busy, everything, save
from tests.store.kit import a_received_mail, keep

BACKUPS = 20
WRITERS = 3
STAGES = ("copy", "check", "compress", "read back", "hash")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def nothing_left(folder: Path) -> None:
    assert not list(folder.iterdir()) if folder.exists() else True
    assert [path.name for path in (folder.parent / "work").iterdir()] == [disk.LOCK]


def test_a_backup_says_what_is_in_it_without_being_opened(store: Store, folder: Path) -> None:
    busy(store)
    file, manifest = save(store, folder)
    assert file.name == "maild-20261120T120000Z-day.db.gz"
    assert {path.name for path in folder.iterdir()} == {file.name, f"{file.name}.json"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    told = json.loads(manifest_path(file).read_bytes())
    assert told["sha256"] == manifest.sha256 and told["size"] == file.stat().st_size
    about = manifest.about
    assert (about.version, about.revision, about.made_at, about.node) == (__version__, REVISIONS[-1], NOON, "n1")
    assert (about.dialect, about.newest, about.left_out) == (store.dialect_name, NOON, PAPERS.left_out)
    assert dict(about.counts) == {name: len(rows) for name, rows in everything(store).items()}
    assert PAPERS.secret not in manifest_path(file).read_bytes()


def test_a_backup_is_a_sqlite_database_that_the_command_line_can_look_into(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    busy(store)
    file, _ = save(store, folder)
    unpack(file, tmp_path / "look.db", None, lambda *_: None)
    with content.opened(tmp_path / "look.db") as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert content.papers_in(db).secret == PAPERS.secret
    with a_store(f"sqlite:///{tmp_path / 'look.db'}") as copy:
        assert everything(copy) == everything(store)


class Writers:
    """Each keeps mail after mail, numbered without a gap; `done` says how many of each are on disk."""

    def __init__(self, store: Store) -> None:
        self._store, self._stop, self.done = store, threading.Event(), [0] * WRITERS
        self._threads = [threading.Thread(target=self._write, args=(writer,)) for writer in range(WRITERS)]

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        wait_until(lambda: min(self.done) > 3, "every writer writes")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, writer: int) -> None:
        while not self._stop.wait(0.03):
            number = self.done[writer]
            raw = b"%d" % number * (1 + number * 997 % 9000)
            keep(self._store, a_received_mail(raw=raw, message_id=f"<{writer}-{number}@x>"))
            self.done[writer] = number + 1


def test_twenty_backups_beside_writers_are_each_the_database_of_one_moment(store: Store, folder: Path) -> None:
    busy(store)
    with Writers(store) as writers:
        for number in range(BACKUPS):
            before = list(writers.done)
            file, _ = save(store, folder, series=f"s{'x' * number}")
            after = [done + 1 for done in writers.done]
            found = verify(file, folder.parent / "work")
            assert (found.faults, found.blemishes) == ((), ())
            for writer, ids in enumerate(prefixes(file, folder.parent / "look.db")):
                assert ids == list(range(len(ids))) and before[writer] <= len(ids) <= after[writer]


def prefixes(file: Path, look: Path) -> Iterator[list[int]]:
    """The numbers of each writer's mails in a backup, in the order of their entries."""
    unpack(file, look, None, lambda *_: None)
    with content.opened(look) as db:
        rows = [one for (one,) in db.execute("SELECT message_id FROM inbox_entry WHERE message_id <> '' ORDER BY id")]
    for writer in range(WRITERS):
        mine = [one for one in rows if one.startswith(f"<{writer}-")]
        yield [int(one.partition("-")[2].partition("@")[0]) for one in mine]


def test_who_writes_in_the_middle_of_a_backup_waits_for_nothing_and_is_not_in_it(store: Store, folder: Path) -> None:
    busy(store)
    written: list[object] = []

    def write(stage: str, _part: float) -> None:
        if stage == "copy" and len(written) < 5:
            written.append(keep(store, a_received_mail(message_id="<meanwhile@x>")))

    # Rows enough that a copy has a middle in either database.
    keep(store, *(a_received_mail(raw=b"y" * 3000) for _ in range(2200)))
    _, manifest = save(store, folder, write)
    assert written
    with store.reading() as tx:
        there = len(tx.scalars(select(inbox_entry.c.id)).all())
    assert dict(manifest.about.counts)["inbox_entry"] == there - len(written)


def test_sqlite_gives_back_what_its_log_has_grown_by(sqlite_url: str, folder: Path, tmp_path: Path) -> None:
    with a_store(sqlite_url) as store:

        def write(stage: str, _part: float) -> None:
            if stage == "copy":
                keep(store, a_received_mail(raw=b"z" * 3_000_000))

        save(store, folder, write)
        assert (tmp_path / "maild.db-wal").stat().st_size == 0


class Ended(Exception):
    pass


@pytest.mark.parametrize("stage", STAGES)
def test_a_backup_that_is_ended_at_any_stage_leaves_nothing(sqlite_url: str, folder: Path, stage: str) -> None:
    def end(now: str, _part: float) -> None:
        if now == stage:
            raise Ended

    with a_store(sqlite_url) as store:
        with pytest.raises(Ended):
            save(store, folder, end)
        nothing_left(folder)
        save(store, folder)


def test_a_postgresql_backup_that_is_ended_leaves_the_database_usable(postgres_url: str, folder: Path) -> None:
    def end(_now: str, _part: float) -> None:
        raise Ended

    with a_store(postgres_url) as store:
        keep(store, *(a_received_mail(raw=b"y") for _ in range(2200)))
        with pytest.raises(Ended):
            save(store, folder, end)
        nothing_left(folder)
        save(store, folder)


def test_a_lost_postgresql_is_told_as_one(postgres_url: str, folder: Path) -> None:
    with a_store(postgres_url) as store, a_store(postgres_url) as other:
        keep(store, *(a_received_mail(raw=b"y") for _ in range(2200)))

        def cut(stage: str, _part: float) -> None:
            if stage == "copy":
                with other.transaction() as tx:
                    tx.execute(
                        text(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                            " AND datname = current_database()"
                        )
                    )

        with pytest.raises(StoreUnavailable):
            save(store, folder, cut)
        nothing_left(folder)


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    disk = tmp_path / "tiny"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("needs leave to mount a tmpfs")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_target_is_told_and_gets_no_half_backup(sqlite_url: str, tiny: Path) -> None:
    with a_store(sqlite_url) as store:
        keep(store, a_received_mail(raw=bytes(range(256)) * 4000 + os.urandom(200_000)))
        with pytest.raises(BackupFailed, match=r"is full: make room"):
            save(store, tiny, work=tiny.parent / "work")
        assert list(tiny.iterdir()) == []


@pytest.mark.parametrize("step", ["work", "folder"])
def test_a_place_that_cannot_be_written_is_told(sqlite_url: str, tmp_path: Path, step: str) -> None:
    (tmp_path / "file").write_text("in the way")
    places = {"folder": tmp_path / "backups", "work": tmp_path / "work"} | {step: tmp_path / "file" / "below"}
    with a_store(sqlite_url) as store, pytest.raises(BackupFailed, match="file"):
        save(store, **places)


def test_a_disk_without_room_for_the_copy_is_left_alone(sqlite_url: str, folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda _path: disk.RESERVE + 1000)
    with a_store(sqlite_url) as store, pytest.raises(BackupFailed, match="too full for the copy"):
        save(store, folder)


@pytest.mark.parametrize("stage", ["copy", "compress", "encrypt"])
def test_a_disk_that_fills_while_a_backup_is_made_is_left_to_the_mail(
    sqlite_url: str, folder: Path, monkeypatch, stage: str
) -> None:
    """The packed file may lie on the mail's disk as well; and others write there, too."""

    def fills(now: str, _part: float) -> None:
        if now == stage:
            monkeypatch.setattr(disk, "free_bytes", lambda _path: disk.RESERVE - 1)

    key = str(x25519.Identity.generate().to_public())
    with a_store(sqlite_url) as store:
        keep(store, a_received_mail(raw=os.urandom(3 << 20)))
        with pytest.raises(BackupFailed, match="work is too full"):
            save(store, folder, fills, encrypt_to=(key,))
        nothing_left(folder)


def test_one_backup_at_a_time(sqlite_url: str, folder: Path) -> None:
    with (
        a_store(sqlite_url) as store,
        disk.alone(folder.parent / "work"),
        pytest.raises(Busy),
    ):
        save(store, folder)


def test_a_backup_is_never_written_over(sqlite_url: str, folder: Path) -> None:
    with a_store(sqlite_url) as store:
        file, _ = save(store, folder)
        bytes_before = file.read_bytes()
        with pytest.raises(BackupFailed, match="there already"):
            save(store, folder)
        assert file.read_bytes() == bytes_before and len(listed(folder)) == 1


def test_what_a_killed_run_left_in_the_work_folder_is_gone_after_the_next(sqlite_url: str, folder: Path) -> None:
    work = folder.parent / "work"
    work.mkdir()
    (work / "copy.db").write_bytes(b"half")
    with a_store(sqlite_url) as store:
        save(store, folder)
    assert [path.name for path in work.iterdir()] == [disk.LOCK]
