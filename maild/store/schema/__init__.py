"""Every table of maild, in both databases. `metadata` holds them all; `REVISIONS` names the migrations in order.

The migrations make the same schema step by step; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy import event as happening

from maild.store.schema.announcements import announced, announcement
from maild.store.schema.base import metadata
from maild.store.schema.house import backup_run, blocked, lease, node, policy, setting
from maild.store.schema.keeping import (
    ARCHIVED,
    DOOMED,
    access,
    archived,
    archived_mark,
    erased_mail,
    erasure,
    hold,
    kept_at_hand,
)
from maild.store.schema.mail import (
    AUTOMATIC,
    INBOX_OPEN,
    NOT_SENT,
    OUTBOX_OPEN,
    PARKED,
    QUARANTINED,
    breaker,
    content_key,
    decision,
    delivery,
    inbox_entry,
    outbox_entry,
    raw_mail,
    raw_piece,
    signature_seen,
)
from maild.store.schema.mailboxes import imap_cursor, imap_mail, mailbox_state
from maild.store.schema.people import (
    PROPOSAL_OPEN,
    audit,
    contact,
    invitation,
    organisation,
    proposal,
    staff,
    team,
)
from maild.store.schema.promises import promise, timer
from maild.store.schema.rules import rule_asked, rule_hit
from maild.store.schema.runs import RUN_LIVE, workflow_run
from maild.store.schema.tickets import (
    FIRST_TICKET,
    article,
    attachment,
    event,
    message_ref,
    participant,
    ticket,
    ticket_alias,
)

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013")

__all__ = [
    "ARCHIVED",
    "AUTOMATIC",
    "DOOMED",
    "FIRST_TICKET",
    "INBOX_OPEN",
    "NOT_SENT",
    "OUTBOX_OPEN",
    "PARKED",
    "PROPOSAL_OPEN",
    "QUARANTINED",
    "REVISIONS",
    "RUN_LIVE",
    "access",
    "announced",
    "announcement",
    "archived",
    "archived_mark",
    "article",
    "attachment",
    "audit",
    "backup_run",
    "blocked",
    "breaker",
    "contact",
    "content_key",
    "decision",
    "delivery",
    "erased_mail",
    "erasure",
    "event",
    "hold",
    "imap_cursor",
    "imap_mail",
    "inbox_entry",
    "invitation",
    "kept_at_hand",
    "lease",
    "mailbox_state",
    "message_ref",
    "metadata",
    "node",
    "organisation",
    "outbox_entry",
    "participant",
    "policy",
    "promise",
    "proposal",
    "raw_mail",
    "raw_piece",
    "rule_asked",
    "rule_hit",
    "setting",
    "signature_seen",
    "staff",
    "team",
    "ticket",
    "ticket_alias",
    "timer",
    "workflow_run",
]


@happening.listens_for(metadata, "after_create")
def _first_number(_target: object, tx: Connection, **_more: object) -> None:
    """SQLite has no start for a table's numbers; PostgreSQL has it in the column."""
    if tx.dialect.name == "sqlite":
        tx.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('ticket', :last)"), {"last": FIRST_TICKET - 1})
