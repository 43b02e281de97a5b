"""Tables of announcements: what desks told their customers, and whom they have told it."""

from __future__ import annotations

from sqlalchemy import Column, UniqueConstraint

from maild.model.announcements import News
from maild.store.schema.base import instant, key, keyed_table, listed, numbered, partial, refers, table, words
from maild.store.schema.types import Key, Word

announcement = table(
    "announcement",
    "Maintenance or a release that a desk announces",
    numbered(),
    key("desk"),
    Column("news", Word(News), nullable=False),
    key("subject"),
    instant("begins_at"),
    instant("ends_at", optional=True),
    listed("texts"),
    words("override"),
    words("actor"),
    instant("created_at"),
    instant("due_at", optional=True),
    UniqueConstraint("desk", "news", "subject", "begins_at"),
)
partial("ix_announcement_due_at", announcement.c.due_at.is_not(None), announcement.c.due_at)

announced = keyed_table(
    "announced",
    "Who was told of an announcement",
    refers("announcement_id", "announcement.id", key=True),
    Column("address", Key, primary_key=True),
    instant("at"),
)
