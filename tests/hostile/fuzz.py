"""`python -m tests.hostile.fuzz` (make fuzz): a million broken mails to the reader, fifty thousand to a daemon.

Each mail is (seed, number), so what is found today is found again tomorrow: `--show N` prints what becomes of one.
What breaks a promise is printed and kept in a folder. The figures are written to bench/results/fuzz-*.json.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.hostile.feeding import feed
from tests.hostile.mutator import mail
from tests.hostile.seeds import sound_mails, sound_mails_and_corpora
from tests.hostile.siege import Siege, besiege, delays, faults, until_decided
from tests.scenarios.world import World
from tests.servers.relay import a_relay

ROOT = Path(__file__).parents[2]
CHUNK = 500
HANGS = 60.0
"""Seconds after which a mail is given up. A timer of CPU time would make the clock of CPU time coarse."""
SLOW = 0.1
MOST_SLOW = 20
COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
console = Console()


@dataclass(frozen=True, slots=True)
class Job:
    """A stretch of numbers for one process."""

    seed: int
    start: int
    end: int
    corpora: bool


@dataclass
class Tally:
    """What came of many mails. CPU times are counted in tenths of a millisecond."""

    mails: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    times: Counter[int] = field(default_factory=Counter)
    slow: list[tuple[float, int, int]] = field(default_factory=list)
    broken: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.mails += other.mails
        self.refused += other.refused
        self.times += other.times
        self.slow = sorted(self.slow + other.slow, reverse=True)[:MOST_SLOW]
        self.broken |= other.broken

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        left = share * self.times.total()
        for tenths in sorted(self.times):
            left -= self.times[tenths]
            if left <= 0:
                return tenths / 10
        return 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "mails": self.mails,
            "refused": dict(self.refused),
            "p50 ms": self.percentile(0.5),
            "p99 ms": self.percentile(0.99),
            "over 100 ms": sum(many for tenths, many in self.times.items() if tenths > SLOW * 10_000),
            "slowest": [{"mail": n, "ms": round(cpu * 1000, 1), "bytes": size} for cpu, n, size in self.slow],
            "broken": {str(number): list(what) for number, what in self.broken.items()},
        }


def main() -> int:
    given = arguments()
    if given.show is not None:
        return show(given)
    began, result = time.monotonic(), {"seed": given.seed, "from": given.start, "corpora": given.corpora}
    tally = Tally()
    if given.mails:
        read_all(given, tally)
        result["reader"] = tally.as_json()
    if given.daemon:
        result["daemon"] = siege(given)
    result["seconds"] = round(time.monotonic() - began)
    write(result, given.results)
    return 1 if tally.broken or result.get("daemon", {}).get("broken") else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile.fuzz", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--mails", type=int, default=1_000_000, help="mails to the reader (default 1,000,000)")
    parser.add_argument("--daemon", type=int, default=50_000, help="mails to a running daemon (default 50,000)")
    parser.add_argument(
        "--from", type=int, default=0, dest="start", help="first number: to go on after an interruption"
    )
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).strftime("%Y%m%d")), help="default: today")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: one for each core")
    parser.add_argument("--corpora", action="store_true", help="break the mails of ../shared/corpora, too")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-broken"), help="folder for mails that break a promise")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results", help="folder for the figures")
    parser.add_argument("--show", type=int, help="only this number: what becomes of it; the mail goes to the folder")
    return parser.parse_args()


def show(given: argparse.Namespace) -> int:
    raw = broken_mail(Job(given.seed, 0, 0, given.corpora), given.show)
    fed = feed(raw)
    console.print(f"{keep(given, given.show)}: {len(raw)} bytes, {fed.cpu * 1000:.1f} ms, {fed.cause or 'read'}")
    for fault in fed.faults:
        console.print(f"  {fault}", markup=False)
    return 1 if fed.faults else 0


# ---- the reader ---------------------------------------------------------------------------------------


class TooSlowError(BaseException):
    """A mail that does not end; no reader may catch it."""


def read_all(given: argparse.Namespace, tally: Tally) -> None:
    """On every core; the numbers come back in order, so that an interruption knows where to go on."""
    end = given.start + given.mails
    jobs = [Job(given.seed, start, min(start + CHUNK, end), given.corpora) for start in range(given.start, end, CHUNK)]
    context = multiprocessing.get_context("forkserver")
    with Progress(*COLUMNS, console=console) as progress, context.Pool(given.processes, ignore_interrupts) as pool:
        task = progress.add_task("reader", total=given.mails)
        try:
            for done in pool.imap(read_stretch, jobs):
                tally.add(done)
                progress.update(task, completed=tally.mails)
                tell(given, done)
        except KeyboardInterrupt:
            console.print(f"go on with --seed {given.seed} --from {given.start + tally.mails}")


def ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, give_up)


def give_up(*_: object) -> None:
    raise TooSlowError(f"no end within {HANGS:g} s")


def read_stretch(job: Job) -> Tally:
    tally = Tally()
    for number in range(job.start, job.end):
        raw = broken_mail(job, number)
        signal.setitimer(signal.ITIMER_REAL, HANGS)
        fed = feed(raw)
        signal.setitimer(signal.ITIMER_REAL, 0)
        tally.mails += 1
        tally.times[int(fed.cpu * 10_000)] += 1
        tally.refused.update([fed.cause] if fed.cause else [])
        if fed.cpu > SLOW:
            tally.slow.append((fed.cpu, number, len(raw)))
        if fed.faults:
            tally.broken[number] = fed.faults
    return tally


def broken_mail(job: Job, number: int) -> bytes:
    return mail(job.seed, number, sound_mails_and_corpora() if job.corpora else sound_mails())


def tell(given: argparse.Namespace, done: Tally) -> None:
    for number, what in done.broken.items():
        console.print(f"mail {number}: {'; '.join(what)}  -> {keep(given, number)}", markup=False)


def keep(given: argparse.Namespace, number: int) -> Path:
    given.keep.mkdir(parents=True, exist_ok=True)
    path = given.keep / f"{given.seed}-{number}.eml"
    path.write_bytes(broken_mail(Job(given.seed, 0, 0, given.corpora), number))
    return Path(path)


# ---- the daemon ---------------------------------------------------------------------------------------


def siege(given: argparse.Namespace) -> dict[str, Any]:
    """A daemon of its own under as many mails, with the ordinary limits."""
    with tempfile.TemporaryDirectory() as folder, a_relay() as sink:
        world = World(Path(folder) / "world", sink, more={"lmtp": [{"port": 0}]})
        world.maild("migrate")
        world.start()
        try:
            return besieged(given, world)
        finally:
            world.stop()


def besieged(given: argparse.Namespace, world: World) -> dict[str, Any]:
    began = time.monotonic()
    with Progress(*COLUMNS, console=console) as progress:
        fought = besiege(world, counted(given, progress))
    with contextlib.suppress(Exception):
        until_decided(world, fought, 600)
    broken = faults(world, fought)
    for fault in broken:
        console.print(fault, markup=False)
    return {"seconds": round(time.monotonic() - began), "broken": broken, **figures(world, fought)}


def counted(given: argparse.Namespace, progress: Progress) -> Iterator[bytes]:
    job = Job(given.seed + 1, 0, 0, given.corpora)
    for number in progress.track(range(given.daemon), description="daemon"):
        yield broken_mail(job, number)


def figures(world: World, fought: Siege) -> dict[str, Any]:
    became = "SELECT disposition, cause, count(*) AS many FROM inbox_entry GROUP BY disposition, cause"
    waited = delays(world)
    return {
        "accepted": fought.accepted.total(),
        "answered otherwise": {str(code): many for code, many in fought.refused.items()},
        "became": {f"{row.disposition} {row.cause}".strip(): row.many for row in world.rows(became)},
        "honest": len(fought.honest),
        "slowest honest mail s": round(waited[-1], 3) if waited else None,
        "workers that died": world.log().count("worker died"),
    }


# ---- the result ---------------------------------------------------------------------------------------


def write(result: dict[str, Any], folder: Path) -> None:
    described = subprocess.run(["git", "describe", "--always", "--dirty=+"], cwd=ROOT, capture_output=True, text=True)
    commit = described.stdout.strip() or "unknown"
    path = folder / f"fuzz-{datetime.now(UTC):%Y-%m-%d}-{commit}.json"
    result |= {"python": sys.version.split()[0], "commit": commit}
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    console.print(str(path), markup=False)
    console.print_json(json.dumps({name: value for name, value in result.items() if name != "reader"}))
    if "reader" in result:
        console.print_json(json.dumps(result["reader"] | {"slowest": result["reader"]["slowest"][:3]}))


if __name__ == "__main__":
    sys.exit(main())
