"""The outbox has two ways out: mail, and calls of webhooks.

Expands only: version 0004 goes on writing rows without the new column. It would take a call for a mail, so webhooks
are for the time when every node runs this version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
COMMENT = "What goes out, by mail or to a webhook, or the reason why it was not sent"
OPEN = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("outbox_entry", sa.Column("channel", sa.Text(), nullable=False, server_default="mail"))
    if op.get_bind().dialect.name == "postgresql":  # SQLite knows no comments
        op.create_table_comment("outbox_entry", COMMENT)
    op.drop_index("ix_outbox_entry_open", "outbox_entry")
    columns = ["id", "channel"]
    op.create_index("ix_outbox_entry_open", "outbox_entry", columns, sqlite_where=OPEN, postgresql_where=OPEN)
