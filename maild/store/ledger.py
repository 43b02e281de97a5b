"""The ledger of mailboxes: every mail beyond the first look, what became of it, and how far each folder has been read.

Laws: mail, ledger and position go in with one transaction (law 1). A UID is in the ledger once. Bytes that a folder of
the account brought before are not kept again: a mailbox that is read anew costs a row for each mail, not its bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from maild.model import EntryId, Fate, Missed, Page, Position, ReceivedMail
from maild.store import intake
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.rows import rows_among
from maild.store.schema import imap_cursor, imap_mail, inbox_entry
from maild.store.schema.types import as_key

_cursor, _mail = imap_cursor.c, imap_mail.c
_PLACE = ("uidvalidity", "uid", "first_uid", "began_at", "rescan_upto", "import_upto")
_MOVED = ", ".join(f"{name} = excluded.{name}" for name in _PLACE)
_CHANGED = ", ".join(
    f"{name} = excluded.{name}" for name in ("fate", "entry_id", "sha256", "tries", "due_at", "to_finish")
)
_ENTRIES = select(inbox_entry.c.source_key, inbox_entry.c.id).where(among(inbox_entry.c.source_key))


@dataclass(frozen=True, slots=True)
class FolderId:
    """A folder of an account, as `maild.yaml` names them."""

    account: str
    folder: str

    def key(self, uidvalidity: int, uid: int) -> str:
        """What makes one mail of the folder unique (`Envelope.source_key`)."""
        return f"imap:{self.account}:{self.folder}:{uidvalidity}:{uid}"


def position(tx: Connection, of: FolderId) -> Position | None:
    """How far the folder has been read; None before the first look."""
    row = tx.execute(select(imap_cursor).where(_cursor.account == of.account, _cursor.folder == of.folder)).first()
    if row is None:
        return None
    return Position(row.uidvalidity, row.uid, row.first_uid, row.began_at, row.rescan_upto, row.import_upto)


def missed(tx: Connection, of: FolderId, uidvalidity: int) -> tuple[Missed, ...]:
    """Mails the server does not hand over, by UID."""
    rows = select(_mail.uid, _mail.tries, _mail.due_at).where(*_in(of, uidvalidity), _mail.due_at.is_not(None))
    return tuple(Missed(row.uid, row.tries, row.due_at) for row in tx.execute(rows.order_by(_mail.uid)))


def keep(tx: Connection, of: FolderId, page: Page, *, finishes: bool) -> None:
    """Keep a page: its mails in the inbox, their fates in the ledger, and the position. `finishes`: mails are flagged
    or moved afterwards.
    """
    hashes = {uid: hashlib.sha256(mail.raw).hexdigest() for uid, mail in page.mails.items()}
    known = _known(tx, of.account, page, hashes)
    fresh = {uid: mail for uid, mail in page.mails.items() if hashes[uid] not in known}
    intake.add(tx, tuple(fresh.values()))
    entries = _entries(tx, of, page.position.uidvalidity, fresh)
    rows = [*_taken(page.mails, hashes, known, entries), *_others(page)]
    wholly = {"account": of.account, "folder": of.folder, "uidvalidity": page.position.uidvalidity}
    finish = [{**wholly, **row, "to_finish": finishes and row["entry_id"] is not None} for row in rows]
    insert_rows(tx, imap_mail, finish, f"(account, folder, uidvalidity, uid) DO UPDATE SET {_CHANGED}")
    _move(tx, of, page.position)


def _known(tx: Connection, account: str, page: Page, hashes: Mapping[int, str]) -> dict[str, EntryId]:
    """Bytes that came before, with their entries. Asked only where a folder is read again: else they are a resend."""
    again = {hashes[uid] for uid in page.mails if uid <= page.position.rescan_upto}
    wanted = select(_mail.sha256, _mail.entry_id).where(
        _mail.account == account, _mail.sha256 != "", among(_mail.sha256), _mail.entry_id.is_not(None)
    )
    return {row.sha256: EntryId(row.entry_id) for row in rows_among(tx, wanted, again)}


def _entries(tx: Connection, of: FolderId, uidvalidity: int, fresh: Collection[int]) -> dict[int, EntryId]:
    keys = {as_key(of.key(uidvalidity, uid)): uid for uid in fresh}
    return {keys[row.source_key]: EntryId(row.id) for row in rows_among(tx, _ENTRIES, keys)}


def _taken(
    mails: Mapping[int, ReceivedMail],
    hashes: Mapping[int, str],
    known: Mapping[str, EntryId],
    entries: Mapping[int, EntryId],
) -> Iterator[dict[str, Any]]:
    for uid in mails:
        before = known.get(hashes[uid])
        fate = Fate.TAKEN if before is None else Fate.KNOWN
        yield _row(uid, fate, entry_id=entries[uid] if before is None else before, sha256=hashes[uid])


def _others(page: Page) -> Iterator[dict[str, Any]]:
    yield from (_row(uid, Fate.BEFORE) for uid in page.before)
    yield from (_row(uid, Fate.GONE) for uid in page.gone)
    yield from (_row(one.uid, Fate.MISSED, tries=one.tries, due_at=one.due) for one in page.missed)


def _row(uid: int, fate: Fate, **more: Any) -> dict[str, Any]:
    return {"uid": uid, "fate": fate, "entry_id": None, "sha256": "", "tries": 0, "due_at": None} | more


def _move(tx: Connection, of: FolderId, to: Position) -> None:
    row = {"account": of.account, "folder": of.folder, **{name: getattr(to, name) for name in _PLACE}}
    insert_rows(tx, imap_cursor, [row], f"(account, folder) DO UPDATE SET {_MOVED}")


def to_finish(tx: Connection, of: FolderId, uidvalidity: int, limit: int) -> tuple[int, ...]:
    """UIDs of kept mails that are not flagged or moved yet, the oldest first."""
    waiting = select(_mail.uid).where(*_in(of, uidvalidity), _mail.to_finish).order_by(_mail.uid).limit(limit)
    return tuple(tx.scalars(waiting))


def finished(tx: Connection, of: FolderId, uidvalidity: int, uids: Sequence[int]) -> None:
    """These are flagged or moved now, or no longer there."""
    done = update(imap_mail).where(*_in(of, uidvalidity), among(_mail.uid)).values(to_finish=False)
    tx.execute(done, {"values": list(uids)})


def _in(of: FolderId, uidvalidity: int) -> tuple[ColumnElement[bool], ...]:
    return _mail.account == of.account, _mail.folder == of.folder, _mail.uidvalidity == uidvalidity
