"""Results as people read them: a table on the terminal, the same as Markdown, and JSON for machines."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.contest import Result
from bench.measures import Plan

FOLDER = Path(__file__).parent / "results"
NARROWEST = 130
HEADINGS = ("figure", "maild", "beside", "median (each round)", "must", "wanted", "")


@dataclass(frozen=True, slots=True)
class Report:
    """One run of the benchmark."""

    plan: Plan
    results: tuple[Result, ...]
    at: datetime
    revision: str

    @property
    def name(self) -> str:
        return f"{self.at:%Y-%m-%d}-{self.revision}"

    @property
    def met(self) -> bool:
        return all(result.met for result in self.results)


def report(plan: Plan, results: Sequence[Result]) -> Report:
    return Report(plan, tuple(results), datetime.now(UTC), revision())


def revision() -> str:
    """The short name of the commit that was measured; a plus sign says that files differed from it."""
    here = Path(__file__).parent
    name = _git(here, "rev-parse", "--short", "HEAD") or "unknown"
    return name + ("+" if _git(here, "status", "--porcelain", "--", "../maild") else "")


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """A row of text for each result, under HEADINGS."""
    return [_row(result) for result in results]


def _row(result: Result) -> tuple[str, ...]:
    goal = result.goal
    marks = (goal.mark(goal.must), goal.mark(goal.wanted))
    if result.failure:
        return (goal.title, "–", goal.other, "–", *marks, "FAILED")
    ours = f"{median(result.ours):.4g} {goal.unit}"
    theirs = f"{goal.other} {median(result.theirs):.4g}" if result.theirs else ""
    return (goal.title, ours, theirs, _figure(result), *marks, verdict(result))


def _figure(result: Result) -> str:
    each = " ".join(f"{one:.3g}" for one in (result.ratios or result.ours))
    return f"{result.figure:.3g}{'×' if result.theirs else ''} ({each})"


def verdict(result: Result) -> str:
    """What the figure comes to."""
    if result.pleases:
        return "as wanted"
    return "met" if result.met else "MISSED"


def show(given: Report) -> None:
    """Print the table, and why what failed failed."""
    console = Console()
    console.width = max(console.width, NARROWEST)
    table = Table(*HEADINGS, title=f"maild {given.name}")
    for row in rows(given.results):
        table.add_row(*row)
    console.print(table)
    for text in failures(given):
        console.print(text, style="bold red", markup=False)


def failures(given: Report) -> tuple[str, ...]:
    """Each reason once."""
    return tuple(dict.fromkeys(f"failed run: {one.failure}" for one in given.results if one.failure))


def write(given: Report) -> None:
    """results/<date>-<revision>.json and results/latest.md."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{given.name}.json").write_text(json.dumps(as_json(given), indent=1, ensure_ascii=False) + "\n")
    (FOLDER / "latest.md").write_text(as_markdown(given))


def as_json(given: Report) -> dict[str, Any]:
    return {
        "at": given.at.isoformat(timespec="seconds"),
        "revision": given.revision,
        "machine": machine(),
        "messages": given.plan.messages,
        "rounds": given.plan.rounds,
        "results": [_result_json(result) for result in given.results],
    }


def machine() -> dict[str, object]:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}


def _result_json(result: Result) -> dict[str, Any]:
    goal = result.goal
    said = {"key": goal.key, "beside": goal.other, "unit": goal.unit, "must": goal.must, "wanted": goal.wanted}
    if result.failure:
        return {**said, "met": False, "failure": result.failure}
    return {**said, "met": result.met, "figure": result.figure, "maild": result.ours, "other": result.theirs}


def as_markdown(given: Report) -> str:
    """The table with what it was measured on."""
    lines = ["| " + " | ".join(row) + " |" for row in (HEADINGS, ("---",) * len(HEADINGS), *rows(given.results))]
    where = ", ".join(f"{name} {value}" for name, value in machine().items())
    about = f"{given.plan.messages} mails on the whole road, {given.plan.rounds} rounds; {where}."
    return "\n".join((f"# Benchmark {given.name}", "", about, "", *lines, "", *failures(given))).rstrip() + "\n"
