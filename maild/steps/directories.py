"""Further directories: one source is asked, and what it says is imported. For the clock, `reload` and the command line.

Laws: no transaction while a source is asked. A source that cannot be asked, or whose answer is broken or would let go
a crowd, changes nothing: the register goes on as it is, and the error says what to do.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from maild.clock import Clock
from maild.config import read_secret_file
from maild.directory.sources import DirectorySource
from maild.directory.sources.command import CommandSource
from maild.directory.sources.file import FileSource
from maild.directory.sources.sql import SqlSource
from maild.errors import ConfigError, Problem
from maild.settings import FurtherDirectory
from maild.store import register
from maild.store.engine import Store
from maild.store.register import By, Imported

Fence = Callable[[Connection], None]


def unfenced(_tx: Connection) -> None:
    """Whoever asks by hand owns nothing."""


def refresh(store: Store, source: DirectorySource, clock: Clock, fence: Fence = unfenced) -> Imported:
    """Ask one source, and import what it says. `fence` is called last in the transaction that writes, so
    that what it holds is held for a moment only.

    Raises SourceUnavailable (asking again may help), ConfigError (its answer is broken) or ImportRefused, and whatever
    `fence` raises.
    """
    wanted = source.fetch()
    by = By(f"directory {source.name}", clock(), "as its source says")

    def write(tx: Connection) -> Imported:
        done = register.take(tx, wanted, source.name, by)
        fence(tx)
        return done

    return store.retrying(write)


def source_of(settings: FurtherDirectory) -> DirectorySource:
    """The source that the settings describe. Raises ConfigError if its password cannot be read."""
    if settings.kind == "sql":
        password = read_secret_file(settings.password_file)
        return SqlSource(settings.name, settings.url, settings.query, password, settings.timeout)
    if settings.kind == "command":
        return CommandSource(settings.name, settings.command, settings.timeout)
    if settings.file is None:
        raise ConfigError(Problem("maild.yaml", 0, 0, f"directory {settings.name} names no `file`"))
    return FileSource(settings.name, settings.file)
