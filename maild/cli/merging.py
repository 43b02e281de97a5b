"""`maild merge`, `link`, `split`: tickets that are one, know of each other, or ask more than one question."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.hand import As, NotPossible, Number, act, carry_out, hand_of, seen_ticket
from maild.cli.help import examples, new_app
from maild.cli.house import opened
from maild.cli.outcome import in_words, outcome_object
from maild.cli.output import AsJson, say, to_json
from maild.decide.plan import Plan
from maild.decide.work.merging import linked
from maild.decide.work.splitting import Part, split
from maild.decide.work.staff import Hand
from maild.model import ArticleKind
from maild.steps import merging
from maild.steps.house import House
from maild.steps.writing import Written
from maild.store import tickets
from maild.store.rows import tickets_by_id
from maild.store.tickets import ArticleView, TicketView

app = new_app()
Other = Annotated[str, typer.Argument(metavar="M", help="The number of the other ticket.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason: kept in the history of both.")]


@app.command(
    "merge",
    epilog=examples("maild merge 1042 into 1040", "maild merge SD-1042 into SD-1040 --why 'the same outage'"),
)
def merge(
    ctx: typer.Context,
    number: Number,
    into: Annotated[str, typer.Argument(metavar="into", help="The word `into`, so that nobody mixes them up.")],
    other: Other,
    why: Why = "",
    force: Annotated[bool, typer.Option("--force", help="Also of different customers: people wait for you.")] = False,
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Let a ticket go on as another: articles, people and whatever leads to it. Its own number is closed.

    Its requester is told, if the other ticket is theirs to see: they are a registered colleague of its requester, or
    take part already. Everybody else waits until you let them in with `maild people M --add ADDRESS`.
    """
    if into != "into":
        raise NotPossible(f"write `maild merge {number} into {other}`: the first one ends, the second goes on")

    def both(tx: Connection, house: House) -> Written:
        _require_whole(tx, number, other)
        gone, home = hand_of(house, tx, number, as_), hand_of(house, tx, other, as_)
        return merging.merge(tx, house, gone, home, why, force=force)

    with opened(ctx) as house:
        try:
            written = house.store.retrying(lambda tx: both(tx, house))
        except ValueError as error:
            raise NotPossible(str(error)) from None
    _report(written, json)


def _require_whole(tx: Connection, number: str, other: str) -> None:
    """Both held in the order of their numbers, so that two merges cannot wait for each other. Raises NotPossible."""
    ends = tickets.find_number(tx, number)
    held = tickets_by_id(tx, {ends, tickets.find_number(tx, other)}, lock=True)
    if into := held[ends].merged_into:
        goes_on = tickets_by_id(tx, [into])[into].number
        raise NotPossible(f"{held[ends].number} was merged into {goes_on}: name the ticket that goes on")


def _report(written: Written, json: bool) -> None:
    """What became of both, the one that goes on last."""
    both = [(one.plan, ticket) for one, ticket in zip(written.settled, written.tickets, strict=True) if ticket]
    if json:
        say(to_json([outcome_object(plan, one.number) | {"status": one.status} for plan, one in both], indent=2))
        return
    for plan, ticket in both:
        say(f"{ticket.number} is {ticket.status}")
        for line in in_words(plan):
            say(line)


@app.command("link", epilog=examples("maild link 1042 1040", "maild link 1042 1040 --why 'the same server'"))
def link(ctx: typer.Context, number: Number, other: Other, why: Why = "", as_: As = None, json: AsJson = False) -> None:
    """Let two tickets know of each other; each goes on by itself. Customers see nothing of it."""

    def want(tx: Connection, house: House) -> Plan:
        there = seen_ticket(tx, other, as_).ticket
        return linked(hand_of(house, tx, number, as_), there, why)

    carry_out(ctx, number, json, want)


@app.command(
    "split",
    epilog=examples(
        "maild split 1042 --article 7",
        "maild split 1042 --article 7 --title 'New printer' 'We also need a new printer.'",
        "maild split 1042 --title 'New printer' - < question.txt",
    ),
)
def split_off(
    ctx: typer.Context,
    number: Number,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="Their words; - reads them from standard input.")
    ] = None,
    article: Annotated[
        int | None,
        typer.Option(metavar="ID", help="The mail that asks it, by its number in `maild show`; else the first."),
    ] = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="The new title; else the mail's subject.")] = "",
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Give a second question a ticket of its own, with the same requester, who gets a confirmation of it.

    Answers to the old mail still come to the old ticket. Files stay there, and the two know of each other.
    """
    words = sys.stdin.read() if text == "-" else text or ""

    def want(tx: Connection, _house: House, hand: Hand) -> Plan:
        return split(hand, _part(tickets.show_ticket(tx, hand.known.ticket.id), article), title, words)

    act(ctx, number, as_, json, want)


def _part(view: TicketView, number: int | None) -> Part:
    """The article that was asked for; else the first mail of theirs."""
    wanted = (one for one in view.articles if one.id == number or (number is None and _theirs(one)))
    found = next(wanted, None)
    if found is None:
        there = ", ".join(str(one.id) for one in view.articles if _theirs(one))
        raise NotPossible(f"{view.ticket.number} has no such mail of theirs, only {there or 'none'}")
    of = (found.author, found.subject, found.visible_text, found.proof, found.review, found.unverified)
    return Part(found.id, found.kind, *of)


def _theirs(one: ArticleView) -> bool:
    return one.kind is ArticleKind.INCOMING and not one.review
