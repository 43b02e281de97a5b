"""A query in a database as a source. It is only read: in a read-only transaction where the database knows one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from maild.directory.entries import Wanted
from maild.directory.tables import MOST_ROWS, Table, cell, wanted_of
from maild.errors import ConfigError, Problem, SourceUnavailable


@dataclass(frozen=True, slots=True)
class SqlSource:
    """A SELECT, whose columns are named as those of the CSV. `timeout` is in seconds."""

    name: str
    url: str
    query: str
    password: str = field(default="", repr=False)
    timeout: float = 60

    def fetch(self) -> Wanted:
        try:
            columns, rows = self._ask()
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise self._broken(
                f"its database cannot be opened: {type(error).__name__}, is its driver installed?"
            ) from None
        except SQLAlchemyError as error:
            # The message may hold the query's rows; the class alone says enough, and nothing of anybody.
            raise SourceUnavailable(f"directory {self.name}: {_kind_of(error)}") from None
        if len(rows) > MOST_ROWS:
            raise self._broken(f"more than {MOST_ROWS} rows")
        texts = tuple(tuple(map(_text, row)) for row in rows)
        return wanted_of(Table(f"directory {self.name}, row", tuple(columns), texts, tuple(range(1, len(rows) + 1))))

    def _ask(self) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        url = make_url(self.url)
        engine = create_engine(
            _read_only(url.set(password=self.password) if self.password else url), **self._limits(url)
        )
        try:
            with engine.connect() as connection:
                found = _reading(connection).exec_driver_sql(self.query)
                return tuple(found.keys()), found.fetchmany(MOST_ROWS + 1)
        finally:
            engine.dispose()

    def _limits(self, url: URL) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        if url.get_backend_name() == "postgresql":
            milliseconds = ceil(self.timeout * 1000)
            arguments = {
                "connect_timeout": max(2, ceil(self.timeout)),
                "options": f"-c statement_timeout={milliseconds} -c default_transaction_read_only=on",
            }
        if url.get_backend_name() == "sqlite":
            arguments = {"timeout": self.timeout}
        return {"poolclass": NullPool, "connect_args": arguments, "hide_parameters": True}

    def _broken(self, what: str) -> ConfigError:
        return ConfigError(Problem(f"directory {self.name}", 0, 0, what))


def _read_only(url: URL) -> URL:
    """SQLite would make a file that is missing, and write into one that is there."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return url
    return url.set(database=f"file:{url.database}").update_query_dict({"mode": "ro", "uri": "true"})


def _reading(connection: Connection) -> Connection:
    """The query goes as it is written: a percent sign or a colon in it is one."""
    return connection.execution_options(no_parameters=True)


def _kind_of(error: SQLAlchemyError) -> str:
    inner = getattr(error, "orig", None)
    return f"the database does not answer the query ({type(inner or error).__name__})"


def _text(value: Any) -> str:
    """A value of the database as a cell; an array is several words."""
    return cell(tuple(map(str, value)) if isinstance(value, list) else value)
