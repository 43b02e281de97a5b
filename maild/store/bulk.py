"""Many rows into a table with one statement: the ingest path's only way to insert.

SQLAlchemy's own executemany spends more on each row's parameters than the database does on the row. Here a table's
columns are looked up once; values still pass the columns' types, so that text is cleaned (law 11) and times
are instants. PostgreSQL takes one array per column: the statement stays the same, and prepared, for any number.
Sighting: 50 mails of 5 KB, 3.7 ms through SQLAlchemy's executemany, 1.9 ms this way (SQLite).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from maild.store.schema.types import stored_as

Row = Mapping[str, Any]
Convert = Callable[[Any], Any]
_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_rows(tx: Connection, table: Table, rows: Sequence[Row], conflict: str = "") -> int:
    """Insert rows that all have the same columns; how many got in.

    `conflict` is what stands after ON CONFLICT, in words of our own ("DO NOTHING").
    """
    if not rows:
        return 0
    names = tuple(rows[0])
    columns = _converted(rows, names, _converters(table, names, tx.dialect))
    if tx.dialect.name == "sqlite":
        statement = _values_statement(table, names, conflict)
        return tx.exec_driver_sql(statement, list(zip(*columns, strict=True))).rowcount
    return tx.exec_driver_sql(_arrays_statement(table, names, conflict), tuple(columns)).rowcount


def update_rows(tx: Connection, table: Table, keys: tuple[str, ...], rows: Sequence[Row], also: str = "") -> int:
    """Set all other columns of the rows found by `keys`; how many were found. `also`: a column with a condition."""
    if not rows:
        return 0
    names = (*(name for name in rows[0] if name not in keys), *keys)
    columns = _converted(rows, names, _converters(table, names, tx.dialect))
    if tx.dialect.name == "sqlite":
        return tx.exec_driver_sql(_set_values(table, names, keys, also), list(zip(*columns, strict=True))).rowcount
    return tx.exec_driver_sql(_set_arrays(table, names, keys, also), tuple(columns)).rowcount


@lru_cache(maxsize=256)
def _set_values(table: Table, names: tuple[str, ...], keys: tuple[str, ...], also: str) -> str:
    new = ", ".join(f'"{name}" = ?' for name in names if name not in keys)
    found = " AND ".join([*(f'"{name}" = ?' for name in keys), *filter(None, [also])])
    return f'UPDATE "{table.name}" SET {new} WHERE {found}'  # noqa: S608


@lru_cache(maxsize=256)
def _set_arrays(table: Table, names: tuple[str, ...], keys: tuple[str, ...], also: str) -> str:
    new = ", ".join(f'"{name}" = given."{name}"' for name in names if name not in keys)
    same = [f'"{table.name}"."{name}" = given."{name}"' for name in keys]
    found = " AND ".join([*same, *([f'"{table.name}".{also}'] if also else [])])
    columns = ", ".join(f'"{name}"' for name in names)
    return (
        f'UPDATE "{table.name}" SET {new} FROM unnest({_arrays(table, names)}) AS given ({columns}) '  # noqa: S608
        f"WHERE {found}"
    )


def _converted(rows: Sequence[Row], names: Sequence[str], converters: Iterable[Convert | None]) -> list[list[Any]]:
    columns = []
    for name, convert in zip(names, converters, strict=True):
        values = list(map(itemgetter(name), rows))
        columns.append(_all(values, convert) if convert else values)
    return columns


def _all(values: list[Any], convert: Convert) -> list[Any]:
    """Every value converted; what is the same in all rows (time, actor, state …) only once."""
    first = values[0]
    if len(values) > 1 and values.count(first) == len(values):
        return [convert(first)] * len(values)
    return list(map(convert, values))


@lru_cache(maxsize=256)
def _converters(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[Convert | None, ...]:
    return tuple(stored_as(table.c[name].type) or _by_driver(table.c[name].type, dialect) for name in names)


def _by_driver(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


@lru_cache(maxsize=256)
def _values_statement(table: Table, names: tuple[str, ...], conflict: str) -> str:
    places = ", ".join("?" * len(names))
    return _statement(table, names, f"VALUES ({places})", conflict)


@lru_cache(maxsize=256)
def _arrays_statement(table: Table, names: tuple[str, ...], conflict: str) -> str:
    return _statement(table, names, f"SELECT * FROM unnest({_arrays(table, names)})", conflict)  # noqa: S608


def _arrays(table: Table, names: Iterable[str]) -> str:
    return ", ".join(f"%b::{table.c[name].type.compile(_POSTGRESQL)}[]" for name in names)


def _statement(table: Table, names: Iterable[str], source: str, conflict: str) -> str:
    # Only names and words of our own stand in it; every value is a parameter.
    columns = ", ".join(f'"{name}"' for name in names)
    ending = f" ON CONFLICT {conflict}" if conflict else ""
    return f'INSERT INTO "{table.name}" ({columns}) {source}{ending}'
