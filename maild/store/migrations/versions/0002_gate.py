"""Budgets and breakers of automatic mail (law 9): what is counted of each mail, and what stops more of them.

Expands only: version 0001 goes on writing rows without the new columns; they count for their address, not in totals.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for name in ("domain", "likeness"):
        op.add_column("outbox_entry", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "outbox_entry", sa.Column("unverified", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.create_index("ix_outbox_entry_totals", "outbox_entry", ["created_at", "domain", "unverified"])
    op.create_table(
        "breaker",
        sa.Column("scope", sa.Text(), primary_key=True),
        sa.Column("stand", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("trips", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("passed", sa.Integer(), nullable=False, server_default=sa.text("0")),
        comment="What stops automatic mail to somebody, or to a whole crowd, for a while (law 9)",
        sqlite_with_rowid=False,
    )
