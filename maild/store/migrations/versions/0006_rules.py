"""Rules: types and modules of tickets, when somebody last wrote, what rules saw, what they came to.

Expands only: version 0005 goes on writing rows without the new columns.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def at(*, optional: bool = False, name: str = "at") -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def upgrade() -> None:
    for column in (words("type"), words("module"), at(optional=True, name="written_at")):
        op.add_column("ticket", column)
    op.execute(sa.text("UPDATE ticket SET written_at = changed_at"))
    op.add_column("decision", words("ruled"))
    hits()
    asked()


def hits() -> None:
    op.create_table(
        "rule_hit",
        sa.Column("id", NUMBER, sa.Identity(start=1), primary_key=True),
        *(key("rule"), key("trigger"), at()),
        sa.Column("shadow", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("ticket_id", NUMBER, sa.ForeignKey("ticket.id")),
        sa.Column("entry_id", NUMBER, sa.ForeignKey("inbox_entry.id")),
        comment="A rule that matched: on what occasion, and whether it was a shadow",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rule_hit_ticket_id", "rule_hit", ["ticket_id"])
    op.create_index("ix_rule_hit_rule_at", "rule_hit", ["rule", "at"])


def asked() -> None:
    op.create_table(
        "rule_asked",
        sa.Column("ticket_id", NUMBER, sa.ForeignKey("ticket.id"), nullable=False),
        *(key("rule"), key("policy"), at()),
        sa.PrimaryKeyConstraint("ticket_id", "rule"),
        comment="When a rule that waits for time to pass was last asked about a ticket, and under which policy",
        sqlite_with_rowid=False,
    )
