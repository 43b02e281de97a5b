"""Requests with legal weight.

Expands only: version 0009 knows nothing of the table. It would merge tickets and restore backups without a look at it,
so workflows are for the time when every node runs this version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = "state IN ('collecting', 'confirming', 'seconding', 'cooling', 'ready', 'executing', 'disarmed')"


def words(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def at(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def upgrade() -> None:
    op.create_table(
        "workflow_run",
        sa.Column("id", NUMBER, sa.Identity(start=1), primary_key=True),
        sa.Column("ticket_id", NUMBER, sa.ForeignKey("ticket.id"), nullable=False),
        words("workflow"),
        sa.Column("state", sa.Text(), nullable=False),
        *(words("definition"), words("asked_by"), words("organisation")),
        *(at("created_at"), at("seen_at"), words("objects", "[]"), words("digest")),
        *(at(name, optional=True) for name in ("asked_at", "ready_at", "due_at", "next_at")),
        *map(words, ("confirmed_by", "seconded_by", "ended_by", "why")),
        comment="A request with legal weight, and where it stands",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_workflow_run_ticket_id", "workflow_run", ["ticket_id"])
    live, due = sa.text(LIVE), sa.text("next_at IS NOT NULL")
    op.create_index(
        "ix_workflow_run_live", "workflow_run", ["ticket_id"], unique=True, sqlite_where=live, postgresql_where=live
    )
    op.create_index("ix_workflow_run_next_at", "workflow_run", ["next_at"], sqlite_where=due, postgresql_where=due)
