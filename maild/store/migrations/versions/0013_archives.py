"""Archives: which tickets lie in files, whose addresses stand in them, and who keeps theirs at hand.

Expands only: version 0012 archives nothing, and erases what is archived without its file; so erase when every node runs
this version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def at(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def only(name: str, condition: str, column: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, "archived", [column], unique=unique, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.create_table(
        "archived",
        sa.Column("id", NUMBER, sa.Identity(start=1), primary_key=True),
        sa.Column("ticket_id", NUMBER, sa.ForeignKey("ticket.id"), nullable=False),
        at("at"),
        *map(words, ("actor", "place")),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("after_erasure", NUMBER, nullable=False),
        *(at(name, optional=True) for name in ("returned_at", "doomed_at", "gone_at")),
        comment="A ticket whose words lie in a file; `place` is relative to the folder of archives, `doomed_at` from"
        " when on the file must go, `gone_at` when it went",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_archived_ticket_id", "archived", ["ticket_id"])
    only("ix_archived_live", "returned_at IS NULL AND doomed_at IS NULL", "ticket_id", unique=True)
    only("ix_archived_doomed", "doomed_at IS NOT NULL AND gone_at IS NULL", "id")
    op.create_table(
        "archived_mark",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("archived_id", NUMBER, sa.ForeignKey("archived.id"), nullable=False),
        sa.PrimaryKeyConstraint("mark", "archived_id"),
        comment="Addresses that stand in an archive, by their hashes: an erasure finds it",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_archived_mark_archived_id", "archived_mark", ["archived_id"])
    op.create_table(
        "kept_at_hand",
        sa.Column("organisation", sa.Text(), primary_key=True),
        at("at"),
        *map(words, ("actor", "why")),
        comment="Organisations that asked to have their tickets at hand: none of them is archived",
        sqlite_with_rowid=False,
    )
