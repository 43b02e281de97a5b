"""The life of a ticket: promises of service levels, timers, when it was settled, what was asked for.

Expands only: version 0006 goes on writing rows without the new columns.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def of_ticket() -> sa.Column[int]:
    return sa.Column("ticket_id", NUMBER, sa.ForeignKey("ticket.id"), nullable=False)


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def at(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def upgrade() -> None:
    op.add_column("ticket", at("settled_at", optional=True))
    op.add_column("ticket", sa.Column("asked", sa.Text(), nullable=False, server_default="[]"))
    op.execute(sa.text("UPDATE ticket SET settled_at = changed_at WHERE status IN ('solved', 'closed')"))
    promises()
    timers()


def promises() -> None:
    op.create_table(
        "promise",
        *(of_ticket(), key("aim"), key("state")),
        *(at("started_at"), at("due_at"), at("work")),
        sa.Column("always", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
        *(at("left", optional=True), at("met_at", optional=True), at("missed_at", optional=True)),
        sa.Column("step", sa.Integer(), nullable=False, server_default=sa.text("0")),
        at("next_at", optional=True),
        sa.PrimaryKeyConstraint("ticket_id", "aim"),
        comment="A due time that a ticket got from a service level",
        sqlite_with_rowid=False,
    )
    there = sa.text("next_at IS NOT NULL")
    op.create_index("ix_promise_next_at", "promise", ["next_at"], sqlite_where=there, postgresql_where=there)


def timers() -> None:
    op.create_table(
        "timer",
        *(of_ticket(), key("kind"), at("due_at")),
        sa.PrimaryKeyConstraint("ticket_id", "kind"),
        comment="What the clock shall do with a ticket, and when",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_timer_due_at", "timer", ["due_at"])
