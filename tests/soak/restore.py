"""The drill: a full-size database is saved beside writers, looked at, and restored, on SQLite and on PostgreSQL.

`python -m tests.soak.restore [--tickets N] [--mail-size BYTES] [--on sqlite|postgresql]` prints seconds and megabytes,
and ends with 1 where a promise was not kept (goal: 50,000 tickets of 2 GB are back within ten minutes).
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from maild.store import inbox, outbox
from maild.store.backup.making import Order, make
from maild.store.backup.papers import Papers
from maild.store.backup.restoring import Wanted, restore
from maild.store.backup.verifying import verify
from maild.store.engine import Store, open_store
from maild.store.migrate import migrate
from maild.store.schema import ticket
from tests.servers import postgres
from tests.soak.big import fill
from tests.store.kit import a_received_mail, open_ticket

GOAL = 600.0
FOREVER = timedelta(days=36500)


class Writer:
    """Takes in mail all the time, as a listener does, and notes how long each commit took."""

    def __init__(self, store: Store) -> None:
        self._store, self._stop = store, threading.Event()
        self.seconds: list[float] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.01):
            begun = time.monotonic()
            with self._store.transaction() as tx:
                inbox.add(tx, [a_received_mail(raw=b"Subject: now\r\n\r\n" + b"x" * 5000)])
            self.seconds.append(time.monotonic() - begun)

    def told(self) -> str:
        times = sorted(self.seconds)
        middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
        return f"{len(times)} commits, median {middle:.4f} s, 99 % {late:.4f} s, slowest {times[-1]:.3f} s"


@contextmanager
def timed(what: str, kept: dict[str, float]) -> Iterator[None]:
    begun = time.monotonic()
    yield
    kept[what] = time.monotonic() - begun
    print(f"  {what:<28}{kept[what]:8.1f} s", flush=True)


def drill(kind: str, url: str, other: str, place: Path, tickets: int, mail_size: int) -> list[str]:
    """One database, saved and restored into a database of each kind; broken promises in words."""
    took: dict[str, float] = {}
    print(f"{kind}: {tickets} tickets, mails of {mail_size} bytes")
    store = open_store(url)
    migrate(store)
    with timed("fill", took):
        fill(store, tickets, mail_size)
    with Writer(store) as alone:
        time.sleep(3)
    print(f"  writer alone: {alone.told()}")
    now = datetime.now(UTC)
    order = Order("day", place / f"{kind}-backups", place / "work", "drill", Papers(secret=b"s" * 32))
    peak = Peak(place / f"{kind}.db-wal")
    with timed("backup", took), Writer(store) as beside, peak:
        file, manifest = make(store, order, now)
    print(f"  writer beside the backup: {beside.told()}")
    print(
        f"  {manifest.unpacked >> 20} MB, packed {manifest.size >> 20} MB; WAL at most {peak.most >> 20} MB", flush=True
    )
    store.close()
    with timed("verify", took):
        found = verify(file, place / "work")
    faults = [*found.faults, *found.blemishes]
    for name, target in ((kind, url), ("the other kind", other)):
        with timed(f"restore into {name}", took):
            restore(Wanted(file, target, place, place / "work", replace=True), datetime.now(UTC))
        faults += checked(target, manifest.about.counts)
        if took[f"restore into {name}"] > GOAL * tickets / 50_000:
            faults.append(f"{kind} -> {name}: slower than the goal")
    print(f"  memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")
    return faults


class Peak:
    """The largest a file gets."""

    def __init__(self, file: Path) -> None:
        self._file, self._stop, self.most = file, threading.Event(), 0
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            if self._file.exists():
                self.most = max(self.most, self._file.stat().st_size)


def checked(url: str, counts: tuple[tuple[str, int], ...]) -> Iterator[str]:
    """All tickets are there, nothing goes out, no number comes twice."""
    store = open_store(url)
    with store.reading() as tx:
        many, last = tx.execute(select(func.count(), func.max(ticket.c.id))).one()
        if outbox.is_due(tx, datetime.now(UTC) + FOREVER):
            yield "mail would go out after the restore"
    if many != dict(counts)["ticket"]:
        yield f"{many} tickets instead of {dict(counts)['ticket']}"
    if open_ticket(store).id <= last + 1000:
        yield "a ticket number may come twice"
    store.close()


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--tickets", type=int, default=50_000)
    wanted.add_argument("--mail-size", type=int, default=40_000)
    wanted.add_argument("--on", choices=("sqlite", "postgresql"))
    asked = wanted.parse_args()
    faults: list[str] = []
    for kind in [asked.on] if asked.on else ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory(prefix="maild-drill-") as name, both(Path(name)) as urls:
            other = next(url for one, url in urls.items() if one != kind)
            faults += drill(kind, urls[kind], other, Path(name), asked.tickets, asked.mail_size)
    for fault in faults:
        print(f"BROKEN: {fault}")
    return 1 if faults else 0


@contextmanager
def both(place: Path) -> Iterator[dict[str, str]]:
    server, why = postgres.server()
    if not server:
        sys.exit(f"PostgreSQL is missing: {why}")
    with postgres.fresh_database(server) as url:
        yield {"sqlite": f"sqlite:///{place / 'sqlite.db'}", "postgresql": url}


if __name__ == "__main__":
    sys.exit(main())
