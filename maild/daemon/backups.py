"""The daemon's series of backups: is one due? Then make it, note it, delete what is too old.

Laws: what is due is told by the folder itself (the newest good file in it), so that a lost or damaged backup is made
anew at once; one node makes it; a failure is written into the database and tried again later, not every minute.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from maild.clock import Clock
from maild.settings import BackupSeries, Settings
from maild.store.backup import folder, papers, runs
from maild.store.backup.about import Busy, Manifest, Step
from maild.store.backup.disk import RESERVE, told
from maild.store.backup.making import WORK, Order, make
from maild.store.engine import Store

log = structlog.get_logger()


class Stopped(Exception):
    """The daemon ends; the backup that was being made is given up."""


@dataclass(frozen=True, slots=True)
class Site:
    """Whose backups: the settings file and what it says, the node's name, its clock, its open store."""

    settings_file: Path
    settings: Settings
    node: str
    clock: Clock
    store: Callable[[], Store]


class Backups:
    """The series of one node. `mine`: whether this node is the one that makes backups now; asked when one is due."""

    def __init__(self, site: Site, mine: Callable[[], bool]) -> None:
        self._site = site
        self._mine = mine
        self._stop = threading.Event()

    def round(self) -> None:
        """Make what is due. Call it every minute, in a thread; it takes as long as the database is large."""
        for series in self._site.settings.backup:
            if self._stop.is_set():
                return
            if self._due(series) and self._mine():
                self._make(series)

    def stop(self) -> None:
        """Give up the backup that is being made; the round ends within moments and leaves nothing behind."""
        self._stop.set()

    def _due(self, series: BackupSeries) -> bool:
        now = self._site.clock()
        with self._site.store().reading() as tx:
            state = runs.state_of(tx, series, now)
        if state.problem and state.tried_at and now - state.tried_at < runs.AGAIN[series.every]:
            return False
        try:
            good = folder.newest_good(series.folder, series.every, now)
        except OSError:
            return True  # Making one says what is wrong with the folder, and notes it.
        return good is None or now - good.made_at >= runs.INTERVAL[series.every]

    def _make(self, series: BackupSeries) -> None:
        now = self._site.clock()
        try:
            manifest = run_series(self._site, series, now, self._step)
        except Stopped:
            log.info("backup given up", series=series.every)
        except Busy:
            log.info("backup put off: another is being made or looked at", series=series.every)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody must hear that there is no backup
            problem = str(error).partition("\n")[0] or type(error).__name__
            log.error("backup failed", series=series.every, because=problem)
            self._site.store().retrying(lambda tx: runs.record_problem(tx, series.every, series.folder, now, problem))
        else:
            log.info("backup made", series=series.every, file=manifest.file, size=manifest.size)

    def _step(self, _stage: str, _part: float) -> None:
        if self._stop.is_set():
            raise Stopped


def run_series(site: Site, series: BackupSeries, now: datetime, step: Step) -> Manifest:
    """Make one backup of a series, note it, delete what is too old. Raises BackupFailed, StoreUnavailable."""
    manifest = save(site, series.every, series.folder, series.encrypt_to, now, step)
    with told(series.folder):
        folder.thin_out(series.folder, series.every, series.keep, now)
    return manifest


def save(site: Site, series: str, to: Path, keys: tuple[str, ...], now: datetime, step: Step) -> Manifest:
    """Make one backup and note it. Raises BackupFailed, StoreUnavailable."""
    order = Order(
        series=series,
        folder=to,
        work=site.settings.state / WORK,
        node=site.node,
        papers=papers.collect(site.settings_file, site.settings),
        encrypt_to=keys,
        spare=max(RESERVE, site.settings.limits.free_disk),
    )
    file, manifest = make(site.store(), order, now, step)
    site.store().retrying(lambda tx: runs.record(tx, series, file, now, manifest))
    return manifest
