"""People and trust: the whole register, its audit trail, links, proposals; what proves a sender.

Expands only: version 0003 goes on writing rows without the new columns.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def big(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false"))


def upgrade() -> None:
    people()
    proposals()
    proof()


def people() -> None:
    added: dict[str, tuple[sa.Column[Any], ...]] = {
        "organisation": (
            sa.Column("seats", sa.Integer()),
            *(words("package"), words("account_manager"), words("systems", "[]"), words("escalation", "[]")),
        ),
        "contact": (flag("is_primary"), flag("follows"), words("duties", "[]"), big("until", optional=True)),
        "staff": (words("desks", "[]"), words("teams", "[]")),
    }
    for table, columns in added.items():
        for column in (*columns, words("source")):
            op.add_column(table, column)
    _from_file()
    op.create_table(
        "team",
        *(key("name"), words("address"), words("title"), words("source")),
        sa.PrimaryKeyConstraint("name"),
        comment="Staff who are written to together",
    )


def _from_file() -> None:
    """Whoever is known so far came from directory.yaml: it goes on to rule over them."""
    op.execute("UPDATE organisation SET source = 'file'")
    op.execute("UPDATE contact SET source = 'file' WHERE register IN ('registered', 'authorised', 'inactive')")
    op.execute("UPDATE staff SET source = 'file' WHERE active")


def proposals() -> None:
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, sa.Identity(start=1), primary_key=True),
        *(big("at"), words("actor"), words("kind"), words("subject"), words("what"), words("why")),
        sa.Column("entry_id", NUMBER, sa.ForeignKey("inbox_entry.id")),
        comment="Every change of the register, and of what may be done: who, what, why",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_kind_subject", "audit", ["kind", "subject"])
    op.create_table(
        "invitation",
        *(key("digest"), key("purpose"), words("address"), words("desk"), words("about")),
        *(big("created_at"), big("expires_at"), big("used_at", optional=True)),
        sa.PrimaryKeyConstraint("digest"),
        comment="A link that was sent to an address, by the hash of its secret; used once, and not for ever",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_invitation_address_created_at", "invitation", ["address", "created_at"])
    op.create_table(
        "proposal",
        sa.Column("id", NUMBER, sa.Identity(start=1), primary_key=True),
        sa.Column("ticket_id", NUMBER, sa.ForeignKey("ticket.id"), nullable=False),
        *(key("kind"), key("state"), words("organisation"), words("address"), words("name"), words("asked_by")),
        *(big("created_at"), big("due_at", optional=True), words("decided_by")),
        comment="What was asked for by mail and waits for a person",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_proposal_ticket_id", "proposal", ["ticket_id"])
    waiting = sa.text("state IN ('held', 'open', 'invited')")
    op.create_index("ix_proposal_open", "proposal", ["id"], sqlite_where=waiting, postgresql_where=waiting)


def proof() -> None:
    for table, columns in (
        ("inbox_entry", (words("border"), big("prove_at", optional=True))),
        ("article", (words("proof", "none"), words("proof_text"))),
        ("participant", (big("since", optional=True), flag("waits"), flag("has_left"))),
    ):
        for column in columns:
            op.add_column(table, column)
    op.create_index(
        "ix_inbox_entry_prove_at",
        "inbox_entry",
        ["prove_at"],
        sqlite_where=sa.text("prove_at IS NOT NULL"),
        postgresql_where=sa.text("prove_at IS NOT NULL"),
    )
    op.create_table(
        "signature_seen",
        key("digest"),
        sa.Column("entry_id", NUMBER, sa.ForeignKey("inbox_entry.id"), nullable=False),
        *(words("content"), big("at")),
        sa.PrimaryKeyConstraint("digest"),
        comment="Mail that a DKIM signature vouched for first, by its fingerprint, and the content key of that mail",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_signature_seen_at", "signature_seen", ["at"])
