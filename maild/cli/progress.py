"""A line that counts, on a terminal only: pipes and logs never see it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def progress(what: str) -> Iterator[Callable[[T], T]]:
    """A function that hands through what it is given, and counts it."""
    if not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield lambda one: one
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), MofNCompleteColumn(), TextColumn(what), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def count(one: T) -> T:
            bar.advance(task)
            return one

        yield count
