"""`maild tickets`: lists of tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.hand import As, desks_seen
from maild.cli.help import examples, new_app
from maild.cli.house import a_look
from maild.cli.output import AsJson, Columns, Limit, listing, plain, say, to_json, when
from maild.model import Promise, PromiseState, Status, Ticket
from maild.store import tickets as store
from maild.store.clocks import promises_of

app = new_app()


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket in the list, and what it was promised."""

    ticket: Ticket
    promises: tuple[Promise, ...]

    @property
    def due(self) -> datetime | None:
        """When the next promise is to be kept; None where no clock runs."""
        running = (one.due_at for one in self.promises if one.state is PromiseState.RUNNING)
        return min(running, default=None)


COLUMNS: Columns[Line] = {
    "number": lambda one: one.ticket.number,
    "status": lambda one: one.ticket.status,
    "priority": lambda one: str(one.ticket.priority),
    "desk": lambda one: one.ticket.desk,
    "assignee": lambda one: one.ticket.assignee,
    "due": lambda one: when(one.due),
    "changed": lambda one: when(one.ticket.changed_at),
    "flags": lambda one: "unverified" if one.ticket.unverified else "",
    "title": lambda one: one.ticket.title,
}


def _lines_of(tx: Connection, found: Sequence[Ticket]) -> list[Line]:
    """The tickets with what they were promised."""
    promises = promises_of(tx, [one.id for one in found])
    return [Line(one, promises.get(one.id, ())) for one in found]


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
        lines = _lines_of(tx, store.list_tickets(tx, status, desks, limit))
    if json:
        say(to_json([plain(line.ticket) | {"due": plain(line.due)} for line in lines], indent=2))
    else:
        listing(lines, COLUMNS, json)
