"""Tables of the house itself: policy versions, settings, nodes, IMAP cursors."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Text

from maild.store.schema.base import instant, keyed_table, numbered, table, words
from maild.store.schema.types import Key

policy = table(
    "policy",
    "Every version of the operator's policy, by its hash (law 13)",
    Column("hash", Key, primary_key=True),
    Column("body", Text, nullable=False),
    instant("created_at"),
)

setting = keyed_table(
    "setting",
    "Single values; `policy` is the hash of the current version",
    Column("key", Key, primary_key=True),
    words("value"),
)

node = table(
    "node",
    "One run of a node; it was up from started_at to stopped_at, or as far as seen_at tells",
    numbered(),
    words("name"),
    instant("started_at"),
    instant("seen_at", index=True),
    instant("stopped_at", optional=True),
)

imap_cursor = keyed_table(
    "imap_cursor",
    "How far a mailbox has been read",
    Column("account", Key, nullable=False),
    Column("folder", Key, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    PrimaryKeyConstraint("account", "folder"),
)
