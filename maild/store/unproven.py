"""Mail whose sender the DNS could not vouch for yet: it is decided already, and decided once more when it can.

Law: nothing is claimed for long. Who takes an entry puts its next turn off; who dies with it loses nothing but time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from maild.model import Disposition, EntryId, InboxEntry
from maild.store.among import among
from maild.store.inbox import CLAIMED, claimed
from maild.store.raw import raw_by_id
from maild.store.schema import inbox_entry

AT_ONCE = 20
JOINED = (Disposition.FOLLOW_UP,)
_DUE = (
    select(*CLAIMED, inbox_entry.c.disposition)
    .where(inbox_entry.c.prove_at.is_not(None), inbox_entry.c.prove_at <= bindparam("now"))
    .order_by(inbox_entry.c.prove_at)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True, of=inbox_entry)
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that waits for its proof; whether it has opened its ticket."""

    entry: InboxEntry
    opened: bool


def take(tx: Connection, now: datetime, again: datetime) -> tuple[Waiting, ...]:
    """Those whose turn it is; their next one is at `again` (UTC)."""
    rows = tx.execute(_DUE, {"now": now}).all()
    if not rows:
        return ()
    put_off = update(inbox_entry).where(among(inbox_entry.c.id)).values(prove_at=again)
    tx.execute(put_off, {"values": [row.id for row in rows]})
    raw = raw_by_id(tx, {row.raw_id for row in rows})
    return tuple(Waiting(claimed(row, raw[row.raw_id]), row.disposition not in JOINED) for row in rows)


def settle(tx: Connection, entry: EntryId) -> bool:
    """No further turn. False where somebody else has settled it meanwhile."""
    waiting = update(inbox_entry).where(inbox_entry.c.id == entry, inbox_entry.c.prove_at.is_not(None))
    return tx.execute(waiting.values(prove_at=None)).rowcount > 0
