"""Tables of what time brings: promises of service levels, and what the clock shall do with a ticket."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint

from maild.model import Aim, PromiseState, TimerKind
from maild.store.schema.base import count, flag, instant, keyed_table, partial, refers, words
from maild.store.schema.types import Duration, Word

promise = keyed_table(
    "promise",
    "A due time that a ticket got from a service level",
    refers("ticket_id", "ticket.id"),
    Column("aim", Word(Aim), nullable=False),
    Column("state", Word(PromiseState), nullable=False),
    instant("started_at"),
    instant("due_at"),
    Column("work", Duration, nullable=False),
    flag("always"),
    words("words"),
    Column("left", Duration, nullable=True),
    instant("met_at", optional=True),
    instant("missed_at", optional=True),
    count("step"),
    instant("next_at", optional=True),
    flag("fixed"),
    PrimaryKeyConstraint("ticket_id", "aim"),
)
partial("ix_promise_next_at", promise.c.next_at.is_not(None), promise.c.next_at)

timer = keyed_table(
    "timer",
    "What the clock shall do with a ticket, and when",
    refers("ticket_id", "ticket.id"),
    Column("kind", Word(TimerKind), nullable=False),
    instant("due_at"),
    PrimaryKeyConstraint("ticket_id", "kind"),
)
Index("ix_timer_due_at", timer.c.due_at)
