"""Tables of the rules: what they came to, and what was asked of them as time passed."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint

from maild.rules.view import Trigger
from maild.store.schema.base import flag, instant, keyed_table, numbered, refers, table
from maild.store.schema.types import Key, Word

rule_hit = table(
    "rule_hit",
    "A rule that matched: on what occasion, and whether it was a shadow",
    numbered(),
    Column("rule", Key, nullable=False),
    Column("trigger", Word(Trigger), nullable=False),
    instant("at"),
    flag("shadow"),
    refers("ticket_id", "ticket.id", optional=True, index=True),
    refers("entry_id", "inbox_entry.id", optional=True),
)
Index("ix_rule_hit_rule_at", rule_hit.c.rule, rule_hit.c.at)

rule_asked = keyed_table(
    "rule_asked",
    "When a rule that waits for time to pass was last asked about a ticket, and under which policy",
    refers("ticket_id", "ticket.id"),
    Column("rule", Key, nullable=False),
    Column("policy", Key, nullable=False),
    instant("at"),
    PrimaryKeyConstraint("ticket_id", "rule"),
)
