"""How far each IMAP folder has been read. The cursor moves after the mail is stored (law 1)."""

from __future__ import annotations

from sqlalchemy import Connection, select

from maild.store.bulk import insert_rows
from maild.store.schema import imap_cursor


def get(tx: Connection, account: str, folder: str) -> tuple[int, int] | None:
    """(UIDVALIDITY, highest UID that is stored), or None for a folder that was never read."""
    one = (imap_cursor.c.account == account, imap_cursor.c.folder == folder)
    row = tx.execute(select(imap_cursor.c.uidvalidity, imap_cursor.c.uid).where(*one)).first()
    return None if row is None else (row.uidvalidity, row.uid)


def put(tx: Connection, account: str, folder: str, uidvalidity: int, uid: int) -> None:
    """Remember how far a folder has been read."""
    row = {"account": account, "folder": folder, "uidvalidity": uidvalidity, "uid": uid}
    moved = "(account, folder) DO UPDATE SET uidvalidity = excluded.uidvalidity, uid = excluded.uid"
    insert_rows(tx, imap_cursor, [row], moved)
