"""Words that are left in rows of others: taken out of every text of every table, and of raw mail that has them.

Laws: it goes by the schema, so that a table which comes later is not forgotten. What must stay as it is: the chain of
erasures, and policies, which are known by their hash (an operator's own files, not mail).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, Text, func, or_, select, true, type_coerce, update
from sqlalchemy.types import String, TypeDecorator, TypeEngine

from maild.errors import NotFound
from maild.store.erasing.emptying import Deed, put_raw
from maild.store.erasing.reach import hashes
from maild.store.erasing.remains import note, without
from maild.store.erasing.wording import Scrub
from maild.store.raw import raw_by_id
from maild.store.rows import AnyRow
from maild.store.schema import metadata
from maild.store.schema.types import EntryKind, Word

UNTOUCHED = ("policy", "erasure", "erased_mail", "archived_mark")
EVERY_ROW = true()
_KEY, _OLD = "key_", "old_"


def scrub_tables(tx: Connection, scrub: Scrub) -> int:
    """Take the words out of all tables; how many rows changed."""
    tables = (one for one in metadata.sorted_tables if one.name not in UNTOUCHED)
    return sum(scrub_table(tx, one, scrub) for one in tables)


def scrub_table(tx: Connection, table: Table, scrub: Scrub, where: ColumnElement[bool] = EVERY_ROW) -> int:
    """The same for the rows of one table that meet a condition."""
    wider, columns = in_json(scrub), texts_of(table)
    rows = tx.execute(_candidates(table, columns, wider).where(where)) if columns else ()
    changed = [(row, new) for row in rows if (new := _new(row, wider))]
    for row, new in changed:
        here = (column == row._mapping[f"{_KEY}{column.name}"] for column in table.primary_key)
        tx.execute(update(table).where(*here).values({name: type_coerce(text, Text) for name, text in new.items()}))
    return len(changed)


def scrub_raw(tx: Connection, scrub: Scrub, numbers: Collection[int], deed: Deed) -> int:
    """Take the words out of these mails; how many had them. A mail that cannot be cleaned gives way to a note."""
    changed = 0
    for number, sha256 in sorted(hashes(tx, numbers).items()):
        raw = _bytes(tx, number)
        cleaned = without(raw, scrub, note(deed.said, sha256))
        if cleaned != raw:
            put_raw(tx, number, cleaned)
            changed += 1
    return changed


def _bytes(tx: Connection, number: int) -> bytes:
    """None of them where they expired before."""
    try:
        return raw_by_id(tx, [number])[number]
    except NotFound:
        return b""


def in_json(scrub: Scrub) -> Scrub:
    """The same words as they also stand inside JSON, where quotation marks and the like are written otherwise."""
    escaped = ((json.dumps(word, ensure_ascii=False)[1:-1], instead) for word, instead in scrub.words)
    return Scrub((*scrub.words, *(pair for pair in escaped if pair not in scrub.words)), scrub.whole)


def _candidates(table: Table, columns: Collection[str], scrub: Scrub) -> Select[Any]:
    """Rows that hold a piece of a word, as the database itself finds them: their keys, and texts as they are stored."""
    texts = {name: type_coerce(table.c[name], Text) for name in columns}
    keys = (column.label(f"{_KEY}{column.name}") for column in table.primary_key)
    old = (text.label(f"{_OLD}{name}") for name, text in texts.items())
    likes = (func.lower(text).like(f"%{piece}%") for text in texts.values() for piece in scrub.anchors)
    return select(*keys, *old).where(or_(*likes))


def _new(row: AnyRow, scrub: Scrub) -> dict[str, str]:
    """The texts that change, by column."""
    old = {name.removeprefix(_OLD): value for name, value in row._mapping.items() if name.startswith(_OLD)}
    return {name: scrub.apply(value) for name, value in old.items() if value and scrub.found(value)}


@cache
def texts_of(table: Table) -> tuple[str, ...]:
    """The columns that hold free text."""
    return tuple(column.name for column in table.columns if _is_text(column.type))


def _is_text(kind: TypeEngine[object]) -> bool:
    if isinstance(kind, Word | EntryKind):
        return False
    return isinstance(kind.impl if isinstance(kind, TypeDecorator) else kind, String | Text)
