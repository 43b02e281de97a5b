"""Words that are left in rows of others: taken out of every text of every table, and of raw mail that has them.

Laws: it goes by the schema, so that a table which comes later is not forgotten. What must stay as it is: the chain of
erasures, and policies, which are known by their hash (an operator's own files, not mail).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import cache

from sqlalchemy import Connection, Table, Text, text
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

UNTOUCHED = ("policy", "erasure", "erased_mail")


def scrub_tables(tx: Connection, scrub: Scrub, only: Collection[str] = (), where: str = "") -> int:
    """Take the words out of all tables, or of some, or of those rows only that meet a condition; rows changed."""
    tables = (one for one in metadata.sorted_tables if one.name not in UNTOUCHED and (not only or one.name in only))
    return sum(_scrub_table(tx, one, scrub, where) for one in tables)


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
    """None where they expired before."""
    try:
        return raw_by_id(tx, [number])[number]
    except NotFound:
        return b""


def in_json(scrub: Scrub) -> Scrub:
    """The same words as they also stand inside JSON, where quotation marks and the like are written otherwise."""
    escaped = ((json.dumps(word, ensure_ascii=False)[1:-1], instead) for word, instead in scrub.words)
    return Scrub((*scrub.words, *(pair for pair in escaped if pair not in scrub.words)), scrub.whole)


def _scrub_table(tx: Connection, table: Table, scrub: Scrub, where: str) -> int:
    columns, keys = texts_of(table), [column.name for column in table.primary_key]
    if not columns:
        return 0
    wider = in_json(scrub)
    changed = [(row, new) for row in _candidates(tx, table, columns, keys, wider, where) if (new := _new(row, wider))]
    for row, new in changed:
        here = {f"key_{name}": row._mapping[f"key_{name}"] for name in keys}
        found = " AND ".join(f'"{name}" = :key_{name}' for name in keys)
        sets = ", ".join(f'"{name}" = :new_{name}' for name in new)
        update = f'UPDATE "{table.name}" SET {sets} WHERE {found}'  # noqa: S608 - names of our own
        tx.execute(text(update), here | {f"new_{name}": value for name, value in new.items()})
    return len(changed)


def _candidates(
    tx: Connection, table: Table, columns: Collection[str], keys: Collection[str], scrub: Scrub, where: str
) -> Iterator[AnyRow]:
    """Rows that hold a piece of a word, as the database itself finds them."""
    shown = ", ".join(
        [*(f'"{name}" AS "key_{name}"' for name in keys), *(f'"{name}" AS "old_{name}"' for name in columns)]
    )
    pieces = {f"piece_{place}": f"%{piece}%" for place, piece in enumerate(scrub.anchors)}
    likes = " OR ".join(f'lower("{name}") LIKE :{piece}' for name in columns for piece in pieces)
    query = f'SELECT {shown} FROM "{table.name}" WHERE ({likes})'  # noqa: S608 - names of our own
    yield from tx.execute(text(f"{query} AND {where}" if where else query), pieces)


def _new(row: AnyRow, scrub: Scrub) -> dict[str, str]:
    """The texts that change, by column."""
    old = {name.removeprefix("old_"): value for name, value in row._mapping.items() if name.startswith("old_")}
    return {name: scrub.apply(value) for name, value in old.items() if value and scrub.found(value)}


@cache
def texts_of(table: Table) -> tuple[str, ...]:
    """The columns that hold free text."""
    return tuple(column.name for column in table.columns if _is_text(column.type))


def _is_text(kind: TypeEngine[object]) -> bool:
    if isinstance(kind, Word | EntryKind):
        return False
    return isinstance(kind.impl if isinstance(kind, TypeDecorator) else kind, String | Text)
