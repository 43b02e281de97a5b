"""Column types: what a Python value becomes in both databases, and back.

Laws: no naive time gets in, none comes out (law 12). Text from outside is cleaned by its type, so that nobody
can forget it (law 11). Types carry no state and are safe for SQLAlchemy's statement cache.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from maild.cleaning import clean_text
from maild.model import CallKind, NotificationKind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST_KEY = 300
E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

# SQLite gives a table its rowid, and with it AUTOINCREMENT, only for a column that is exactly INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")


class Stored(TypeDecorator[T]):
    """A type whose way into the database is one function, `store`, that never sees None."""

    store: Callable[[Any], Any]

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else self.store(value)


def stored_as(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How `bulk` stores values of this type: the same function, without SQLAlchemy's calls around it."""
    if not isinstance(kind, Stored):
        return None
    store = kind.store
    return lambda value: None if value is None else store(value)


class Instant(Stored[datetime]):
    """An aware UTC datetime, stored as microseconds since 1970: exact, ordered, the same in both databases."""

    impl = BigInteger
    cache_ok = True

    @staticmethod
    def store(value: datetime) -> int:
        """Microseconds since 1970. Raises ValueError for a time without a zone."""
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Duration(Stored[timedelta]):
    """A length of time, stored as microseconds."""

    impl = BigInteger
    cache_ok = True

    @staticmethod
    def store(value: timedelta) -> int:
        """Microseconds."""
        return value // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002
        return None if value is None else timedelta(microseconds=value)


class Clean(Stored[str]):
    """Text from outside."""

    impl = Text
    cache_ok = True
    store = staticmethod(clean_text)


def as_key(text: str) -> str:
    """What a `Key` column stores."""
    text = clean_text(text)
    return text if len(text) <= LONGEST_KEY else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class Key(Stored[str]):
    """Text that is looked up. Beyond 300 characters it is stored as its hash: PostgreSQL indexes 2704 bytes at most."""

    impl = Text
    cache_ok = True
    store = staticmethod(as_key)


class Word(Stored[E], Generic[E]):
    """One word of a closed list, stored as written in the model."""

    impl = Text
    cache_ok = True
    store = staticmethod(attrgetter("_value_"))

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:  # noqa: ARG002
        return None if value is None else self.words(value)


class EntryKind(Stored[NotificationKind | CallKind]):
    """What an outbox entry is about: a notification's kind, or what wants a call."""

    impl = Text
    cache_ok = True
    store = staticmethod(attrgetter("_value_"))

    def process_result_value(self, value: Any, dialect: Dialect) -> NotificationKind | CallKind | None:  # noqa: ARG002
        return None if value is None else _KINDS[value]


_KINDS: dict[str, NotificationKind | CallKind] = {kind.value: kind for kind in (*NotificationKind, *CallKind)}


class Listed(Stored[tuple[Any, ...]]):
    """A tuple of strings, or of tuples of strings, stored as JSON."""

    impl = Text
    cache_ok = True

    @staticmethod
    def store(value: tuple[Any, ...]) -> str:
        return json.dumps([_cleaned(item) for item in value], ensure_ascii=False) if value else "[]"

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Any, ...] | None:  # noqa: ARG002
        if value == "[]":
            return ()
        return None if value is None else tuple(_frozen(item) for item in json.loads(value))


def _cleaned(item: Any) -> Any:
    return clean_text(item) if isinstance(item, str) else [clean_text(text) for text in item]


def _frozen(item: Any) -> Any:
    return tuple(item) if isinstance(item, list) else item
