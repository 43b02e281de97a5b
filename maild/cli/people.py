"""`maild people N`: who takes part in a ticket; staff let people in and take them out."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.envelope import address_given
from maild.cli.hand import As, Number, act, seen_ticket
from maild.cli.help import examples, new_app
from maild.cli.house import a_look
from maild.cli.output import AsJson, Columns, listing, when
from maild.decide.plan import Plan
from maild.decide.who import taking_part
from maild.decide.work.staff import Hand
from maild.model import Address, Participant
from maild.steps.house import House
from maild.store import register

app = new_app()
Add = Annotated[str | None, typer.Option("--add", metavar="ADDRESS", help="Let somebody in, who may be new.")]
Remove = Annotated[str | None, typer.Option("--remove", metavar="ADDRESS", help="Take somebody out.")]


def stands(one: Participant) -> str:
    """How somebody takes part, in two words; "" as usual."""
    return "is out" if one.has_left else "waits for you" if one.waits else ""


COLUMNS: Columns[Participant] = {
    "address": lambda one: one.contact.address,
    "name": lambda one: one.contact.name,
    "role": lambda one: one.role,
    "register": lambda one: one.contact.register,
    "organisation": lambda one: one.contact.organisation,
    "stands": stands,
    "since": lambda one: when(one.since),
}


@app.command(
    "people",
    epilog=examples(
        "maild people SD-1042",
        "maild people 1042 --add eva@elsewhere.example",
        "maild people 1042 --remove eva@elsewhere.example --as grace",
    ),
)
def people(
    ctx: typer.Context,
    number: Number,
    add: Add = None,
    remove: Remove = None,
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Who takes part in a ticket. Whoever waits reads nothing until you --add them; guests see what comes from then on.

    Only registered colleagues of the requester see what was said before.
    """
    if add is not None:
        _let_in(ctx, number, address_given(add), as_, json)
    if remove is not None:
        address = address_given(remove)
        act(ctx, number, as_, json, lambda _, __, hand: taking_part.take_out(hand, address))
    if add is None and remove is None:
        with a_look(ctx) as tx:
            view = seen_ticket(tx, number, as_)
        listing(view.participants, COLUMNS, json)


def _let_in(ctx: typer.Context, number: str, address: str, name: str | None, json: bool) -> None:
    def want(tx: Connection, _house: House, hand: Hand) -> Plan:
        contact = next(iter(register.find_contacts(tx, [address])), None)
        return taking_part.let_in(hand, Address("", address), contact)

    act(ctx, number, name, json, want)
