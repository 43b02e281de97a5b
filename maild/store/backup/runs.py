"""Table backup_run: what was made, what failed, and which series is overdue.

A series is known by its word and its folder: `place` is the file of a good backup, or the folder where it failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select

from maild.settings import BackupSeries
from maild.store.backup.about import Manifest
from maild.store.schema import backup_run

INTERVAL = {"hour": timedelta(hours=1), "day": timedelta(days=1), "month": timedelta(days=30)}
# After a failure a copy of everything is not tried every minute; two tries still fit before the alarm.
AGAIN = {"hour": timedelta(minutes=10), "day": timedelta(hours=1), "month": timedelta(hours=6)}
_run = backup_run.c


@dataclass(frozen=True, slots=True)
class SeriesState:
    """How a series stands. `good_at`: when its newest good backup was made; `problem`: why the last run failed."""

    every: str
    folder: str
    good_at: datetime | None
    newest: datetime | None
    tried_at: datetime | None
    problem: str
    overdue: bool


def record(tx: Connection, series: str, place: Path, at: datetime, manifest: Manifest) -> None:
    """A good backup."""
    told = {"size": manifest.size, "sha256": manifest.sha256, "newest": manifest.about.newest}
    tx.execute(insert(backup_run).values(series=series, place=str(place), at=at, **told))


def record_problem(tx: Connection, series: str, folder: Path, at: datetime, problem: str) -> None:
    """A backup that was not made, and why."""
    tx.execute(insert(backup_run).values(series=series, place=str(folder), at=at, problem=problem))


def state_of(tx: Connection, series: BackupSeries, now: datetime) -> SeriesState:
    """How a series stands at `now`; it is overdue where its newest good backup is two intervals old.

    A run from the future says nothing: a clock was wrong.
    """
    of_it = and_(_of(series), _run.at <= now)
    latest = select(backup_run).where(of_it).order_by(_run.at.desc(), _run.id.desc()).limit(1)
    last, good = tx.execute(latest).first(), tx.execute(latest.where(_run.problem == "")).first()
    return SeriesState(
        every=series.every,
        folder=str(series.folder),
        good_at=good.at if good else None,
        newest=good.newest if good else None,
        tried_at=last.at if last else None,
        problem=last.problem if last else "",
        overdue=good is None or now - good.at >= 2 * INTERVAL[series.every],
    )


def overdue(tx: Connection, series: BackupSeries, now: datetime) -> SeriesState | None:
    """The state of a series that calls for a person; None where all is well."""
    state = state_of(tx, series, now)
    return state if state.overdue else None


def _of(series: BackupSeries) -> ColumnElement[bool]:
    folder, inside = str(series.folder), f"{series.folder}/"
    here = or_(_run.place == folder, func.substr(_run.place, 1, len(inside)) == inside)
    return and_(_run.series == series.every, here)
