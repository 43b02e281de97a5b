"""`among(column)`: the column's value is one of many, given as ONE parameter, however many they are.

The statement stays the same for any number of values, so it is compiled once and prepared once, and no database's
limit of parameters is near. SQLite reads them from a JSON array, PostgreSQL from an array.
Sighting: five lookups for 20 messages, 3.5 ms with one parameter for each value, 1.1 ms this way (SQLite).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Dialect, Text, TypeDecorator, bindparam, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from maild.cleaning import clean_text
from maild.store.schema.types import Key, as_key


class _Values(TypeDecorator[Collection[Any]]):
    """Many values of one column, as the column itself would store each."""

    impl = Text
    cache_ok = True

    def __init__(self, numbers: bool, keys: bool) -> None:
        super().__init__()
        self.numbers = numbers
        self.keys = keys

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(BigInteger() if self.numbers else Text()))

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        stored = list(value or ()) if self.numbers else list(map(as_key if self.keys else clean_text, value or ()))
        return stored if dialect.name == "postgresql" else json.dumps(stored)


class _Among(FunctionElement[bool]):
    name = "among"
    inherit_cache = True


@compiles(_Among, "sqlite")
def _sqlite(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608


@compiles(_Among, "postgresql")
def _postgresql(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} = ANY ({values})"


def among(column: Column[Any], name: str = "values") -> ColumnElement[bool]:
    """A condition whose values are the parameter `name` of the statement."""
    return _Among(column, bindparam(name, type_=_values(column)))


def one_of(column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """The same with its values in it, for a statement that is put together with others."""
    return _Among(column, literal(values, _values(column)))


def _values(column: Column[Any]) -> _Values:
    return _Values(numbers=isinstance(column.type, BigInteger), keys=isinstance(column.type, Key))
