"""Backups for tests: a busy database, a backup of it, and what a database holds, whatever kind it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from maild.model import Address, Fate, NotificationKind, OutboxState
from maild.store import inbox, nodes, outbox
from maild.store.backup.about import Manifest, Step, no_step
from maild.store.backup.making import Order, make
from maild.store.backup.papers import Paper, Papers
from maild.store.backup.restoring import Restored, Wanted, restore
from maild.store.engine import Store, open_store
from maild.store.schema import imap_cursor, imap_mail, lease, metadata, outbox_entry
from tests.builders import NOON
from tests.store.kit import LEASE, a_queued, a_received_mail, claim, keep, open_ticket

LATER = NOON + timedelta(hours=5)
NASTY = "Grüße \U0001f600 \u202e {{ x }} ' \" \\ \t\n%s :name ?"
PAPERS = Papers(b"the old secret, thirty-two bytes", (Paper("maild.yaml", b"state: var\n"),), ("/etc/maild/password",))


def busy(store: Store, tickets: int = 3) -> None:
    """Tickets, mail in every size and state, a mailbox half read, a node that runs and holds a lease."""
    numbers = [open_ticket(store).id for _ in range(tickets)]
    sizes = (0, 7, 256 * 1024, 256 * 1024 + 1, 700_000)
    keep(store, *(a_received_mail(raw=b"x" * size, mail_from=NASTY, parent_id="<p@x>") for size in sizes))
    claim(store, limit=2)
    with store.transaction() as tx:
        outbox.add(tx, [a_queued(number, event=f"e{place}") for number in numbers for place in range(3)])
        outbox.add(tx, [a_queued(None, event="alone", recipient=Address("", "bob@x.example"))])
        outbox.claim(tx, "n/1", NOON, LEASE, 2)
        tx.execute(insert(outbox_entry).values(**_digest(numbers[0])))
        nodes.start(tx, "n", NOON - timedelta(hours=1))
        tx.execute(insert(lease).values(name="mailbox", owner="n/1", beats=3))
        tx.execute(insert(imap_cursor).values(account="a", folder="INBOX", uidvalidity=7, uid=99))
        tx.execute(insert(imap_mail).values(account="a", folder="INBOX", uidvalidity=7, uid=4294967295, **_missed()))


def _digest(ticket: int) -> dict[str, Any]:
    held = {"event": "held", "kind": NotificationKind.CONFIRMATION, "recipient": "ada@acme.example", "raw": b""}
    return {"ticket_id": ticket, **held, "state": OutboxState.SUPPRESSED, "created_at": NOON, "due_at": NOON}


def _missed() -> dict[str, Any]:
    return {"fate": next(iter(Fate)), "due_at": NOON, "to_finish": True}


def save(store: Store, folder: Path, step: Step = no_step, **changes: Any) -> tuple[Path, Manifest]:
    """A backup as the daemon makes it."""
    now = changes.pop("now", NOON)
    usual = {"series": "day", "folder": folder, "work": folder.parent / "work", "node": "n1", "papers": PAPERS}
    return make(store, Order(**(usual | changes)), now, step)


def bring_back(file: Path, url: str, state: Path, step: Step = no_step, **changes: Any) -> Restored:
    """A restore as the command does it."""
    state.mkdir(exist_ok=True)
    now = changes.pop("now", LATER)
    return restore(Wanted(**({"file": file, "url": url, "state": state, "work": state / "work"} | changes)), now, step)


@contextmanager
def a_store(url: str) -> Iterator[Store]:
    store = open_store(url, pool_size=10)
    try:
        yield store
    finally:
        store.close()


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, as maild reads them."""
    with store.reading() as tx:
        tables = metadata.sorted_tables
        return {one.name: sorted((tuple(row) for row in tx.execute(select(one))), key=repr) for one in tables}


def numbers_given(store: Store) -> tuple[int, int]:
    """What the next ticket and the next inbox entry are called."""
    (entry,) = keep(store, a_received_mail())
    return open_ticket(store).id, entry


__all__ = ["LATER", "NOON", "PAPERS", "a_store", "bring_back", "busy", "everything", "inbox", "numbers_given", "save"]
