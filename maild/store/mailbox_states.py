"""How the reading of mailboxes goes: the last look, the last error in the server's words, the last count of mails."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, select

from maild.model import Fate, MailboxState, Tally
from maild.store.bulk import insert_rows
from maild.store.ledger import FolderId, position
from maild.store.rows import AnyRow
from maild.store.schema import imap_mail, inbox_entry, mailbox_state
from maild.store.states import InboxState

_state, _mail = mailbox_state.c, imap_mail.c
_TOLD = ", ".join(f"{name} = excluded.{name}" for name in ("node", "looked_at", "error", "error_at", "warning"))
_WAITS = frozenset({InboxState.WAITING, InboxState.CLAIMED})


def tell(tx: Connection, state: MailboxState) -> None:
    """Keep how a folder does; its last count stays."""
    row = {name: value for name, value in asdict(state).items() if name not in ("counted_at", "tally")}
    insert_rows(tx, mailbox_state, [row], f"(account, folder) DO UPDATE SET {_TOLD}")


def keep_tally(tx: Connection, of: FolderId, tally: Tally, now: datetime) -> None:
    """Keep a count of the folder's mails."""
    row = {"account": of.account, "folder": of.folder, "tally": json.dumps(asdict(tally)), "counted_at": now}
    counted = "tally = excluded.tally, counted_at = excluded.counted_at"
    insert_rows(tx, mailbox_state, [row], f"(account, folder) DO UPDATE SET {counted}")


def list_states(tx: Connection) -> tuple[MailboxState, ...]:
    """All folders that were ever read, by account and folder."""
    return tuple(_shown(row) for row in tx.execute(select(mailbox_state).order_by(_state.account, _state.folder)))


def forget_others(tx: Connection, configured: Collection[FolderId]) -> None:
    """Folders that are no longer in maild.yaml are nobody's worry."""
    named = {(one.account, one.folder) for one in configured}
    for state in list_states(tx):
        if (state.account, state.folder) not in named:
            tx.execute(delete(mailbox_state).where(_state.account == state.account, _state.folder == state.folder))


def _shown(row: AnyRow) -> MailboxState:
    told = row._asdict()
    return MailboxState(**told | {"tally": Tally(**json.loads(row.tally)) if row.tally else None})


def count(tx: Connection, of: FolderId, uidvalidity: int, uids: Sequence[int]) -> Tally:
    """The UIDs on the server held against the ledger."""
    here = position(tx, of)
    if here is None or here.uidvalidity != uidvalidity:
        return Tally(len(uids), to_read=len(uids))
    fates = _fates(tx, of, uidvalidity)
    found = [_found(uid, fates.get(uid), here.first_uid, here.uid) for uid in uids]
    return Tally(len(uids), **{word: found.count(word) for word in set(found)})


def _fates(tx: Connection, of: FolderId, uidvalidity: int) -> dict[int, str]:
    """What became of each mail in the ledger, in the words of `Tally`."""
    rows = (
        select(_mail.uid, _mail.fate, inbox_entry.c.state)
        .join(inbox_entry, inbox_entry.c.id == _mail.entry_id, isouter=True)
        .where(_mail.account == of.account, _mail.folder == of.folder, _mail.uidvalidity == uidvalidity)
    )
    return {row.uid: _word(row.fate, row.state) for row in tx.execute(rows)}


def _word(fate: Fate, state: InboxState | None) -> str:
    if fate in (Fate.BEFORE, Fate.MISSED):
        return fate.value
    if state is None:
        return "unexplained"
    return "waiting" if state in _WAITS else "quarantined" if state is InboxState.QUARANTINED else "processed"


def _found(uid: int, word: str | None, first: int, read: int) -> str:
    if word is not None:
        return word
    return "before" if uid <= first else "to_read" if uid > read else "unexplained"
