"""Senders are told to come back before they send, when the disk fills up or the database is away; and it heals."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from maild.daemon.room import HOUR, NO_DISK, NO_STORE, Room, free_bytes, room_of
from maild.errors import StoreUnavailable
from maild.settings import Settings
from maild.store.engine import Store, open_store
from tests.servers import postgres
from tests.servers.requirement import need

LEAST = 1000


@dataclass
class World:
    """Disks and a clock, as a test wants them."""

    free: dict[Path, int] = field(default_factory=dict)
    now: float = 0.0
    durable: bool = True

    def look_at_disk(self, folder: Path) -> int:
        if folder not in self.free:
            raise FileNotFoundError(2, "No such file or directory")
        return self.free[folder]

    def check(self) -> None:
        if not self.durable:
            raise StoreUnavailable("the database would forget after a power cut")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World({tmp_path: LEAST})


def room_in(world: World, store: Store, file: Path | None = None) -> Room:
    return Room(store, tuple(world.free), LEAST, file, world.check, world.look_at_disk, lambda: world.now)


@pytest.mark.parametrize(("free", "reply"), [(LEAST, ""), (LEAST - 1, NO_DISK), (0, NO_DISK)])
def test_mail_comes_while_there_is_as_much_disk_as_is_asked_for(
    store: Store, world: World, tmp_path: Path, free: int, reply: str
) -> None:
    room = room_in(world, store)
    world.free[tmp_path] = free
    room.look()
    assert room.reply() == reply
    assert bool(room.why()) == bool(reply)


def test_any_folder_that_is_full_is_enough_and_the_log_says_which_once(
    store: Store, world: World, tmp_path: Path
) -> None:
    world.free[tmp_path / "database"] = LEAST
    room = room_in(world, store)
    with capture_logs() as logs:
        for free in (LEAST, 10, 9, 8, LEAST, LEAST):
            world.free[tmp_path / "database"] = free
            room.look()
    assert [(line["log_level"], line["event"]) for line in logs] == [
        ("error", "no mail is taken"),
        ("warning", "mail is taken again"),
    ]
    assert str(tmp_path / "database") in logs[0]["because"] and "limits.free_disk" in logs[0]["because"]


def test_a_disk_that_is_gone_is_no_room(store: Store, world: World, tmp_path: Path) -> None:
    room = room_in(world, store)
    del world.free[tmp_path]
    room.look()
    assert room.reply() == NO_STORE and "is its disk there" in room.why()


def test_what_a_stranger_is_told_says_nothing_of_the_house(store: Store, world: World, tmp_path: Path) -> None:
    room = room_in(world, store)
    world.free[tmp_path] = 0
    room.look()
    assert str(tmp_path) in room.why() and str(tmp_path) not in room.reply()
    assert room.reply().startswith("452 4.3.1 ")


def test_once_an_hour_it_is_asked_whether_the_database_still_keeps_its_word(store: Store, world: World) -> None:
    """FAULT-A15; while it does not, every look asks again."""
    room = room_in(world, store)
    world.durable, world.now = False, HOUR - 1
    room.look()
    assert room.reply() == ""
    world.now = HOUR
    room.look()
    assert room.reply() == NO_STORE and "power cut" in room.why()
    world.durable, world.now = True, HOUR + 3
    room.look()
    assert room.reply() == ""
    world.durable = False
    room.look()
    assert room.reply() == ""


@pytest.mark.parametrize("how", ["deleted", "replaced", "moved"])
def test_a_sqlite_file_that_is_taken_away_is_noticed_before_mail_is_written_into_nothing(
    sqlite_url: str, world: World, how: str
) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    store = open_store(sqlite_url)
    room = room_in(world, store, file)
    room.look()
    assert room.reply() == ""
    aside = file.rename(file.with_name("aside")) if how != "deleted" else file.unlink()
    if how == "replaced":
        sqlite3.connect(file).close()
    room.look()
    assert room.reply() == NO_STORE and str(file) in room.why()
    if aside:
        aside.rename(file)
        room.look()
        assert room.reply() == ""
    store.close()


def test_a_sqlite_file_that_somebody_switched_to_another_journal_is_wal_again_within_the_hour(
    sqlite_url: str, tmp_path: Path
) -> None:
    """The hourly look opens the file as at start: what can be put right is put right, not only complained of."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    store = open_store(sqlite_url)
    room = room_of(Settings(database=sqlite_url, state=tmp_path, limits={"free_disk": 0}), store)
    assert (room.file, room.folders) == (file, (tmp_path,))
    store.close()
    with sqlite3.connect(file) as other:
        assert other.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    other.close()
    room.now = lambda: float("inf")
    room.look()
    assert room.reply() == ""
    with sqlite3.connect(file) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
    store.close()


@pytest.mark.postgres
def test_a_postgresql_whose_default_was_weakened_is_refused_within_the_hour(postgres_url: str, tmp_path: Path) -> None:
    """Connections that stand keep their setting: only a new one shows what the next one would be like."""
    url = postgres_url.replace("+psycopg", "")
    store = open_store(url)
    room = room_of(Settings(database=url, state=tmp_path, limits={"free_disk": 0}), store)
    with postgres.admin(postgres_url) as admin:
        admin.execute(text(f"ALTER DATABASE {store.engine.url.database} SET synchronous_commit = off"))
    room.look()
    assert room.reply() == ""
    room.now = lambda: float("inf")
    room.look()
    assert room.reply() == NO_STORE and "synchronous_commit" in room.why()
    store.close()


@pytest.mark.postgres
def test_while_the_database_is_away_no_mail_is_taken_and_then_again(postgres_url: str, world: World) -> None:
    """Nobody may connect any more, and who was connected is thrown out: what a database that died looks like."""
    store = open_store(postgres_url.replace("+psycopg", ""))
    room = room_in(world, store)
    name = store.engine.url.database
    server = postgres.at(postgres_url, "postgres")
    with postgres.admin(server) as admin:
        admin.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        admin.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
        room.look()
        assert room.reply() == NO_STORE
        admin.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    room.look()
    assert room.reply() == ""
    store.close()


ON_A_SMALL_DISK = """
import sys
from pathlib import Path
from maild.daemon.room import free_bytes
disk = Path(sys.argv[1])
before = free_bytes(disk)
(disk / "some").write_bytes(bytes(1 << 20))
print(before, before - free_bytes(disk))
"""


def test_free_bytes_are_what_the_file_system_says(tmp_path: Path) -> None:
    mount = f"mount -t tmpfs -o size=4m tmpfs {tmp_path} && exec {sys.executable} -c '{ON_A_SMALL_DISK}' {tmp_path}"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True, text=True, timeout=30)
    need(done.returncode == 0, f"leave to mount a tmpfs: {done.stderr[-300:]}")
    before, taken = map(int, done.stdout.split())
    assert before == 4 << 20 and 1 << 20 <= taken < 2 << 20
    told = os.statvfs(tmp_path)
    assert abs(free_bytes(tmp_path) - told.f_bavail * told.f_frsize) < 1 << 30
