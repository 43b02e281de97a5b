"""`maild set`, `reply`, `note`: what staff do. The same road as mail, from a person's hand."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.hand import As, NotPossible, Number, act
from maild.cli.help import examples, new_app
from maild.cli.output import AsJson
from maild.decide.plan import Plan
from maild.decide.work import staff
from maild.decide.work.staff import Hand
from maild.steps import giving
from maild.steps.house import House

app = new_app()
Text = Annotated[
    str | None, typer.Argument(metavar="TEXT", help="The words; without it they are read from standard input.")
]


@app.command(
    "set",
    epilog=examples(
        "maild set 1042 status=solved",
        "maild set SD-1042 priority=1 assignee=grace",
        "maild set 1042 remind=2026-12-01T09:00Z",
    ),
)
def set_properties(
    ctx: typer.Context,
    number: Number,
    pairs: Annotated[list[str], typer.Argument(metavar="KEY=VALUE", help="All of them take effect, or none.")],
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Change a ticket: status, remind, title, priority, type, category, module, assignee, tags.

    Any other word is a field of its own.

    An empty value takes a field away. Who is on the ticket hears of a new status; who gets it, of that.
    """
    wanted = [_pair(pair) for pair in pairs]

    def want(tx: Connection, house: House, hand: Hand) -> Plan:
        return _together(giving.set_property(tx, house, hand, *pair) for pair in wanted)

    act(ctx, number, as_, json, want)


@app.command(
    "reply",
    epilog=examples(
        "maild reply 1042 'Please try again now.'",
        "maild reply 1042 --solves 'It was the cable: replaced.'",
        "maild reply --as grace SD-1042 < answer.txt",
    ),
)
def reply(
    ctx: typer.Context,
    number: Number,
    text: Text = None,
    solves: Annotated[bool, typer.Option("--solves", help="The answer proposes a solution.")] = False,
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Answer the requester and the registered people on a ticket, each in a mail of their own."""
    words = words_of(text)
    act(ctx, number, as_, json, lambda _, __, hand: staff.reply(hand, words, solves=solves))


@app.command("update", epilog=examples("maild update 1042 'The vendor has found the cause; a fix comes tomorrow.'"))
def update(ctx: typer.Context, number: Number, text: Text = None, as_: As = None, json: AsJson = False) -> None:
    """Tell the people on a ticket how things stand. It stays where it is: nothing is expected of them."""
    words = words_of(text)
    act(ctx, number, as_, json, lambda _, __, hand: staff.update(hand, words))


@app.command("note", epilog=examples("maild note 1042 'Waiting for the vendor.'", "maild note 1042 < findings.txt"))
def note(ctx: typer.Context, number: Number, text: Text = None, as_: As = None, json: AsJson = False) -> None:
    """Add a note that stays inside: nobody is told."""
    words = words_of(text)
    act(ctx, number, as_, json, lambda _, __, hand: staff.note(hand, words))


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise NotPossible(f"write {text!r} as key=value, like status=open")
    return key, value


def _together(plans: Iterable[Plan]) -> Plan:
    """Several wishes as one plan."""
    first, *rest = plans
    for plan in rest:
        first = replace(
            first,
            reasons=(*first.reasons, *plan.reasons),
            changes=(*first.changes, *plan.changes),
            notifications=(*first.notifications, *plan.notifications),
            suppressed=(*first.suppressed, *plan.suppressed),
        )
    return first


def words_of(text: str | None) -> str:
    """What was given, else what is on standard input."""
    if text is not None:
        return text
    if sys.stdin.isatty():
        sys.stderr.write("Write your text; end it with Ctrl-D on a line of its own.\n")
    return sys.stdin.read()
