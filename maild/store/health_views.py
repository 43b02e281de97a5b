"""What health asks of the database, at a cost that does not grow with what was done: open work, a bounded window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select, text

from maild.store.engine import Store
from maild.store.inbox_views import InboxCounts
from maild.store.schema import INBOX_OPEN, QUARANTINED, inbox_entry, setting
from maild.store.states import InboxState

WINDOW = 1000
_entry = inbox_entry.c
_SINCE = func.min(func.coalesce(_entry.kept_at, _entry.received_at), type_=_entry.kept_at.type)


@dataclass(frozen=True, slots=True)
class Aside:
    """Mail in quarantine for one cause; `oldest` is since when the oldest of it lies there (UTC)."""

    cause: str
    mails: int
    oldest: datetime


def answers(store: Store) -> None:
    """Ask the database anything. Raises StoreUnavailable."""
    with store.reading() as tx:
        tx.execute(select(1))


def open_counts(tx: Connection) -> InboxCounts:
    """As `inbox_views.counts`, but `done` is 0: counting what is done takes longer each year."""
    waiting = select(_entry.state, func.count(), _SINCE).where(INBOX_OPEN).group_by(_entry.state)
    found = {state: (mails, oldest) for state, mails, oldest in tx.execute(waiting)}
    mails, oldest = found.get(InboxState.WAITING, (0, None))
    aside, since = tx.execute(select(func.count(), _SINCE).where(QUARANTINED)).one()
    return InboxCounts(mails, found.get(InboxState.CLAIMED, (0, None))[0], aside, 0, oldest, since)


def quarantined(tx: Connection) -> tuple[Aside, ...]:
    """What lies in quarantine, by cause."""
    rows = select(_entry.cause, func.count(), _SINCE).where(QUARANTINED).group_by(_entry.cause).order_by(_entry.cause)
    return tuple(Aside(cause, mails, oldest) for cause, mails, oldest in tx.execute(rows))


def lately(tx: Connection) -> dict[str, int]:
    """What became of the newest thousand entries, by disposition; those that still wait do not count."""
    newest = tx.execute(select(func.max(_entry.id))).scalar_one_or_none() or 0
    rows = select(_entry.disposition, func.count()).where(_entry.id > newest - WINDOW).group_by(_entry.disposition)
    return {disposition.value: mails for disposition, mails in tx.execute(rows) if disposition is not None}


def told(tx: Connection, prefix: str) -> dict[str, str]:
    """Single values whose key begins so, by the rest of their key."""
    rows = select(setting).where(setting.c.key.startswith(prefix, autoescape=True))
    return {row.key.removeprefix(prefix): row.value for row in tx.execute(rows)}


def database_time(tx: Connection) -> datetime | None:
    """The server's clock (UTC); None where the database has none of its own."""
    if tx.dialect.name != "postgresql":
        return None
    seconds: float = tx.execute(text("SELECT extract(epoch FROM clock_timestamp())::float8")).scalar_one()
    return datetime.fromtimestamp(seconds, UTC)
