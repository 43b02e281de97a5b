"""`maild workflow`: requests with legal weight. What is under way, where one stands, and what staff do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.access import noted
from maild.cli.hand import As, Number, actor, carry_out, desks_seen, seen_ticket
from maild.cli.help import examples, new_app
from maild.cli.house import a_look, store_of
from maild.cli.output import AsJson, Columns, Limit, listing, safe, say, to_json, when
from maild.decide.facts import KnownTicket
from maild.decide.plan import Plan
from maild.decide.runs import carrying
from maild.decide.runs.ground import Ground
from maild.errors import ExitCode
from maild.model import TicketId
from maild.model.workflows import Run, RunState
from maild.steps.house import House
from maild.steps.runs import begin_by_staff, find_ground
from maild.store.runs import list_runs, runs_of
from maild.store.tickets import EventView, TicketView
from maild.workflows.objects import SHOWN

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="workflow")


@group.callback(epilog=examples("maild workflow list", "maild workflow show 1042"))
def workflow() -> None:
    """Requests with legal weight: where they stand, and what staff do with them."""


Hash = Annotated[
    str, typer.Option("--hash", metavar="DIGITS", help="The hash of what was agreed to; `show` and the mail have it.")
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; the customer reads it.")]
COLUMNS: Columns[Run] = {
    "ticket": lambda one: str(one.ticket),
    "workflow": lambda one: one.workflow,
    "stands": lambda one: one.state,
    "organisation": lambda one: one.organisation,
    "asked by": lambda one: one.asked_by,
    "since": lambda one: when(one.created_at),
    "not before": lambda one: when(one.ready_at),
    "due": lambda one: when(one.due_at),
    "hash": lambda one: one.digest[:SHOWN],
}
WIDTH = 14


@dataclass(frozen=True, slots=True)
class Trail:
    """One request with everything that happened to it, for a page that can be kept."""

    run: Run
    number: str
    events: tuple[EventView, ...]


@group.command("list", epilog=examples("maild workflow list", "maild workflow list --all --json"))
def list_all(
    ctx: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    as_: As = None,
    limit: Limit = 1000,
    json: AsJson = False,
) -> None:
    """Requests that are under way, the oldest first."""
    with a_look(ctx) as tx:
        found = list_runs(tx, desks_seen(tx, as_), all_of_them=all_, limit=limit)
    listing(found, COLUMNS, json)


@group.command("show", epilog=examples("maild workflow show 1042", "maild workflow show SD-1042 --json > page.json"))
def show(ctx: typer.Context, number: Number, as_: As = None, json: AsJson = False) -> int:
    """One page: what was asked for, who agreed to it and when, what was done, every mail that was sent.

    Exit code 1: it may not be carried out now.
    """
    with store_of(ctx) as store, store.reading() as tx:
        view = seen_ticket(tx, number, as_)
        noted(store, as_, TicketId(view.ticket.id), "workflow show")
        trails = _trails(tx, view)
    if json:
        say(to_json(trails, indent=2))
    else:
        for line in (line for trail in trails for line in _page(trail)):
            say(line)
    ready = any(trail.run.state in (RunState.READY, RunState.EXECUTING) for trail in trails)
    return ExitCode.DONE if ready else ExitCode.FINDING


@group.command("start", epilog=examples("maild workflow start 1042 account-deletion"))
def start(
    ctx: typer.Context,
    number: Number,
    name: Annotated[str, typer.Argument(metavar="WORKFLOW", help="Its name, as in its file.")],
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Begin one for the requester of a ticket, from what its fields say; what is agreed to, they agree to by mail."""

    def want(tx: Connection, house: House) -> Plan:
        by, view = actor(tx, as_), seen_ticket(tx, number, as_)
        return begin_by_staff(tx, house, view.ticket.id, name, by.name or by.address)

    carry_out(ctx, number, json, want)


@group.command("agree", epilog=examples("maild workflow agree 1042"))
def agree(ctx: typer.Context, number: Number, as_: As = None, json: AsJson = False) -> None:
    """Be the second pair of eyes: you have looked at it, and it is right."""
    _act(ctx, number, as_, json, lambda ground, _known, by: carrying.second(ground, by))


@group.command("begin", epilog=examples("maild workflow begin 1042 --hash 2c26b46b68ff"))
def begin(ctx: typer.Context, number: Number, hash_: Hash, as_: As = None, json: AsJson = False) -> None:
    """Say that you are about to carry it out. Everything is looked at once more; after this nobody can stop it."""
    _act(ctx, number, as_, json, lambda ground, _known, by: carrying.begin(ground, by, hash_))


@group.command("done", epilog=examples("maild workflow done 1042 --hash 2c26b46b68ff"))
def done(ctx: typer.Context, number: Number, hash_: Hash, as_: As = None, json: AsJson = False) -> None:
    """Say that it was carried out: the customer gets the completion notice, and the ticket is solved."""
    _act(ctx, number, as_, json, lambda ground, known, by: carrying.done(ground, known, by, hash_))


@group.command("stop", epilog=examples("maild workflow stop 1042 --why 'You asked for it on the telephone.'"))
def stop(ctx: typer.Context, number: Number, why: Why = "", as_: As = None, json: AsJson = False) -> None:
    """End it; nothing is carried out. Whoever was told of it is told so."""
    _act(ctx, number, as_, json, lambda ground, _known, by: carrying.stop(ground, by, why))


@group.command("refuse", epilog=examples("maild workflow refuse 1042 --why 'This account belongs to a therapist.'"))
def refuse(ctx: typer.Context, number: Number, why: Why = "", as_: As = None, json: AsJson = False) -> None:
    """Say that it may not be done, and why."""
    _act(ctx, number, as_, json, lambda ground, _known, by: carrying.refuse(ground, by, why))


@group.command("disarm", epilog=examples("maild workflow disarm 1042 --why 'The directory was wrong.'"))
def disarm(ctx: typer.Context, number: Number, why: Why = "", as_: As = None, json: AsJson = False) -> None:
    """Set it aside, since what was agreed to is not certain any more. Customers are not told."""
    _act(ctx, number, as_, json, lambda ground, _known, by: carrying.disarm(ground, by, why))


@group.command("renew", epilog=examples("maild workflow renew 1042"))
def renew(ctx: typer.Context, number: Number, as_: As = None, json: AsJson = False) -> None:
    """Ask everybody anew, from the first safeguard on, after it was disarmed."""
    _act(ctx, number, as_, json, lambda ground, _known, by: carrying.renew(ground, by))


Deed = Callable[[Ground, KnownTicket, str], Plan]


def _act(ctx: typer.Context, number: str, as_: str | None, json: bool, deed: Deed) -> None:
    def want(tx: Connection, house: House) -> Plan:
        by = actor(tx, as_)
        view = seen_ticket(tx, number, as_)
        known, ground = find_ground(tx, house, view.ticket.id)
        return deed(ground, known, by.name or by.address)

    carry_out(ctx, number, json, want)


def _trails(tx: Connection, view: TicketView) -> tuple[Trail, ...]:
    runs = runs_of(tx, [TicketId(view.ticket.id)]).get(view.ticket.id, ())
    return tuple(Trail(run, view.ticket.number, view.events) for run in runs)


def _page(trail: Trail) -> Iterator[str]:
    run = trail.run
    yield f"{trail.number}  {run.workflow} is {run.state}"
    for name, value in _facts(run):
        if value:
            yield f"{name:<{WIDTH}}{safe(value)}"
    yield from (f"{'object':<{WIDTH}}{safe(name)}: {safe(value)}" for name, value in run.objects)
    yield ""
    for one in trail.events:
        yield f"{when(one.at)}  {safe(one.actor):<10} {one.kind}: {safe(one.text)}"


def _facts(run: Run) -> Sequence[tuple[str, str]]:
    return (
        ("asked by", f"{run.asked_by} ({run.organisation})"),
        ("since", when(run.created_at)),
        ("confirmed by", run.confirmed_by),
        ("agreed by", run.seconded_by),
        ("not before", when(run.ready_at)),
        ("due", when(run.due_at)),
        ("ended by", run.ended_by),
        ("why", run.why),
        ("hash", run.digest),
    )
