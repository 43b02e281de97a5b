"""What all tables share: one MetaData with names for every constraint, and the shapes of common columns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    text,
)

from maild.store.schema.types import BigId, Clean, Instant, Key, Listed

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=CONVENTION)


def table(name: str, comment: str, *parts: Any) -> Table:
    """A table whose numbers are never given out twice, not even after deletion (AUTOINCREMENT)."""
    return Table(name, metadata, *parts, comment=comment, sqlite_autoincrement=_is_numbered(parts))


def keyed_table(name: str, comment: str, *parts: Any) -> Table:
    """A table of short rows found by a key of their own; SQLite keeps them in the key's own tree."""
    return Table(name, metadata, *parts, comment=comment, sqlite_with_rowid=False)


def _is_numbered(parts: Iterable[Any]) -> bool:
    return any(isinstance(part, Column) and isinstance(part.server_default, Identity) for part in parts)


def numbered(start: int = 1) -> Column[int]:
    """The row's own number."""
    return Column("id", BigId, Identity(start=start), primary_key=True)


def refers(name: str, target: str, *, optional: bool = False, index: bool = False, key: bool = False) -> Column[int]:
    """The number of a row of another table."""
    return Column(name, BigId, ForeignKey(target), nullable=optional, index=index, primary_key=key)


def words(name: str, **more: Any) -> Column[str]:
    """Text, cleaned; "" where there is none."""
    return Column(name, Clean, nullable=False, server_default="", **more)


def key(name: str, **more: Any) -> Column[str]:
    """Text that is looked up; "" where there is none."""
    return Column(name, Key, nullable=False, server_default="", **more)


def listed(name: str) -> Column[tuple[Any, ...]]:
    """A list of words, empty at first."""
    return Column(name, Listed, nullable=False, server_default="[]")


def count(name: str) -> Column[int]:
    """A small number, 0 at first."""
    return Column(name, Integer, nullable=False, server_default=text("0"))


def size(name: str) -> Column[int]:
    """Bytes."""
    return Column(name, BigInteger, nullable=False)


def flag(name: str) -> Column[bool]:
    """Yes or no; no at first."""
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def instant(name: str, *, optional: bool = False, **more: Any) -> Column[datetime]:
    """A moment."""
    return Column(name, Instant, nullable=optional, **more)


def partial(name: str, condition: ColumnElement[bool] | str, *columns: Column[Any], unique: bool = False) -> Index:
    """An index over those rows only that meet the condition; it serves queries that state the same condition."""
    where = text(condition) if isinstance(condition, str) else condition
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
