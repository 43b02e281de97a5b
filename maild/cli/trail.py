"""`maild audit`: what was changed in the register and on the block list, by whom and why, and who exported it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.envelope import address_given
from maild.cli.help import examples, new_app
from maild.cli.house import a_look
from maild.cli.output import AsJson, Columns, Limit, listing, safe, say, when
from maild.directory.entries import Kind
from maild.errors import NotFound
from maild.store import register
from maild.store.audit import Line, latest, trail, trail_of

app = new_app()
COLUMNS: Columns[Line] = {
    "at": lambda one: when(one.at),
    "by": lambda one: one.actor,
    "kind": lambda one: one.kind,
    "subject": lambda one: one.subject,
    "what": lambda one: one.what,
    "why": lambda one: one.why,
}


@app.command(
    "audit",
    epilog=examples("maild audit", "maild audit --contact ada@acme.example", "maild audit --organisation acme --json"),
)
def audit(
    ctx: typer.Context,
    contact: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only this person, any address.")] = None,
    organisation: Annotated[str | None, typer.Option(metavar="KEY", help="Only this one, with its people.")] = None,
    staff: Annotated[str | None, typer.Option(metavar="NAME", help="Only this member of staff.")] = None,
    limit: Limit = 100,
    json: AsJson = False,
) -> None:
    """What was changed in the register, exported from it, or blocked: when, by whom, what and why; newest first."""
    with a_look(ctx) as tx:
        listing(_lines(tx, contact, organisation, staff, limit), COLUMNS, json)


def tell_trail(lines: Sequence[Line]) -> None:
    """A few lines of the trail, below what they are about."""
    for one in lines:
        why = f" ({one.why})" if one.why else ""
        say(safe(f"  {when(one.at)}  {one.actor}: {one.what}{why}"))


def _lines(
    tx: Connection, contact: str | None, organisation: str | None, staff: str | None, limit: int
) -> tuple[Line, ...]:
    if contact is not None:
        people = register.person_behind(tx, address_given(contact))
        return trail_of(tx, Kind.CONTACT, [one.key for one in people], limit)
    if organisation is not None:
        return _of_organisation(tx, organisation, limit)
    return trail(tx, Kind.STAFF, staff, limit) if staff is not None else latest(tx, limit)


def _of_organisation(tx: Connection, key: str, limit: int) -> tuple[Line, ...]:
    """Its own lines and those of its people; an organisation that is gone has left its own."""
    people = [one.address for one in register.list_contacts(tx, key, limit=100_000)]
    lines = (*trail(tx, Kind.ORGANISATION, key, limit), *trail_of(tx, Kind.CONTACT, people, limit))
    if not lines and register.find_organisation(tx, key) is None:
        raise NotFound(f"there is no organisation {key}")
    return tuple(sorted(lines, key=lambda one: one.at, reverse=True))[:limit]
