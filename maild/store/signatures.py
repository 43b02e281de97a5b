"""Which mail did a signature vouch for first? First come, first served: who owns a fingerprint keeps it for 30 days.

In: fingerprints (`Authenticity.signature`) with the inbox entry they came on; out: their owners. Whether another mail
with the same one is a replay is `steps.replays`'. Callers hold the sender's address (law 2), and what carries the same
signature has the same sender: so nobody looks for an owner whom somebody else is just writing down.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, exists, select

from maild.model import EntryId
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.rows import rows_among
from maild.store.schema import inbox_entry, signature_seen

KEPT = timedelta(days=30)
"""Longer than any signature is fresh enough for a step that cannot be undone."""
_OWNERS = select(signature_seen.c.digest, signature_seen.c.entry_id, signature_seen.c.content).where(
    among(signature_seen.c.digest)
)
_one, _other = inbox_entry.alias("one"), inbox_entry.alias("other")
_TOGETHER = select(
    exists().where(_one.c.raw_id == _other.c.raw_id, _one.c.id == bindparam("one"), _other.c.id == bindparam("other"))
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A fingerprint on an entry, and the content key of that entry's mail."""

    fingerprint: str
    entry: EntryId
    content: str


def keep(tx: Connection, seen: Sequence[Seen], now: datetime) -> None:
    """Who comes first owns it; the others change nothing."""
    rows = [{"digest": one.fingerprint, "entry_id": one.entry, "content": one.content, "at": now} for one in seen]
    insert_rows(tx, signature_seen, rows, "DO NOTHING")


def owners(tx: Connection, fingerprints: Collection[str]) -> dict[str, Seen]:
    """Who owns each of those that have been seen. Without a question nothing is asked."""
    rows = rows_among(tx, _OWNERS, fingerprints)
    return {row.digest: Seen(row.digest, EntryId(row.entry_id), row.content) for row in rows}


def came_together(tx: Connection, one: EntryId, other: EntryId) -> bool:
    """Whether one transaction at the edge brought both: the same bytes for several recipients."""
    return bool(tx.scalar(_TOGETHER, {"one": one, "other": other}))


def forget(tx: Connection, now: datetime) -> int:
    """Let go of what is older than KEPT; how many."""
    return tx.execute(delete(signature_seen).where(signature_seen.c.at < now - KEPT)).rowcount
