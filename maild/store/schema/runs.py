"""The table of requests with legal weight."""

from __future__ import annotations

from sqlalchemy import Column, literal_column

from maild.model.workflows import ENDED, RunState
from maild.store.schema.base import instant, key, listed, numbered, partial, refers, table, words
from maild.store.schema.types import Word

workflow_run = table(
    "workflow_run",
    "A request with legal weight, and where it stands",
    numbered(),
    refers("ticket_id", "ticket.id", index=True),
    key("workflow"),
    Column("state", Word(RunState), nullable=False),
    words("definition"),
    key("asked_by"),
    key("organisation"),
    instant("created_at"),
    instant("seen_at"),
    listed("objects"),
    words("digest"),
    instant("asked_at", optional=True),
    instant("ready_at", optional=True),
    instant("due_at", optional=True),
    instant("next_at", optional=True),
    words("confirmed_by"),
    words("seconded_by"),
    words("ended_by"),
    words("why"),
)
RUN_LIVE = workflow_run.c.state.in_([literal_column(f"'{state}'") for state in RunState if state not in ENDED])
partial("ix_workflow_run_live", RUN_LIVE, workflow_run.c.ticket_id, unique=True)
partial("ix_workflow_run_next_at", workflow_run.c.next_at.is_not(None), workflow_run.c.next_at)
