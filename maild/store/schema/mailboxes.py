"""Tables of mailboxes: how far each folder has been read, every mail in it, and how the reading goes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, text

from maild.model import Fate
from maild.store.schema.base import count, flag, instant, keyed_table, partial, words
from maild.store.schema.types import BigId, Key, Word


def _uid(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=None if key else text("0"))


imap_cursor = keyed_table(
    "imap_cursor",
    "How far a mailbox has been read",
    Column("account", Key, nullable=False),
    Column("folder", Key, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    _uid("first_uid"),
    instant("began_at", optional=True),
    _uid("rescan_upto"),
    _uid("import_upto"),
    PrimaryKeyConstraint("account", "folder"),
)

imap_mail = keyed_table(
    "imap_mail",
    "The ledger: every mail of a folder beyond the first look, and what became of it",
    Column("account", Key, nullable=False),
    Column("folder", Key, nullable=False),
    _uid("uidvalidity", key=True),
    _uid("uid", key=True),
    Column("fate", Word(Fate), nullable=False),
    Column("entry_id", BigId),
    words("sha256"),
    count("tries"),
    instant("due_at", optional=True),
    flag("to_finish"),
    PrimaryKeyConstraint("account", "folder", "uidvalidity", "uid"),
)
partial("ix_imap_mail_missed", imap_mail.c.due_at.is_not(None), imap_mail.c.account, imap_mail.c.folder)
partial("ix_imap_mail_to_finish", "to_finish", imap_mail.c.account, imap_mail.c.folder)
partial("ix_imap_mail_bytes", "sha256 <> ''", imap_mail.c.account, imap_mail.c.sha256)

mailbox_state = keyed_table(
    "mailbox_state",
    "How the reading of each folder goes, and the last count of its mails",
    Column("account", Key, nullable=False),
    Column("folder", Key, nullable=False),
    words("node"),
    instant("looked_at", optional=True),
    words("error"),
    instant("error_at", optional=True),
    words("warning"),
    instant("counted_at", optional=True),
    words("tally"),
    PrimaryKeyConstraint("account", "folder"),
)
