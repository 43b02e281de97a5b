"""Sources that run for years: the ledger of mailboxes, leases, parked mail, spam, backups.

Expands only: version 0002 goes on writing rows without the new columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def big(name: str, default: str | None = None, *, optional: bool = False) -> sa.Column[int]:
    shown = None if default is None else sa.text(default)
    return sa.Column(name, sa.BigInteger(), nullable=optional, server_default=shown)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false"))


def keyed(name: str, comment: str, keys: Sequence[str], *columns: sa.Column[Any]) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*keys), comment=comment, sqlite_with_rowid=False)


def partial(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def upgrade() -> None:
    mail()
    mailboxes()
    house()


def mail() -> None:
    for column in (big("kept_at", optional=True), words("answers", "sent"), words("login"), flag("cleared")):
        op.add_column("inbox_entry", column)
    partial("ix_outbox_entry_parked", "outbox_entry", ["id"], "state = 'parked'")


def mailboxes() -> None:
    began = big("began_at", optional=True)
    for column in (big("first_uid", "0"), began, big("rescan_upto", "0"), big("import_upto", "0")):
        op.add_column("imap_cursor", column)
    keyed(
        "imap_mail",
        "The ledger: every mail of a folder beyond the first look, and what became of it",
        ("account", "folder", "uidvalidity", "uid"),
        *(key("account"), key("folder"), big("uidvalidity"), big("uid"), key("fate")),
        *(sa.Column("entry_id", NUMBER), words("sha256")),
        sa.Column("tries", sa.Integer(), nullable=False, server_default=sa.text("0")),
        *(big("due_at", optional=True), flag("to_finish")),
    )
    partial("ix_imap_mail_missed", "imap_mail", ["account", "folder"], "due_at IS NOT NULL")
    partial("ix_imap_mail_to_finish", "imap_mail", ["account", "folder"], "to_finish")
    partial("ix_imap_mail_bytes", "imap_mail", ["account", "sha256"], "sha256 <> ''")
    keyed(
        "mailbox_state",
        "How the reading of each folder goes, and the last count of its mails",
        ("account", "folder"),
        *(key("account"), key("folder"), words("node"), big("looked_at", optional=True), words("error")),
        *(big("error_at", optional=True), words("warning"), big("counted_at", optional=True), words("tally")),
    )


def house() -> None:
    keyed(
        "lease",
        "What only one node may do at a time, and who does; `beats` counts on while the owner is alive",
        ("name",),
        *(key("name"), words("owner"), big("beats")),
    )
    op.create_table(
        "backup_run",
        sa.Column("id", NUMBER, sa.Identity(start=1), primary_key=True),
        *(words("series"), words("place"), big("at"), big("size", "0"), words("sha256")),
        *(big("newest", optional=True), words("problem")),
        comment="A backup that was made, or why it was not; `newest` is the newest mail in it",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_backup_run_at", "backup_run", ["at"])
    keyed(
        "blocked",
        "Addresses and domains whose mail is spam because a person said so",
        ("sender",),
        *(key("sender"), big("at"), words("actor"), words("why")),
    )
