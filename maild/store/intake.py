"""Keeping mail that an edge took in: ReceivedMail in, one inbox entry for each recipient out.

Law 1 is the caller's: it acknowledges after the commit. What has a source key is kept once (IMAP reads again
after a crash); a node that reads the same mailbox at the same moment waits here until the other is done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, text

from maild.model import EntryId, ReceivedMail
from maild.store.bulk import insert_rows
from maild.store.numbers import reserve
from maild.store.raw import store_raw
from maild.store.schema import inbox_entry, raw_mail
from maild.store.schema.types import EPOCH, as_key
from maild.store.states import InboxState

_LOCK = text("SELECT pg_advisory_xact_lock(one) FROM unnest(CAST(:keys AS bigint[])) AS one")


def add(tx: Connection, mails: Sequence[ReceivedMail]) -> tuple[EntryId, ...]:
    """Keep mails; the numbers of the entries that are new, in order. Few statements, however many mails."""
    mails = _new_ones(tx, mails)
    if not mails:
        return ()
    given = reserve(tx, {raw_mail: len(mails), inbox_entry: sum(len(mail.recipients) for mail in mails)})
    numbered = [(next(given[raw_mail]), mail) for mail in mails]
    store_raw(tx, [(number, mail.raw) for number, mail in numbered])
    rows: list[dict[str, Any]] = [
        {"id": next(given[inbox_entry]), "raw_id": number, "recipient": recipient, **shared}
        for number, mail in numbered
        for shared in (_shared(mail),)
        for recipient in mail.recipients
    ]
    insert_rows(tx, inbox_entry, rows)
    return tuple(EntryId(row["id"]) for row in rows)


def _shared(mail: ReceivedMail) -> Mapping[str, object]:
    return {
        "size": len(mail.raw),
        "source": mail.source,
        "mail_from": mail.mail_from,
        "received_at": mail.received_at,
        "peer": mail.peer,
        "source_key": mail.source_key,
        "message_id": mail.message_id,
        "parent_id": mail.parent_id,
        "kept_at": mail.kept_at or mail.received_at,
        "answers": mail.answers,
        "login": mail.login,
        "border": mail.border,
        "state": InboxState.WAITING,
        # Due at once, whatever the clock of the node that took it in.
        "due_at": EPOCH,
    }


def _new_ones(tx: Connection, mails: Sequence[ReceivedMail]) -> Sequence[ReceivedMail]:
    """Without mails whose source key is known, or comes a second time here."""
    keys = sorted({as_key(mail.source_key) for mail in mails if mail.source_key})
    if not keys:
        return mails
    lock(tx, keys)
    known = set(tx.scalars(select(inbox_entry.c.source_key).where(inbox_entry.c.source_key.in_(keys))))
    fresh = []
    for mail in mails:
        key = as_key(mail.source_key) if mail.source_key else None
        if key not in known:
            fresh.append(mail)
        if key:
            known.add(key)
    return fresh


def lock(tx: Connection, names: Collection[str]) -> None:
    """Wait until nobody else works on these names; held to the end of the transaction. SQLite has one writer anyway.

    Locks are taken in one order, so that two transactions with common names cannot wait for each other.
    """
    if tx.dialect.name == "postgresql" and names:
        tx.execute(_LOCK, {"keys": sorted({_lock_number(name) for name in names})})


def _lock_number(name: str) -> int:
    digest = hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
