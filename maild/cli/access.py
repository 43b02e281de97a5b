"""`maild access list`: who looked at what. And the law of it: staff read nothing that is not written down first.

An operator, who is not on the staff, may look even where the database cannot be written to; standard error says then
that the look is not in the log.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.envelope import address_given
from maild.cli.help import examples, new_app
from maild.cli.house import a_look, settings_of
from maild.cli.output import AsJson, Columns, Limit, listing, when
from maild.clock import system_clock
from maild.errors import StoreUnavailable, TemporaryFailure
from maild.model import TicketId
from maild.steps.secret import read_secret
from maild.store import access, register, tickets
from maild.store.access import Access
from maild.store.engine import Store
from maild.store.erasing.marks import tombstone

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="access")

COLUMNS: Columns[Access] = {
    "at": lambda one: when(one.at),
    "by": lambda one: one.actor,
    "ticket": lambda one: str(one.ticket or ""),
    "what": lambda one: one.what,
    "detail": lambda one: one.detail,
}


@group.callback(epilog=examples("maild access list --ticket 1042", "maild access list --person ada@acme.example"))
def log() -> None:
    """Who read, exported or erased what."""


@group.command("list", epilog=examples("maild access list --as grace", "maild access list --ticket SD-1042 --json"))
def list_all(
    ctx: typer.Context,
    ticket: Annotated[str, typer.Option("--ticket", metavar="N", help="Only of this ticket.")] = "",
    person: Annotated[
        str, typer.Option("--person", metavar="ADDRESS", help="Only of tickets they take part in, also once erased.")
    ] = "",
    by: Annotated[str, typer.Option("--as", metavar="NAME", help="Only what this one did.")] = "",
    limit: Limit = 1000,
    json: AsJson = False,
) -> None:
    """Every reading, export and erasure, the newest first: when, by whom, of which ticket."""
    addresses = _addresses(ctx, person) if person else None
    with a_look(ctx) as tx:
        number = tickets.find_number(tx, ticket) if ticket else None
        found = access.latest(tx, ticket=number, addresses=addresses, actor=by, limit=limit)
    listing(found, COLUMNS, json)


def _addresses(ctx: typer.Context, person: str) -> tuple[str, str]:
    """The address, and what stands in its place once it was erased."""
    address = address_given(person)
    return address, tombstone(read_secret(settings_of(ctx).state), address)


def noted(store: Store, name: str | None, ticket: TicketId | None, detail: str, what: str = access.READ) -> None:
    """Write a look down before anything of it is shown. Raises StoreUnavailable and its kin for staff; for an operator
    it says so."""
    look = Access(system_clock(), name or os.environ.get("USER", ""), ticket, what, detail)
    try:
        store.retrying(lambda tx: access.note(tx, look))
    except TemporaryFailure as error:
        if _works_here(store, look.actor):
            raise StoreUnavailable(f"this look cannot be written down, so nothing is shown: {error}") from error
        sys.stderr.write("maild: this look is not in the access log: the database cannot be written to\n")


def _works_here(store: Store, name: str) -> bool:
    with store.reading() as tx:
        return name in _names(tx)


def _names(tx: Connection) -> frozenset[str]:
    return frozenset(one.name for one in register.list_staff(tx))
