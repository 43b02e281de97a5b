"""The daemon's series: what is due is made, by one node; failures are noted; old ones go; somebody hears of silence."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519
from sqlalchemy import select

from maild.config.check_backup import problems
from maild.daemon.backups import Backups, Site
from maild.settings import BackupSeries, Limits, Settings
from maild.store.backup import folder, runs
from maild.store.backup.disk import alone
from maild.store.backup.folder import listed, manifest_path
from maild.store.backup.making import WORK
from maild.store.backup.seal import HEADER
from maild.store.engine import Store, open_store
from maild.store.schema import backup_run
from tests.builders import NOON
from tests.store.backup_kit import a_store
from tests.store.kit import a_received_mail, keep

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
KEY = x25519.Identity.generate()


class Place:
    """A node with its settings file, its clock in our hand, and its series."""

    def __init__(self, store: Store, folder: Path, *series: BackupSeries) -> None:
        self.store, self.now, self.mine, self.asked = store, NOON, True, 0
        self.settings_file = folder / "maild.yaml"
        self.settings_file.write_text("state: var\n")
        settings = Settings(state=folder / "state", backup=series, directory=folder / "d", desks="/no", rules="/no")
        settings.state.mkdir()
        self.site = Site(self.settings_file, settings, "n1", lambda: self.now, lambda: store)
        self.backups = Backups(self.site, self._mine)

    def _mine(self) -> bool:
        self.asked += 1
        return self.mine

    def after(self, passed: timedelta) -> None:
        self.now += passed
        self.backups.round()

    def state(self, number: int = 0) -> runs.SeriesState:
        with self.store.reading() as tx:
            return runs.state_of(tx, self.site.settings.backup[number], self.now)


@pytest.fixture
def hourly(tmp_path: Path) -> BackupSeries:
    return BackupSeries(every="hour", folder=tmp_path / "hourly", keep=3)


@pytest.fixture
def place_on_each(store: Store, tmp_path: Path, hourly: BackupSeries) -> Place:
    """On a database of each kind."""
    keep(store, a_received_mail())
    return Place(store, tmp_path, hourly)


@pytest.fixture
def place(sqlite_url: str, tmp_path: Path, hourly: BackupSeries) -> Iterator[Place]:
    with a_store(sqlite_url) as store:
        yield Place(store, tmp_path, hourly)


def times(series: BackupSeries) -> list[datetime]:
    return [one.made_at for one in listed(series.folder)]


def test_a_backup_is_made_when_the_newest_good_one_is_an_interval_old(
    place_on_each: Place, hourly: BackupSeries
) -> None:
    place = place_on_each
    for _ in range(130):
        place.after(MINUTE)
    assert times(hourly) == [NOON + MINUTE * 121, NOON + MINUTE * 61, NOON + MINUTE]
    state = place.state()
    assert (state.good_at, state.newest, state.problem, state.overdue) == (NOON + MINUTE * 121, NOON, "", False)
    with place.store.reading() as tx:
        run = tx.execute(select(backup_run).order_by(backup_run.c.id)).first()
    assert run and Path(run.place).stat().st_size == run.size and len(run.sha256) == 64


def test_only_the_node_whose_turn_it_is_makes_it_and_is_asked_when_one_is_due(place: Place) -> None:
    place.mine = False
    place.after(MINUTE)
    assert place.state().good_at is None and place.asked == 1
    place.mine = True
    place.after(MINUTE)
    place.after(MINUTE)
    assert place.state().good_at and place.asked == 2


def test_so_many_are_kept_and_only_after_a_good_new_one(place: Place, hourly: BackupSeries) -> None:
    (hourly.folder).mkdir()
    stranger = hourly.folder / "notes.txt"
    stranger.write_text("mine")
    for _ in range(6):
        place.after(HOUR)
    assert times(hourly) == [NOON + HOUR * 6, NOON + HOUR * 5, NOON + HOUR * 4]
    assert stranger.exists() and len(list(hourly.folder.iterdir())) == 7


def test_a_damaged_newest_backup_is_made_anew_at_once_and_deletes_nothing(place: Place, hourly: BackupSeries) -> None:
    for _ in range(3):
        place.after(HOUR)
    newest = listed(hourly.folder)[0].path
    newest.write_bytes(newest.read_bytes()[:-5])
    place.after(MINUTE)
    good = [one for one in listed(hourly.folder) if not one.problem]
    assert [one.made_at for one in good] == [NOON + HOUR * 3 + MINUTE, NOON + HOUR * 2, NOON + HOUR]


def test_broken_ones_that_are_older_than_all_that_is_kept_go(place: Place, hourly: BackupSeries) -> None:
    place.after(HOUR)
    manifest_path(listed(hourly.folder)[0].path).unlink()
    place.after(MINUTE)
    for _ in range(3):
        place.after(HOUR)
    assert len(times(hourly)) == 3 and not any(one.problem for one in listed(hourly.folder))


def test_what_a_killed_run_left_in_the_folder_goes_a_day_later(place: Place, hourly: BackupSeries) -> None:
    hourly.folder.mkdir()
    left = hourly.folder / "maild-20261101T000000Z-hour.db.gz.part"
    left.write_bytes(b"half")
    os.utime(left, (0, NOON.timestamp()))
    for _ in range(4):
        place.after(HOUR)
    assert left.exists()
    place.after(timedelta(days=1))
    assert not left.exists()


def in_the_way(series: BackupSeries) -> None:
    series.folder.write_text("a file where the folder should be")


def test_a_failure_is_noted_tried_again_later_and_overdue_after_two_intervals(
    place_on_each: Place, hourly: BackupSeries
) -> None:
    place = place_on_each
    place.after(MINUTE)
    for path in hourly.folder.iterdir():
        path.unlink()
    hourly.folder.rmdir()
    in_the_way(hourly)
    rounds = 0
    while not place.state().overdue:
        place.after(MINUTE)
        rounds += 1
    assert rounds == 120, "an alarm within two intervals, and not before"
    with place.store.reading() as tx:
        failed = tx.execute(select(backup_run).where(backup_run.c.problem != "")).all()
        told = runs.overdue(tx, hourly, place.now)
    assert len(failed) == 12, "every ten minutes, not every minute"
    assert told and "hourly is no folder" in told.problem and told.good_at == NOON + MINUTE
    hourly.folder.unlink()
    place.after(10 * MINUTE)
    assert not place.state().overdue and place.state().problem == ""


def test_a_series_that_never_made_anything_is_overdue(place: Place, hourly: BackupSeries) -> None:
    with place.store.reading() as tx:
        assert runs.overdue(tx, hourly, NOON)


def test_a_fault_of_ours_is_noted_as_well(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise LookupError("oh")

    monkeypatch.setattr("maild.daemon.backups.make", broken)
    place.after(MINUTE)
    assert place.state().problem == "oh"


def test_a_backup_made_by_hand_puts_the_series_off_and_is_no_failure(place: Place, hourly: BackupSeries) -> None:
    with alone(place.site.settings.state / WORK):
        place.after(MINUTE)
        assert place.state().tried_at is None
    place.after(MINUTE)
    assert times(hourly) == [NOON + 2 * MINUTE]


def test_the_end_of_the_daemon_ends_a_backup_without_a_trace(
    place: Place, hourly: BackupSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = place.backups._step

    def stop_in_the_middle(stage: str, part: float) -> None:
        if stage == "compress":
            place.backups.stop()
        real(stage, part)

    monkeypatch.setattr(place.backups, "_step", stop_in_the_middle)
    place.after(MINUTE)
    assert list(hourly.folder.iterdir()) == [] and place.state().tried_at is None
    place.after(HOUR)
    assert list(hourly.folder.iterdir()) == []


def test_series_do_not_count_for_each_other(sqlite_url: str, tmp_path: Path) -> None:
    one = BackupSeries(every="day", folder=tmp_path / "one", keep=2)
    other = BackupSeries(every="day", folder=tmp_path / "one more", keep=2)
    sealed = BackupSeries(every="month", folder=tmp_path / "one", encrypt_to=(str(KEY.to_public()),))
    store = open_store(sqlite_url)
    place = Place(store, tmp_path, one, other, sealed)
    place.after(MINUTE)
    assert [len(listed(series.folder)) for series in (one, other)] == [2, 1]
    (month,) = [held for held in listed(one.folder) if held.series == "month"]
    assert month.sealed and month.path.read_bytes().startswith(HEADER)
    assert [place.state(number).problem for number in range(3)] == ["", "", ""]
    for _ in range(4):
        place.after(timedelta(days=1))
    assert [held.series for held in listed(one.folder)] == ["day", "day", "month"]
    store.close()


def test_a_clock_that_was_wrong_does_not_stop_the_series(place: Place, hourly: BackupSeries) -> None:
    place.after(timedelta(days=400))
    place.now = NOON
    place.after(MINUTE)
    place.after(MINUTE)
    assert times(hourly) == [NOON + timedelta(days=400), NOON + MINUTE]


def test_backups_from_a_clock_that_was_wrong_never_push_out_those_of_now(place: Place, hourly: BackupSeries) -> None:
    place.now = NOON + timedelta(days=400)
    for _ in range(3):
        place.after(HOUR)
    place.now = NOON
    for _ in range(62):
        place.after(MINUTE)
    assert times(hourly)[3:] == [NOON + 61 * MINUTE, NOON + MINUTE]


def test_a_success_from_a_clock_that_was_wrong_hides_no_failure_of_now(
    place_on_each: Place, hourly: BackupSeries
) -> None:
    place = place_on_each
    place.after(timedelta(days=400))
    place.now = NOON
    place.after(MINUTE)
    shutil.rmtree(hourly.folder)
    in_the_way(hourly)
    for _ in range(13):
        place.after(10 * MINUTE)
    assert place.state().overdue and "hourly is no folder" in place.state().problem


def test_what_stays_free_for_mail_is_what_the_settings_want(place: Place, hourly: BackupSeries) -> None:
    """Below limits.free_disk no mail is taken: a backup leaves more."""
    settings = place.site.settings.model_copy(update={"limits": Limits(free_disk=1 << 60)})
    place.backups = Backups(replace(place.site, settings=settings), lambda: True)
    place.after(MINUTE)
    assert "too full for the copy" in place.state().problem


def test_the_configuration_as_it_is_now_is_in_each_backup(place: Place, hourly: BackupSeries) -> None:
    from maild.store.backup import content
    from maild.store.backup.packing import unpack

    place.settings_file.write_text("state: var # changed\n")
    place.after(MINUTE)
    look = place.site.settings.state / "look.db"
    unpack(listed(hourly.folder)[0].path, look, None, lambda *_: None)
    with content.opened(look) as db:
        assert content.papers_in(db).files[0].data == b"state: var # changed\n"


def test_a_missing_folder_holds_no_backups(tmp_path: Path) -> None:
    assert listed(tmp_path / "nowhere") == () and folder.newest_good(tmp_path / "nowhere", "day", NOON) is None


DAY = {"every": "day", "folder": "/b"}

# ---- settings ------------------------------------------------------------------------------------


def settings_with(*series: dict[str, Any]) -> Settings:
    return Settings(state=Path("/var/lib/maild"), backup=tuple(BackupSeries(**one) for one in series))


@pytest.mark.parametrize(
    ("series", "told", "at"),
    [
        ([{"every": "day", "folder": "/var/lib/maild"}], "folder `state`", ("backup", 0, "folder")),
        ([{"every": "month", "folder": "/var/lib/../lib/maild"}], "folder `state`", ("backup", 0, "folder")),
        ([{"every": "day", "folder": "/var/lib/maild/backups"}], "folder `state`", ("backup", 0, "folder")),
        ([DAY] * 2, "series 1 saves every day", ("backup", 1, "folder")),
        ([{**DAY, "encrypt_to": ["age1x"]}], "no age public key", ("backup", 0, "encrypt_to", 0)),
        ([{**DAY, "encrypt_to": [str(KEY)]}], "private key", ("backup", 0, "encrypt_to", 0)),
    ],
    ids=("state", "state by another name", "inside state", "twice", "no key", "private key"),
)
def test_a_series_that_cannot_be_meant_is_told(series: list[dict[str, Any]], told: str, at: tuple[Any, ...]) -> None:
    ((message, path),) = problems(settings_with(*series))
    assert told in message and path == at and str(KEY) not in message


def test_series_that_can_be_meant_are_fine() -> None:
    fine = settings_with(
        {"every": "hour", "folder": "/var/lib/maild/backups"},
        {"every": "day", "folder": "/mnt/nas", "keep": 30},
        {"every": "month", "folder": "/mnt/nas", "encrypt_to": [str(KEY.to_public())]},
    )
    assert list(problems(fine)) == []
