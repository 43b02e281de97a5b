"""A line that counts, on a terminal only: pipes and logs never see it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[T], T]]:
    """A function that hands through what it is given, and counts it; with a bar where it is known how many come."""
    if not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield lambda one: one
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    start = SpinnerColumn() if total is None else BarColumn()
    columns = (start, MofNCompleteColumn(), TextColumn(what), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)

        def count(one: T) -> T:
            bar.advance(task)
            return one

        yield count
