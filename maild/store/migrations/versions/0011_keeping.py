"""Access log, legal holds, erasures.

Expands only: version 0010 knows nothing of holds and writes no access log, so erase when every node runs this version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def numbered() -> sa.Column[int]:
    return sa.Column("id", NUMBER, sa.Identity(start=1), primary_key=True)


def at() -> sa.Column[int]:
    return sa.Column("at", sa.BigInteger(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "access",
        numbered(),
        at(),
        words("actor"),
        sa.Column("ticket_id", NUMBER, nullable=True),
        words("what"),
        words("detail"),
        comment="Every reading, export and erasure by a person: who, which ticket, what",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_actor", "access", ["actor"])
    op.create_index("ix_access_ticket_id", "access", ["ticket_id"])
    op.create_table(
        "hold",
        sa.Column("ticket_id", NUMBER, sa.ForeignKey("ticket.id"), primary_key=True),
        at(),
        words("actor"),
        words("why"),
        comment="Tickets that the law wants kept: nothing erases them",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erasure",
        numbered(),
        at(),
        *map(words, ("actor", "kind", "subject", "why")),
        sa.Column("record", sa.Text(), nullable=False),
        *map(words, ("certificate", "previous", "digest")),
        sa.UniqueConstraint("previous"),
        comment="What was erased: a chain of hashes, without a word of what it was; `record` is what a restore needs",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "erased_mail",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("at_erasure", NUMBER, nullable=False),
        comment="The SHA-256 of mails whose bytes were erased: should they come again, they are erased again",
        sqlite_with_rowid=False,
    )
