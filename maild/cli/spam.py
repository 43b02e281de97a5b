"""`maild spam`, `maild ham`, `maild blocked`: what people say of mail, and of those who send it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.hand import As, NotPossible, actor
from maild.cli.help import examples, new_app
from maild.cli.house import a_look, opened
from maild.cli.output import AsJson, Columns, Limit, listing, safe, say, to_json, when
from maild.decide.mail.screening import blockable
from maild.model import Address
from maild.steps.house import House
from maild.steps.marking import Marked, Marking, entry_named, mark_ham, mark_spam, put_on_list
from maild.store import blocked as store
from maild.store.blocked import Blocked

app = new_app()
list_app = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(list_app, name="blocked")

Wanted = Annotated[
    list[str],
    typer.Argument(metavar="N…", help="Numbers of inbox entries, or of the tickets they opened: 17, SD-1042."),
]
Senders = Annotated[list[str], typer.Argument(metavar="SENDER…", help="Addresses, or domains with all below them.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="A word for those who look later.")]
LIST = examples(
    "maild blocked", "maild blocked add spam.example --why 'lottery'", "maild blocked remove x@spam.example"
)
COLUMNS: Columns[Blocked] = {
    "sender": lambda one: one.sender,
    "since": lambda one: when(one.at),
    "by": lambda one: one.actor,
    "why": lambda one: one.why,
}


@app.command("spam", epilog=examples("maild spam 17", "maild spam SD-1042 --block", "maild spam 17 18 --domain"))
def spam(
    ctx: typer.Context,
    entries: Wanted,
    block: Annotated[bool, typer.Option("--block", help="Put the sender's address on the block list.")] = False,
    domain: Annotated[bool, typer.Option("--domain", help="Put the sender's whole domain there.")] = False,
    why: Why = "",
    as_: As = None,
    json: AsJson = False,
) -> None:
    """It is spam: into quarantine with it, and its ticket is closed if nobody has answered. rspamd learns it."""
    wanted = "domain" if domain else "address" if block else ""
    _judge(ctx, entries, as_, json, mark_spam, why, wanted)


@app.command("ham", epilog=examples("maild ham 17", "maild ham SD-1042"))
def ham(ctx: typer.Context, entries: Wanted, why: Why = "", as_: As = None, json: AsJson = False) -> None:
    """It is no spam: it becomes the ticket it would have been, its sender is let in again. rspamd learns it."""
    _judge(ctx, entries, as_, json, mark_ham, why)


@list_app.callback(invoke_without_command=True, epilog=LIST)
def blocked(ctx: typer.Context, limit: Limit = 1000, json: AsJson = False) -> None:
    """Senders whose mail is spam because a person said so. Without a subcommand: the list, newest first."""
    if ctx.invoked_subcommand is None:
        _list(ctx, limit, json)


@list_app.command("list", epilog=examples("maild blocked list --json"))
def list_all(ctx: typer.Context, limit: Limit = 1000, json: AsJson = False) -> None:
    """The list, newest first."""
    _list(ctx, limit, json)


@list_app.command("add", epilog=examples("maild blocked add spam.example x@mail.example --why 'lottery'"))
def add(ctx: typer.Context, senders: Senders, why: Why = "", as_: As = None) -> None:
    """Block senders: what they send goes to quarantine, where it expires."""
    names = _normal(senders)
    with opened(ctx) as house:
        warned = house.store.retrying(
            lambda tx: [line for name in names for line in put_on_list(tx, house, name, actor(tx, as_), why)]
        )
    _warn(warned)
    say(f"{len(names)} blocked")


@list_app.command("remove", epilog=examples("maild blocked remove spam.example --why 'a customer'"))
def remove(ctx: typer.Context, senders: Senders, why: Why = "", as_: As = None) -> None:
    """Let senders in again: all of them, or none if one is not on the list."""
    names = _normal(senders)
    with opened(ctx) as house:
        now = house.clock()
        house.store.retrying(lambda tx: _remove(tx, names, actor(tx, as_), why, now))
    say(f"{len(names)} let in again")


def _remove(tx: Connection, names: Iterable[str], person: Address, why: str, now: datetime) -> None:
    for name in names:
        store.remove(tx, name, person, why, now)


def _list(ctx: typer.Context, limit: int, json: bool) -> None:
    with a_look(ctx) as tx:
        listing(store.list_blocked(tx, limit), COLUMNS, json)


def _normal(senders: Iterable[str]) -> list[str]:
    found = [(written, blockable(written)) for written in senders]
    for written, name in found:
        if name is None:
            raise NotPossible(f"{written!r} is neither an address nor a domain like spam.example")
    return [name for _, name in found if name]


def _judge(
    ctx: typer.Context,
    entries: list[str],
    name: str | None,
    json: bool,
    judge: Callable[[House, Marking], Marked],
    why: str,
    block: str = "",
) -> None:
    """One after the other: each is a transaction of its own, and rspamd learns each."""
    with opened(ctx) as house:
        with house.store.reading() as tx:
            person = actor(tx, name)
            numbers = [entry_named(tx, written) for written in entries]
        for number in dict.fromkeys(numbers):
            _tell(judge(house, Marking(number, person, why, block)), json)


def _tell(done: Marked, json: bool) -> None:
    if json:
        say(to_json(done))
        return
    words = {"ticket": done.ticket, "blocked:": done.blocked, "let in again:": done.unblocked}
    more = "".join(f", {word} {value}" for word, value in words.items() if value)
    say(safe(f"inbox entry {done.entry} is {done.state}{more}"))
    _warn(done.warnings)


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        sys.stderr.write(f"maild: {safe(warning)}\n")
