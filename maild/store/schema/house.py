"""Tables of the house itself: policy versions, settings, nodes, leases, backups."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Text, text

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

lease = keyed_table(
    "lease",
    "What only one node may do at a time, and who does; `beats` counts on while the owner is alive",
    Column("name", Key, primary_key=True),
    words("owner"),
    Column("beats", BigInteger, nullable=False),
)

backup_run = table(
    "backup_run",
    "A backup that was made, or why it was not; `newest` is the newest mail in it",
    numbered(),
    words("series"),
    words("place"),
    instant("at", index=True),
    Column("size", BigInteger, nullable=False, server_default=text("0")),
    words("sha256"),
    instant("newest", optional=True),
    words("problem"),
)

blocked = keyed_table(
    "blocked",
    "Addresses and domains whose mail is spam because a person said so",
    Column("sender", Key, primary_key=True),
    instant("at"),
    words("actor"),
    words("why"),
)
