"""Announcements: what desks tell their customers of maintenance and releases, and whom they have told it.

Expands only: version 0007 knows nothing of the new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def at(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def upgrade() -> None:
    announcements()
    told()


def announcements() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", NUMBER, sa.Identity(start=1), primary_key=True),
        words("desk"),
        sa.Column("news", sa.Text(), nullable=False),
        words("subject"),
        *(at("begins_at"), at("ends_at", optional=True)),
        sa.Column("texts", sa.Text(), nullable=False, server_default="[]"),
        *(words("override"), words("actor")),
        *(at("created_at"), at("due_at", optional=True)),
        sa.UniqueConstraint("desk", "news", "subject", "begins_at"),
        comment="Maintenance or a release that a desk announces",
        sqlite_autoincrement=True,
    )
    there = sa.text("due_at IS NOT NULL")
    op.create_index("ix_announcement_due_at", "announcement", ["due_at"], sqlite_where=there, postgresql_where=there)


def told() -> None:
    op.create_table(
        "announced",
        sa.Column("announcement_id", NUMBER, sa.ForeignKey("announcement.id"), primary_key=True, nullable=False),
        sa.Column("address", sa.Text(), primary_key=True, nullable=False),
        at("at"),
        comment="Who was told of an announcement",
        sqlite_with_rowid=False,
    )
