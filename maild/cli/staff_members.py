"""`maild staff`: who works here, which desks they see and which teams they are in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.hand import As, NotPossible
from maild.cli.help import examples, new_app
from maild.cli.house import a_look, store_of
from maild.cli.output import AsJson, Columns, listing
from maild.cli.register import Pairs, Why, bootstrap_actor, broken_words, changing, pairs_of, refused, tell
from maild.clock import system_clock
from maild.directory.entries import Entry, Kind, of_staff
from maild.directory.plan import Diff
from maild.directory.records import StaffRecord
from maild.directory.tables import STAFF_COLUMNS, TRUTH, cell, record_of
from maild.errors import ConfigError, NotFound
from maild.model import StaffMember
from maild.store import policies, register
from maild.store.register import By, ImportRefused
from maild.yaml.suggest import did_you_mean

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="staff")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Login name.")]
Desks = Annotated[list[str] | None, typer.Option("--desk", help="A desk they see; may be given again. Without: all.")]
Teams = Annotated[list[str] | None, typer.Option("--team", help="A team they are in; may be given again.")]
SETTABLE = (*STAFF_COLUMNS[1:], "active")
COLUMNS: Columns[StaffMember] = {
    "name": lambda one: one.name,
    "address": lambda one: one.address,
    "title": lambda one: one.title,
    "desks": lambda one: " ".join(one.desks) or "all",
    "teams": lambda one: " ".join(one.teams),
}


@group.callback(
    invoke_without_command=True,
    epilog=examples(
        "maild staff",
        "maild staff add emil --address emil@desk.example --desk service",
        "maild staff set emil active=no --why 'has left'",
    ),
)
def staff(ctx: typer.Context, json: AsJson = False) -> None:
    """Who works here, which desks they see, which teams they are in. Without a subcommand: the list."""
    if ctx.invoked_subcommand is None:
        _list(ctx, json)


@group.command("list", epilog=examples("maild staff list --json"))
def list_all(ctx: typer.Context, json: AsJson = False) -> None:
    """The list, by name."""
    _list(ctx, json)


@group.command("add", epilog=examples("maild staff add emil --address emil@desk.example --title Emil --desk service"))
def add(
    ctx: typer.Context,
    name: Name,
    address: Annotated[str, typer.Option(help="Mail address.")],
    title: Annotated[str, typer.Option(help="Name shown to customers.")] = "",
    desk: Desks = None,
    team: Teams = None,
    why: Why = "",
    as_: As = None,
) -> None:
    """Enter a member of staff. The first one may be entered by whoever runs the command."""
    said = {"name": name, "address": address, "title": title}
    said |= {"desks": " ".join(desk or ()), "teams": " ".join(team or ())}
    with store_of(ctx) as store:
        try:
            diff = store.retrying(lambda tx: _add(tx, said, as_, why))
        except ImportRefused as error:
            raise refused(error) from None
    tell(diff)


@group.command("set", epilog=examples("maild staff set grace 'desks=service sales'", "maild staff set emil active=no"))
def set_fields(ctx: typer.Context, name: Name, pairs: Pairs, why: Why = "", as_: As = None) -> None:
    """Change a member of staff: address, title, desks, teams, active. Whoever is not active has left."""
    wanted = pairs_of(pairs, SETTABLE)
    tell(changing(ctx, as_, why, lambda tx, by: _set(tx, name, wanted, by)))


def _list(ctx: typer.Context, json: bool) -> None:
    with a_look(ctx) as tx:
        listing(register.list_staff(tx), COLUMNS, json)


def _add(tx: Connection, said: dict[str, str], as_: str | None, why: str) -> Diff:
    by = By(bootstrap_actor(tx, as_), system_clock(), why)
    return register.put(tx, [_entry(tx, said, active=True)], by, new=True)


def _set(tx: Connection, name: str, wanted: dict[str, str], by: By) -> Diff:
    known = {key: entry for (kind, key), entry in register.register_entries(tx).items() if kind is Kind.STAFF}
    if name not in known:
        raise NotFound(f"`{name}` is not on the staff{did_you_mean(name, known)}")
    fields = {"name": name, **known[name].fields}
    said = {column: cell(fields[column]) for column in (*STAFF_COLUMNS, "active")} | wanted
    active = TRUTH.get(said.pop("active"))
    if active is None:
        raise NotPossible(f"`active` is yes or no, not `{wanted.get('active', '')[:60]}`")
    return register.put(tx, [_entry(tx, said, active=active)], by)


def _entry(tx: Connection, said: dict[str, str], *, active: bool) -> Entry:
    try:
        record = record_of(StaffRecord, said, said["name"])
    except ConfigError as error:
        raise broken_words(error) from None
    _check_desks(tx, record.desks)
    return of_staff(record, active=active)


def _check_desks(tx: Connection, desks: Iterable[str]) -> None:
    """Against the policy in force, where there is one."""
    policy = policies.current(tx)
    known = [desk.desk for desk in policy.desks] if policy else []
    for desk in desks if policy else ():
        if desk not in known:
            raise NotPossible(f"there is no desk `{desk}`{did_you_mean(desk, known)}")
