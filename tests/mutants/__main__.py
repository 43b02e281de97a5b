"""`python -m tests.mutants [MODULE …]` (make mutants): would the tests notice? Breaks the modules of `targets.py`.

Each mutant runs in a process of its own, two at a time. Survivors are printed as file:line with the change; the figures
go to bench/results/mutants-*.json. Exit code 1 if a module's score is below the goal, or its tests fail unbroken.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.mutants.equivalent import Equivalents
from tests.mutants.operators import Mutation, mutations
from tests.mutants.targets import GOAL, TARGETS
from tests.mutants.trial import Fate, Outcome, Target, Trial, forget, target_of, warm

ROOT = Path(__file__).parents[2]
COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
TIMES_LONGER, AT_LEAST = 4.0, 10.0
"""A mutant's tests may take so many times as long as they do otherwise, and at least so many seconds."""
WARM = ("maild.store.migrate", "maild.ingest.parse", "tests.conftest", "publicsuffixlist")
console = Console()


@dataclass
class Score:
    """Of one module."""

    module: str
    fates: Counter[Fate] = field(default_factory=Counter)
    survivors: list[str] = field(default_factory=list)
    equivalent: int = 0
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """Timeouts are noticed, too: nobody overlooks a test that hangs."""
        counted = self.fates.total()
        return 1.0 if not counted else 1 - self.fates[Fate.SURVIVED] / counted

    def as_data(self) -> dict[str, Any]:
        fates = {fate.value: self.fates[fate] for fate in Fate}
        rest = {"equivalent": self.equivalent, "seconds": round(self.seconds), "survivors": self.survivors}
        return {"module": self.module, "score": round(self.share, 4), **fates, **rest}


class Run:
    """All mutants of one module."""

    def __init__(self, target: Target, at_once: int, equivalents: Equivalents) -> None:
        self.target, self.at_once, self.equivalents = target, at_once, equivalents
        self.source = target.path.read_text(encoding="utf-8")
        self.lines = self.source.splitlines()
        self.tree = ast.parse(self.source)
        self.score = Score(target.module)

    def unbroken(self) -> float:
        """Seconds that the tests take; ends the program where they fail without a fault."""
        outcome = _waited(Trial(self.target, self.tree, 600.0))
        if outcome.fate is not Fate.SURVIVED:
            raise SystemExit(f"{self.target.module}: its tests fail as it is: {outcome.test or outcome.fate}")
        return outcome.seconds

    def wanted(self, only: frozenset[int]) -> list[Mutation]:
        every = [each for each in mutations(self.tree) if not only or each.line in only]
        kept = [each for each in every if not self.equivalents.has(self.target.module, self.line(each), each.change)]
        self.score.equivalent = len(every) - len(kept)
        return kept

    def line(self, mutation: Mutation) -> str:
        return self.lines[mutation.line - 1].strip() if mutation.line else ""

    def outcomes(self, wanted: Sequence[Mutation], limit: float) -> Iterator[tuple[Mutation, Outcome]]:
        waiting, running = deque(wanted), dict[Mutation, Trial]()
        try:
            while waiting or running:
                while waiting and len(running) < self.at_once:
                    mutation = waiting.popleft()
                    running[mutation] = self._started(mutation, limit)
                ended = [(each, outcome) for each, trial in running.items() if (outcome := trial.outcome())]
                for each, _ in ended:
                    del running[each]
                yield from ended
                time.sleep(0.01)
        finally:
            for trial in running.values():
                trial.stop()

    def _started(self, mutation: Mutation, limit: float) -> Trial:
        mutation.apply()
        try:
            return Trial(self.target, self.tree, limit)
        finally:
            mutation.undo()

    def judge(self, progress: Progress, only: frozenset[int]) -> Score:
        start = time.monotonic()
        forget(self.target)
        limit = max(AT_LEAST, TIMES_LONGER * self.unbroken())
        wanted = self.wanted(only)
        bar = progress.add_task(self.target.module, total=len(wanted))
        for mutation, outcome in self.outcomes(wanted, limit):
            self.score.fates[outcome.fate] += 1
            if outcome.fate is Fate.SURVIVED:
                place = f"{self.target.path.relative_to(ROOT)}:{mutation.line}"
                self.score.survivors.append(f"{place}: {mutation.change}")
                told = f"survived {place}: {self.line(mutation)} | {mutation.change}"
                progress.console.print(told, markup=False, highlight=False, soft_wrap=True)
            progress.advance(bar)
            progress.refresh()
        self.score.seconds = time.monotonic() - start
        return self.score


def _waited(trial: Trial) -> Outcome:
    while not (outcome := trial.outcome()):
        time.sleep(0.02)
    return outcome


def _commit() -> str:
    git = ("git", "-C", str(ROOT))
    done = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run(
        [*git, "status", "--porcelain", "maild", "tests"], capture_output=True, text=True, check=False
    )
    return (done.stdout.strip() or "unknown") + ("+" if changed.stdout.strip() else "")


def _written(scores: Sequence[Score], given: argparse.Namespace) -> Path:
    commit, today = _commit(), datetime.now(UTC).date()
    file = Path(given.results) / f"mutants-{today}-{commit}.json"
    data: dict[str, Any] = {
        "date": str(today),
        "commit": commit,
        "python": sys.version.split()[0],
        "processors": os.cpu_count(),
    }
    data |= {"goal": GOAL, "modules": [score.as_data() for score in scores]}
    file.write_text(json.dumps(data, indent=1) + "\n")
    return file


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="mutation testing")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"default: all of {', '.join(TARGETS)}")
    parser.add_argument("--at-once", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--lines", default="", help="only the faults in these lines: 10,20-30")
    parser.add_argument("--results", default=str(ROOT / "bench" / "results"), help="folder for the figures")
    given = parser.parse_args()
    unknown = [each for each in given.modules if each not in TARGETS]
    if unknown:
        parser.error(f"no target {', '.join(unknown)}: add it to tests/mutants/targets.py")
    return given


def _numbers(lines: str) -> frozenset[int]:
    ranges = [part.partition("-") for part in lines.split(",") if part]
    return frozenset(number for a, _, b in ranges for number in range(int(a), int(b or a) + 1))


def main() -> int:
    given, equivalents = _parsed(), Equivalents.read()
    warm(WARM)
    targets = [target_of(module, TARGETS[module]) for module in given.modules or TARGETS]
    with Progress(*COLUMNS, console=console, auto_refresh=False) as progress:
        runs = [Run(target, given.at_once, equivalents) for target in targets]
        scores = [run.judge(progress, _numbers(given.lines)) for run in runs]
    for score in scores:
        tried = f"{score.fates.total() - score.fates[Fate.SURVIVED]} of {score.fates.total()} mutants noticed"
        console.print(
            f"{score.module}: {score.share:.1%}, {tried}, {score.equivalent} equivalent, {score.seconds:.0f} s"
        )
    for stale in equivalents.unused() if not given.modules and not given.lines else ():
        console.print(f"stale in equivalent.txt: {stale}", markup=False)
    if not given.lines:
        console.print(f"figures: {_written(scores, given)}")
    return 0 if all(score.share >= GOAL for score in scores) else 1


if __name__ == "__main__":
    sys.exit(main())
