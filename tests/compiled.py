"""Statements are compiled once for all databases of a process, instead of anew for each test's own.

SQLAlchemy keeps what it compiled by engine and dialect. Sighting: a third of the CPU of a test with a database was
compiling what the test before had compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from sqlalchemy import Engine

from maild.store import postgresql, sqlite


def share() -> None:
    """From now on, engines of one kind of database share what was compiled."""
    for module in (sqlite, postgresql):
        module.engine = _sharing(module)  # type: ignore[attr-defined] # a module, to be given another function


def _sharing(module: ModuleType) -> Callable[..., Engine]:
    make: Callable[..., Engine] = module.engine
    first: list[Engine] = []

    def engine(*given: Any, **more: Any) -> Engine:
        made = make(*given, **more)
        first.append(made)
        del first[1:]
        made.dialect, made._compiled_cache = first[0].dialect, first[0]._compiled_cache
        return made

    return engine
