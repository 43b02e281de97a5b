"""Tables of tickets, with everything that hangs on them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String

from maild.model import ArticleKind, Proof, Role, Status
from maild.store.schema.base import (
    flag,
    instant,
    key,
    keyed_table,
    listed,
    numbered,
    partial,
    refers,
    size,
    table,
    words,
)
from maild.store.schema.types import BigId, Key, Listed, Word

FIRST_TICKET = 1001

ticket = table(
    "ticket",
    "A case; its number is prefix-id",
    numbered(FIRST_TICKET),
    words("prefix"),
    words("desk"),
    words("title"),
    Column("status", Word(Status), nullable=False),
    Column("priority", Integer, nullable=False),
    words("category"),
    words("assignee"),
    flag("unverified"),
    instant("created_at"),
    instant("changed_at"),
    instant("remind_at", optional=True),
    Column("tags", Listed, nullable=False),
    Column("fields", Listed, nullable=False),
    words("type"),
    words("module"),
    instant("written_at", optional=True),
    instant("settled_at", optional=True),
    listed("asked"),
    Column("merged_into", BigId, nullable=True),
)
Index("ix_ticket_status_changed_at", ticket.c.status, ticket.c.changed_at)
partial("ix_ticket_merged_into", ticket.c.merged_into.is_not(None), ticket.c.merged_into)
partial("ix_ticket_remind_at", ticket.c.remind_at.is_not(None), ticket.c.remind_at)

article = table(
    "article",
    "One contribution to a ticket",
    numbered(),
    refers("ticket_id", "ticket.id", index=True),
    Column("kind", Word(ArticleKind), nullable=False),
    instant("at"),
    words("author_name"),
    words("author"),
    words("subject"),
    words("text"),
    words("visible_text"),
    key("message_id"),
    flag("review"),
    flag("unverified"),
    flag("automatic"),
    refers("entry_id", "inbox_entry.id", optional=True, index=True),
    Column("proof", Word(Proof), nullable=False, server_default=Proof.NONE.value),
    words("proof_text"),
)

attachment = table(
    "attachment",
    "A part of an article's mail; its bytes stay in the raw mail",
    numbered(),
    refers("article_id", "article.id", index=True),
    words("filename"),
    words("content_type"),
    size("size"),
    Column("md5", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    words("part"),
    words("content_id"),
    flag("inline"),
)

participant = keyed_table(
    "participant",
    "A contact on a ticket",
    refers("ticket_id", "ticket.id", key=True),
    refers("contact_id", "contact.id", key=True, index=True),
    Column("role", Word(Role), nullable=False),
    instant("since", optional=True),
    flag("waits"),
    flag("has_left"),
)

event = table(
    "event",
    "What happened to a ticket, and why",
    numbered(),
    refers("ticket_id", "ticket.id", index=True),
    instant("at"),
    words("actor"),
    words("kind"),
    words("text"),
    refers("entry_id", "inbox_entry.id", optional=True),
)

message_ref = keyed_table(
    "message_ref",
    "A Message-ID that leads to a ticket (law 6: also of mails never seen)",
    Column("message_id", Key, nullable=False),
    refers("ticket_id", "ticket.id", index=True),
    PrimaryKeyConstraint("message_id", "ticket_id"),
)

ticket_alias = keyed_table(
    "ticket_alias",
    "Another number of a ticket: of one merged into it, or of a foreign system",
    Column("number", Key, nullable=False),
    refers("ticket_id", "ticket.id", index=True),
    PrimaryKeyConstraint("number", "ticket_id"),
)
