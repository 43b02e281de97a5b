"""The first schema. Frozen: it says what 0001 was, whatever `maild.store.schema` says today.

Plain column types only; a later version's types may mean something else.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FIRST_TICKET = 1001
Parts = list[Any]


def upgrade() -> None:
    house()
    people()
    mail()
    tickets()
    for name, table, columns, condition in INDEXES:
        where = sa.text(condition) if condition else None
        unique = name.startswith("uq_")
        op.create_index(name, table, columns.split(), unique=unique, sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "postgresql":
        # Mail is mostly base64: trying to compress it costs more than the rest of the insert (0.8 ms a mail, then 0.5).
        op.execute("ALTER TABLE raw_piece ALTER COLUMN data SET STORAGE EXTERNAL")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('ticket', {FIRST_TICKET - 1})")  # noqa: S608


def house() -> None:
    table("policy", "Every version of the operator's policy, by its hash (law 13)")(
        key("hash"), must("body"), big("created_at")
    )
    keyed("setting", "Single values; `policy` is the hash of the current version")(key("key"), words("value"))
    table("node", "One run of a node; it was up from started_at to stopped_at, or as far as seen_at tells")(
        number(), words("name"), big("started_at", "seen_at"), big("stopped_at", optional=True)
    )
    keyed("imap_cursor", "How far a mailbox has been read")(
        must("account", "folder"), big("uidvalidity", "uid"), [sa.PrimaryKeyConstraint("account", "folder")]
    )


def people() -> None:
    table("organisation", "A customer, as the directory names it")(key("key"), words("name"), must("domains"))
    table("contact", "A person known by address")(
        number(),
        must("address"),
        words("name"),
        must("register"),
        [sa.Column("organisation", sa.Text(), sa.ForeignKey("organisation.key"))],
        words("language", "person"),
        big("created_at"),
        [sa.UniqueConstraint("address")],
    )
    table("staff", "Somebody who works here")(key("name"), words("address", "title"), flags("active"))
    table("ticket", "A case; its number is prefix-id")(
        number(FIRST_TICKET),
        words("prefix", "desk", "title"),
        must("status"),
        [sa.Column("priority", sa.Integer(), nullable=False)],
        words("category", "assignee"),
        flags("unverified"),
        big("created_at", "changed_at"),
        big("remind_at", optional=True),
        must("tags", "fields"),
    )


def mail() -> None:
    table("raw_mail", "Mail as it arrived, once for all its recipients")(number(), big("size"), digest("sha256", 64))
    table("raw_piece", "Its bytes in pieces of at most 256 KiB, so that no reader needs all of it at once")(
        refers("raw_id", "raw_mail.id", key=True),
        [sa.Column("seq", BIG_ID, primary_key=True, autoincrement=False)],
        blob("data"),
    )
    table("inbox_entry", "A mail we promised to handle, for one of its recipients")(
        number(),
        refers("raw_id", "raw_mail.id"),
        big("size"),
        must("source"),
        maybe("mail_from"),
        words("recipient"),
        big("received_at"),
        words("peer"),
        maybe("source_key"),
        words("message_id", "parent_id"),
        must("state"),
        words("owner"),
        big("due_at", optional=True),
        count("attempts"),
        flags("alone"),
        maybe("disposition"),
        words("reasons", default="[]"),
        loose("ticket_id", "duplicate_of"),
        words("cause", "detail"),
    )
    keyed(
        "content_key", "Content a desk has had already (law 5); `opened` is the ticket it opened, `until` when it ends"
    )(
        must("key"),
        words("desk"),
        refers("entry_id", "inbox_entry.id"),
        loose("opened"),
        big("until", optional=True),
        [sa.PrimaryKeyConstraint("key", "desk")],
    )
    table("decision", "What was decided, from which facts, by which policy (law 14)")(
        number(),
        refers("entry_id", "inbox_entry.id", optional=True),
        loose("ticket_id"),
        big("at"),
        words("policy"),
        must("facts", "plan"),
    )
    table("outbox_entry", "A finished mail of ours, or the reason why one was not sent")(
        number(),
        refers("ticket_id", "ticket.id", optional=True),
        must("event", "kind"),
        words("recipient", "message_id", "mail_from"),
        blob("raw"),
        flags("by_person"),
        must("state"),
        words("owner"),
        big("created_at"),
        big("due_at", optional=True),
        count("attempts"),
        flags("ambiguous"),
        words("reasons", default="[]"),
        [sa.UniqueConstraint("ticket_id", "event", "recipient")],
    )
    table("delivery", "One attempt to hand an outbox entry over")(
        number(), refers("outbox_id", "outbox_entry.id"), big("at"), must("result"), words("answer")
    )


def tickets() -> None:
    table("article", "One contribution to a ticket")(
        number(),
        refers("ticket_id", "ticket.id"),
        must("kind"),
        big("at"),
        words("author_name", "author", "subject", "text", "visible_text", "message_id"),
        flags("review", "unverified", "automatic"),
        refers("entry_id", "inbox_entry.id", optional=True),
    )
    table("attachment", "A part of an article's mail; its bytes stay in the raw mail")(
        number(),
        refers("article_id", "article.id"),
        words("filename", "content_type"),
        big("size"),
        digest("md5", 32),
        digest("sha256", 64),
        words("part", "content_id"),
        flags("inline"),
    )
    keyed("participant", "A contact on a ticket")(
        refers("ticket_id", "ticket.id", key=True), refers("contact_id", "contact.id", key=True), must("role")
    )
    table("event", "What happened to a ticket, and why")(
        number(),
        refers("ticket_id", "ticket.id"),
        big("at"),
        words("actor", "kind", "text"),
        refers("entry_id", "inbox_entry.id", optional=True),
    )
    for name, comment, first in (
        ("message_ref", "A Message-ID that leads to a ticket (law 6: also of mails never seen)", "message_id"),
        ("ticket_alias", "Another number of a ticket: of one merged into it, or of a foreign system", "number"),
    ):
        keyed(name, comment)(
            must(first), refers("ticket_id", "ticket.id"), [sa.PrimaryKeyConstraint(first, "ticket_id")]
        )


INDEXES = (
    ("ix_node_seen_at", "node", "seen_at", ""),
    ("ix_ticket_remind_at", "ticket", "remind_at", "remind_at IS NOT NULL"),
    ("ix_ticket_status_changed_at", "ticket", "status changed_at", ""),
    ("ix_contact_organisation", "contact", "organisation", ""),
    ("ix_inbox_entry_open", "inbox_entry", "id", "due_at IS NOT NULL"),
    ("ix_inbox_entry_open_message_id", "inbox_entry", "message_id", "due_at IS NOT NULL"),
    ("ix_inbox_entry_quarantined", "inbox_entry", "id", "state = 'quarantined'"),
    ("ix_inbox_entry_raw_id", "inbox_entry", "raw_id", ""),
    ("uq_inbox_entry_source_key_recipient", "inbox_entry", "source_key recipient", "source_key IS NOT NULL"),
    ("ix_message_ref_ticket_id", "message_ref", "ticket_id", ""),
    ("ix_outbox_entry_message_id", "outbox_entry", "message_id", ""),
    ("ix_outbox_entry_not_sent", "outbox_entry", "id", "state IN ('failed', 'unknown')"),
    ("ix_outbox_entry_open", "outbox_entry", "id", "due_at IS NOT NULL"),
    ("ix_outbox_entry_recipient_created_at", "outbox_entry", "recipient created_at", ""),
    ("ix_ticket_alias_ticket_id", "ticket_alias", "ticket_id", ""),
    ("ix_article_entry_id", "article", "entry_id", ""),
    ("ix_article_ticket_id", "article", "ticket_id", ""),
    ("ix_content_key_entry_id", "content_key", "entry_id", ""),
    ("ix_decision_entry_id", "decision", "entry_id", ""),
    ("ix_decision_ticket_id", "decision", "ticket_id", ""),
    ("ix_delivery_outbox_id", "delivery", "outbox_id", ""),
    ("ix_event_ticket_id", "event", "ticket_id", ""),
    ("ix_participant_contact_id", "participant", "contact_id", ""),
    ("ix_attachment_article_id", "attachment", "article_id", ""),
)


def table(name: str, comment: str, **options: Any) -> Any:
    def create(*parts: Parts) -> None:
        columns = [part for group in parts for part in group]
        numbered = {"sqlite_autoincrement": True} if columns[0].name == "id" else {}
        op.create_table(name, *columns, comment=comment, **options, **numbered)

    return create


def keyed(name: str, comment: str) -> Any:
    return table(name, comment, sqlite_with_rowid=False)


def number(start: int = 1) -> Parts:
    return [sa.Column("id", BIG_ID, sa.Identity(start=start), primary_key=True)]


def refers(name: str, target: str, *, optional: bool = False, key: bool = False) -> Parts:
    return [sa.Column(name, BIG_ID, sa.ForeignKey(target), nullable=optional, primary_key=key)]


def loose(*names: str) -> Parts:
    return [sa.Column(name, BIG_ID) for name in names]


def key(name: str) -> Parts:
    return [sa.Column(name, sa.Text(), primary_key=True)]


def must(*names: str) -> Parts:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def maybe(*names: str) -> Parts:
    return [sa.Column(name, sa.Text()) for name in names]


def words(*names: str, default: str = "") -> Parts:
    return [sa.Column(name, sa.Text(), nullable=False, server_default=default) for name in names]


def big(*names: str, optional: bool = False) -> Parts:
    return [sa.Column(name, sa.BigInteger(), nullable=optional) for name in names]


def flags(*names: str) -> Parts:
    return [sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false")) for name in names]


def count(name: str) -> Parts:
    return [sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0"))]


def blob(name: str) -> Parts:
    return [sa.Column(name, sa.LargeBinary(), nullable=False)]


def digest(name: str, length: int) -> Parts:
    return [sa.Column(name, sa.String(length), nullable=False)]
