"""`maild set`, `reply`, `note`: what staff do. The same road as mail, from a person's hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild import pipeline
from maild.cli.help import examples, new_app
from maild.cli.house import opened
from maild.cli.outcome import in_words, outcome_object
from maild.cli.output import AsJson, say, to_json
from maild.decide import staff
from maild.decide.facts import KnownTicket
from maild.decide.plan import Plan
from maild.decide.staff import Hand
from maild.errors import ExitCode, MaildError, NotFound
from maild.model import Address
from maild.steps.house import House
from maild.store import register, tickets
from maild.store.tickets import TicketView
from maild.yaml.suggest import did_you_mean

app = new_app()
Number = Annotated[str, typer.Argument(metavar="N", help="Ticket number: SD-1042, sd-1042 or 1042.")]
Text = Annotated[
    str | None, typer.Argument(metavar="TEXT", help="The words; without it they are read from standard input.")
]
As = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="Staff member who acts; else the one called as $USER.")
]
MOST_THREAD = 20


class NotPossible(MaildError):
    """What was asked for is not possible."""

    exit_code = ExitCode.USAGE


class WhoAreYou(MaildError):
    """Nobody on the staff has that name."""

    exit_code = ExitCode.NO_USER


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
    """Change a ticket: status, remind, title, priority, category, assignee, tags; any other word is a field of its own.

    An empty value takes a field away. Who is on the ticket hears of a new status.
    """
    wanted = [_pair(pair) for pair in pairs]
    _act(ctx, number, as_, json, lambda hand: _together(staff.set_property(hand, *pair) for pair in wanted))


@app.command(
    "reply", epilog=examples("maild reply 1042 'Please try again now.'", "maild reply --as grace SD-1042 < answer.txt")
)
def reply(ctx: typer.Context, number: Number, text: Text = None, as_: As = None, json: AsJson = False) -> None:
    """Answer the requester and the registered people on a ticket, each in a mail of their own."""
    words = _words(text)
    _act(ctx, number, as_, json, lambda hand: staff.reply(hand, words))


@app.command("note", epilog=examples("maild note 1042 'Waiting for the vendor.'", "maild note 1042 < findings.txt"))
def note(ctx: typer.Context, number: Number, text: Text = None, as_: As = None, json: AsJson = False) -> None:
    """Add a note that stays inside: nobody is told."""
    words = _words(text)
    _act(ctx, number, as_, json, lambda hand: staff.note(hand, words))


def _act(ctx: typer.Context, number: str, name: str | None, json: bool, want: Callable[[Hand], Plan]) -> None:
    """Look, decide and write in one transaction; then say what was done, in the words of `explain`."""
    done: list[Plan] = []
    with opened(ctx) as house:

        def decide(tx: Connection) -> Plan:
            plan = want(_hand(house, tx, number, name))
            done[:] = [plan]
            return plan

        try:
            ticket = pipeline.act(house, decide)
        except ValueError as error:
            raise NotPossible(str(error)) from None
    if ticket is None:
        raise NotFound(f"there is no ticket {number}")
    if json:
        say(to_json(outcome_object(done[0], ticket.number) | {"status": ticket.status}, indent=2))
        return
    say(f"{ticket.number} is {ticket.status}")
    for line in in_words(done[0]):
        say(line)


def _hand(house: House, tx: Connection, number: str, name: str | None) -> Hand:
    view = tickets.show_ticket(tx, tickets.find_number(tx, number), lock=True)
    desk = house.policy.desk_named(view.ticket.desk)
    if desk is None:
        raise NotPossible(f"{view.ticket.number} is of desk {view.ticket.desk}, which the policy no longer has")
    known = KnownTicket(view.ticket, view.participants)
    return Hand(actor(tx, name), known, desk, _thread(view), house.clock())


def _thread(view: TicketView) -> tuple[str, ...]:
    """The Message-IDs of the conversation, oldest first."""
    ids = [article.message_id for article in view.articles if article.message_id and not article.review]
    return tuple(dict.fromkeys(ids))[-MOST_THREAD:]


def actor(tx: Connection, name: str | None) -> Address:
    wanted = name or os.environ.get("USER", "")
    people = {member.name: member for member in register.list_staff(tx)}
    member = people.get(wanted)
    if member is None:
        who = f"`{wanted}` is not on the staff{did_you_mean(wanted, people)}"
        raise WhoAreYou(who if name else f"{who}: say who you are with --as NAME")
    return Address(member.title or member.name, member.address)


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


def _words(text: str | None) -> str:
    if text is not None:
        return text
    if sys.stdin.isatty():
        sys.stderr.write("Write your text; end it with Ctrl-D on a line of its own.\n")
    return sys.stdin.read()
