"""Nodes: which run, which ran, and for how much of the month at least one did.

Law: a node is believed to be up for 30 seconds after it was last seen. A run that was silent for longer (a machine
that slept) becomes two, so that the gap stays visible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from sqlalchemy import Connection, func, insert, or_, select, update

from maild.errors import NotFound
from maild.store.schema import node

RunId = NewType("RunId", int)
SILENCE = timedelta(seconds=30)
_node = node.c


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a node. `stopped_at` is None while it runs, and after a crash."""

    id: RunId
    name: str
    started_at: datetime
    seen_at: datetime
    stopped_at: datetime | None

    def up_until(self, now: datetime) -> datetime:
        """Until when it is believed to have been up."""
        if self.stopped_at is not None:
            return self.stopped_at
        return now if now - self.seen_at <= SILENCE else self.seen_at


def start(tx: Connection, name: str, now: datetime) -> RunId:
    """A node begins to run; the number of the run."""
    row = tx.execute(insert(node).values(name=name, started_at=now, seen_at=now).returning(_node.id))
    return RunId(row.scalar_one())


def beat(tx: Connection, run: RunId, now: datetime) -> None:
    """The node is alive. Call it every 10 seconds. Raises NotFound if there is no such run."""
    was = _run(tx, run)
    if now - was.seen_at > SILENCE:
        lost = {"name": was.name, "started_at": was.started_at, "seen_at": was.seen_at, "stopped_at": was.seen_at}
        tx.execute(insert(node).values(**lost))
        tx.execute(update(node).where(_node.id == run).values(started_at=now))
    tx.execute(update(node).where(_node.id == run).values(seen_at=now, stopped_at=None))


def stop(tx: Connection, run: RunId, now: datetime) -> None:
    """The node ends as it should."""
    tx.execute(update(node).where(_node.id == run).values(seen_at=now, stopped_at=now))


def running(tx: Connection, now: datetime) -> tuple[Run, ...]:
    """Runs that are believed to be up."""
    rows = tx.execute(select(node).where(_node.stopped_at.is_(None), _node.seen_at >= now - SILENCE).order_by(_node.id))
    return tuple(Run(RunId(row.id), row.name, row.started_at, row.seen_at, None) for row in rows)


def availability(tx: Connection, month: datetime, now: datetime) -> float:
    """The part (0 to 1) of the time from `month` (its first instant) to now in which at least one node was up.

    In the month of the very first start, time counts from that start. 1.0 where no time has passed yet.
    """
    first = tx.execute(select(func.min(_node.started_at, type_=_node.started_at.type))).scalar_one_or_none()
    if first is None or max(month, first) >= now:
        return 1.0
    since = max(month, first)
    rows = tx.execute(select(node).where(or_(_node.seen_at >= since, _node.stopped_at >= since)))
    runs = (Run(RunId(row.id), row.name, row.started_at, row.seen_at, row.stopped_at) for row in rows)
    spans = [(max(run.started_at, since), min(run.up_until(now), now)) for run in runs]
    return float(_covered(spans, since) / (now - since))


def _covered(spans: Iterable[tuple[datetime, datetime]], since: datetime) -> timedelta:
    """How long at least one span lasted; what overlaps counts once."""
    total, reached = timedelta(), since
    for begin, end in sorted(spans):
        if end > reached:
            total += end - max(begin, reached)
            reached = end
    return total


def _run(tx: Connection, run: RunId) -> Run:
    row = tx.execute(select(node).where(_node.id == run)).first()
    if row is None:
        raise NotFound(f"there is no run {run} of a node")
    return Run(run, row.name, row.started_at, row.seen_at, row.stopped_at)
