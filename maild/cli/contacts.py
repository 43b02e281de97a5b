"""`maild contacts`: who is known, and what the register says of them."""

from __future__ import annotations

from typing import Annotated

import typer

from maild.cli.help import examples, new_app
from maild.cli.house import a_look
from maild.cli.output import AsJson, Columns, Limit, listing
from maild.model import Contact
from maild.store import register

app = new_app()
COLUMNS: Columns[Contact] = {
    "address": lambda one: one.address,
    "name": lambda one: one.name,
    "register": lambda one: one.register,
    "organisation": lambda one: one.organisation,
    "language": lambda one: one.language,
}


@app.command("contacts", epilog=examples("maild contacts", "maild contacts --organisation acme --json"))
def contacts(
    ctx: typer.Context,
    organisation: Annotated[str | None, typer.Option(metavar="KEY", help="Only its people.")] = None,
    limit: Limit = 1000,
    json: AsJson = False,
) -> None:
    """Who is known, by address. Who is not in the directory and wrote is unverified."""
    with a_look(ctx) as tx:
        listing(register.list_contacts(tx, organisation, limit), COLUMNS, json)
