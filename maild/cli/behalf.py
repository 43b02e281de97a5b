"""`maild open`: a ticket for somebody who telephones or comes by."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.envelope import address_given
from maild.cli.hand import As, actor, carry_out, desks_among, member_named
from maild.cli.help import examples, new_app
from maild.cli.house import desk_among
from maild.cli.output import AsJson
from maild.cli.staff import Text, words_of
from maild.decide.plan import Plan
from maild.decide.work.behalf import By, Call, Taken, keys_for, open_for
from maild.model import Address
from maild.steps.house import House
from maild.store.lookup import load_facts

app = new_app()


@app.command(
    "open",
    epilog=examples(
        "maild open --for ada@acme.example --title 'Printer' 'It burns, she says.'",
        "maild open --desk service --for bob@acme.example --title 'Printer' --priority 2 --by visit < notes.txt",
    ),
)
def open_ticket(
    ctx: typer.Context,
    for_: Annotated[str, typer.Option("--for", metavar="ADDRESS", help="Whose ticket it is.")],
    title: Annotated[str, typer.Option(metavar="TEXT", help="What it is about.")],
    text: Text = None,
    desk: Annotated[str, typer.Option(metavar="NAME", help="The desk; else the first of yours.")] = "",
    name: Annotated[str, typer.Option(metavar="NAME", help="What somebody new is called.")] = "",
    kind: Annotated[str, typer.Option("--type", metavar="TYPE", help="Goes before what the rules say.")] = "",
    priority: Annotated[
        int, typer.Option(min=0, max=4, help="1 to 4; goes before what the rules say; 0 leaves it to them.")
    ] = 0,
    by: Annotated[By, typer.Option(help="How they came to you.")] = By.PHONE,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Also for an address that is no registered contact.")
    ] = False,
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Open a ticket on somebody's behalf: by the same rules, and with the same confirmation, as if they had written."""
    person, words = Address(name, address_given(for_)), words_of(text)
    call = Call(person, title, words, by, kind, priority, unverified)

    def want(tx: Connection, house: House) -> Plan:
        theirs, now = desks_among(house.policy.desks, member_named(tx, as_).desks), house.clock()
        here = desk_among(theirs, desk)
        (facts,) = load_facts(tx, [keys_for(call, here, house.policy, now)], now, lock=True)
        return open_for(call, here, facts, Taken(actor(tx, as_), house.policy, house.tokens, now))

    carry_out(ctx, title, json, want)
