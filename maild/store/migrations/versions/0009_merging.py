"""Merging: which ticket goes on as another one.

SQLite cannot add a reference to a table that is there, so it is a number only. Expands only: version 0008 goes on
writing rows without the new column. It would add to a ticket that was merged, so merging is for the time when every
node runs this version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("merged_into", NUMBER, nullable=True))
    there = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_ticket_merged_into", "ticket", ["merged_into"], sqlite_where=there, postgresql_where=there)
