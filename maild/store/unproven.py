"""Mail whose sender the DNS could not vouch for yet: it is decided already, and decided once more when it can.

Law: nothing is claimed for long. Who takes an entry puts its next turn off; who dies with it loses nothing but time.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from maild.model import EntryId, InboxEntry
from maild.store.among import among
from maild.store.inbox import CLAIMED, claimed
from maild.store.raw import raw_by_id
from maild.store.schema import inbox_entry

AT_ONCE = 20
_DUE = (
    select(*CLAIMED)
    .where(inbox_entry.c.prove_at.is_not(None), inbox_entry.c.prove_at <= bindparam("now"))
    .order_by(inbox_entry.c.prove_at)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True, of=inbox_entry)
)


def take(tx: Connection, now: datetime, again: datetime) -> tuple[InboxEntry, ...]:
    """Those whose turn it is; their next one is at `again` (UTC)."""
    rows = tx.execute(_DUE, {"now": now}).all()
    if not rows:
        return ()
    put_off = update(inbox_entry).where(among(inbox_entry.c.id)).values(prove_at=again)
    tx.execute(put_off, {"values": [row.id for row in rows]})
    raw = raw_by_id(tx, {row.raw_id for row in rows})
    return tuple(claimed(row, raw[row.raw_id]) for row in rows)


def settle(tx: Connection, entry: EntryId) -> bool:
    """No further turn. False where somebody else has settled it meanwhile."""
    waiting = update(inbox_entry).where(inbox_entry.c.id == entry, inbox_entry.c.prove_at.is_not(None))
    return tx.execute(waiting.values(prove_at=None)).rowcount > 0
