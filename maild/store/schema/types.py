"""Column types: what a Python value becomes in both databases, and back.

Laws: no naive time gets in, none comes out (law 12). Text from outside is cleaned by its type, so that nobody
can forget it (law 11). Types carry no state and are safe for SQLAlchemy's statement cache.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator

from maild.cleaning import clean_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST_KEY = 300
E = TypeVar("E", bound=StrEnum)

# SQLite gives a table its rowid, and with it AUTOINCREMENT, only for a column that is exactly INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as microseconds since 1970: exact, ordered, the same in both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + timedelta(microseconds=value)


def to_micros(value: datetime) -> int:
    """Microseconds since 1970. Raises ValueError for a time without a zone."""
    if value.tzinfo is None:
        raise ValueError("a time without a zone")
    return (value - EPOCH) // MICROSECOND


class Clean(TypeDecorator[str]):
    """Text from outside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else clean_text(value)


class Key(TypeDecorator[str]):
    """Text that is looked up. Beyond 300 characters it is stored as its hash: PostgreSQL indexes 2704 bytes at most."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else as_key(value)


def as_key(text: str) -> str:
    """What a `Key` column stores."""
    text = clean_text(text)
    return text if len(text) <= LONGEST_KEY else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class Word(TypeDecorator[E], Generic[E]):
    """One word of a closed list, stored as written in the model."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:  # noqa: ARG002
        return None if value is None else self.words(value)


class Listed(TypeDecorator[tuple[Any, ...]]):
    """A tuple of strings, or of tuples of strings, stored as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Any, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if not value:
            return None if value is None else "[]"
        return json.dumps([_cleaned(item) for item in value], ensure_ascii=False)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Any, ...] | None:  # noqa: ARG002
        if value == "[]":
            return ()
        return None if value is None else tuple(_frozen(item) for item in json.loads(value))


def _cleaned(item: Any) -> Any:
    return clean_text(item) if isinstance(item, str) else [clean_text(text) for text in item]


def _frozen(item: Any) -> Any:
    return tuple(item) if isinstance(item, list) else item
