"""`maild tickets`: lists of tickets."""

from __future__ import annotations

from typing import Annotated

import typer

from maild.cli.hand import As, desks_seen
from maild.cli.help import examples, new_app
from maild.cli.house import a_look
from maild.cli.output import AsJson, Columns, Limit, listing, when
from maild.model import Status, Ticket
from maild.store import tickets as store

app = new_app()
COLUMNS: Columns[Ticket] = {
    "number": lambda one: one.number,
    "status": lambda one: one.status,
    "priority": lambda one: str(one.priority),
    "desk": lambda one: one.desk,
    "assignee": lambda one: one.assignee,
    "changed": lambda one: when(one.changed_at),
    "flags": lambda one: "unverified" if one.unverified else "",
    "title": lambda one: one.title,
}


@app.command(
    "tickets", epilog=examples("maild tickets --status open", "maild tickets --desk service --json | jq '.[].number'")
)
def tickets(
    ctx: typer.Context,
    status: Annotated[Status | None, typer.Option(help="Only tickets that stand there.")] = None,
    desk: Annotated[str | None, typer.Option(help="Only tickets of this desk.")] = None,
    as_: As = None,
    limit: Limit = 100,
    json: AsJson = False,
) -> None:
    """List tickets; what changed last comes first. Staff see those of their own desks."""
    with a_look(ctx) as tx:
        seen = desks_seen(tx, as_)
        desks = seen if desk is None else frozenset({desk} if seen is None else {desk} & seen)
        listing(store.list_tickets(tx, status, desks, limit), COLUMNS, json)
