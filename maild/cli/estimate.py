"""`maild estimate N`: what a change or an extra service will cost, and who must agree to it."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.hand import As, Number, act
from maild.cli.help import examples, new_app
from maild.cli.output import AsJson
from maild.cli.staff import Text, words_of
from maild.decide.plan import Plan
from maild.decide.work import estimates
from maild.decide.work.staff import Hand
from maild.steps.house import House
from maild.store import register

app = new_app()


@app.command(
    "estimate",
    epilog=examples("maild estimate 1042 'Two days, 1.600 EUR.'", "maild estimate 1042 --days 14 < estimate.txt"),
)
def estimate(
    ctx: typer.Context,
    number: Number,
    text: Text = None,
    days: Annotated[int, typer.Option(metavar="N", help="So long the offer holds.")] = estimates.DAYS,
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Ask the authorised contacts of the customer to agree; the ticket waits for their yes, by mail or `maild approve`.

    Of them those who take part in the ticket are asked, else all. How it stands is the field `estimate`: waiting,
    approved, declined or lapsed.
    """
    words = words_of(text)

    def want(tx: Connection, _house: House, hand: Hand) -> Plan:
        of = hand.known.requester.organisation if hand.known.requester else ""
        return estimates.estimate(hand, words, days, register.list_contacts(tx, of) if of else ())

    act(ctx, number, as_, json, want)
