"""Settings and database for a command: `settings_of(ctx)`, `opened(ctx)`, `a_look(ctx)`.

Laws: the command line never makes a database on the way (only `migrate` does); log lines below WARNING stay away from
what a command prints.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from maild.errors import ConfigError, NotFound, Problem, SchemaMismatch

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from typer import Context

    from maild.desks.policy import Desk
    from maild.settings import Settings
    from maild.steps.house import House
    from maild.store.engine import Store

PLACES = (Path("config/maild.yaml"), Path("/etc/maild/maild.yaml"))
SQLITE = "sqlite:///"


def settings_path(ctx: Context) -> Path:
    """The settings file of this run. Raises ConfigError where there is none."""
    given = ctx.find_root().obj
    if given or os.environ.get("MAILD_SETTINGS"):
        return Path(given or os.environ["MAILD_SETTINGS"])
    found = next((place for place in PLACES if place.exists()), None)
    if found is None:
        tried = " and ".join(str(place) for place in PLACES)
        advice = f"there is none at {tried}: name one with --settings, or make one with `maild init config`"
        raise ConfigError(Problem("maild.yaml", 0, 0, advice))
    return found


def settings_of(ctx: Context) -> Settings:
    """The settings. Raises ConfigError."""
    from maild.config import load_settings

    return load_settings(settings_path(ctx))


@contextmanager
def opened(ctx: Context) -> Iterator[House]:
    """The house on the database as it is. Raises SchemaMismatch, StoreUnavailable, ConfigError."""
    from maild.steps.opening import open_house

    settings = settings_of(ctx)
    quiet_logs()
    require_database(settings)
    house = open_house(settings)
    try:
        yield house
    finally:
        house.store.close()


@contextmanager
def store_of(ctx: Context) -> Iterator[Store]:
    """The database as it is, for commands that need no policy."""
    from maild.config import database_url
    from maild.store.engine import open_store, require_schema

    settings = settings_of(ctx)
    quiet_logs()
    require_database(settings)
    store = open_store(database_url(settings))
    try:
        require_schema(store)
        yield store
    finally:
        store.close()


@contextmanager
def a_look(ctx: Context) -> Iterator[Connection]:
    """A view of the database, for commands that only read."""
    with store_of(ctx) as store, store.reading() as tx:
        yield tx


def desk_among(desks: Iterable[Desk], name: str) -> Desk:
    """The desk of this name, of "" the first. Raises NotFound."""
    from maild.yaml.suggest import did_you_mean

    known = {one.desk: one for one in desks}
    found = known.get(name) if name else next(iter(known.values()), None)
    if found is None:
        raise NotFound(f"there is no desk `{name[:60]}`{did_you_mean(name, known)}" if name else "there is no desk yet")
    return found


def database_file(settings: Settings) -> Path | None:
    """The SQLite file; None for a database server."""
    from maild.config import database_url

    url = database_url(settings)
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def has_database(settings: Settings) -> bool:
    """Whether there is anything to look at. A server is taken to have one."""
    file = database_file(settings)
    return file is None or file.exists()


def require_database(settings: Settings) -> None:
    if not has_database(settings):
        raise SchemaMismatch(f"there is no database at {database_file(settings)} yet: run `maild migrate`")


def quiet_logs() -> None:
    """Warnings and errors on standard error; what a command prints stays clean."""
    import logging

    import structlog

    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.LogfmtRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
