"""`maild organisations`: customers, with their seats and what is theirs, and changes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.hand import As
from maild.cli.help import examples, new_app
from maild.cli.house import a_look
from maild.cli.output import AsJson, Columns, Limit, listing, safe, say, to_json
from maild.cli.register import (
    AsCsv,
    DryRun,
    Export,
    From,
    Import,
    LetGo,
    OfSource,
    Pairs,
    Why,
    broken_words,
    changing,
    fields_shown,
    import_file,
    pairs_of,
    print_export,
    tell,
)
from maild.cli.trail import tell_trail
from maild.directory import Directory
from maild.directory.contradictions import lacks, seat_holders
from maild.directory.csv import write_csv
from maild.directory.entries import Entries, Entry, Kind, of_kind, of_organisation, organisation_record
from maild.directory.plan import Diff
from maild.directory.tables import (
    ORGANISATION_COLUMNS,
    OrganisationRow,
    cell,
    record_of,
    rows_of_organisations,
)
from maild.directory.written import write_yaml
from maild.errors import ConfigError, NotFound
from maild.store import audit, register
from maild.store.register import By
from maild.yaml.suggest import did_you_mean

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="organisations")

Key = Annotated[str, typer.Argument(metavar="KEY", help="Short name of the organisation.")]
SETTABLE = tuple(column for column in ORGANISATION_COLUMNS if column != "key")


@dataclass(frozen=True, slots=True)
class Customer:
    """An organisation as it is listed: with who holds its seats, and what it has not but should."""

    key: str
    name: str
    domains: tuple[str, ...]
    seats: int | None
    taken: int
    package: str
    account_manager: str
    lacks: tuple[str, ...]
    source: str


COLUMNS: Columns[Customer] = {
    "key": lambda one: one.key,
    "name": lambda one: one.name,
    "seats": lambda one: str(one.taken) if one.seats is None else f"{one.taken} of {one.seats}",
    "package": lambda one: one.package,
    "account manager": lambda one: one.account_manager,
    "flags": lambda one: ", ".join(one.lacks),
}


@group.callback(
    invoke_without_command=True,
    epilog=examples(
        "maild organisations",
        "maild organisations add gamma --name 'Gamma Institute' seats=5 account_manager=grace",
        "maild organisations set acme seats=10 --why 'new contract'",
    ),
)
def organisations(ctx: typer.Context, limit: Limit = 1000, json: AsJson = False) -> None:
    """Customers: seats taken, package, account manager, and what is missing. Without a subcommand: the list."""
    if ctx.invoked_subcommand is None:
        _list(ctx, limit, json)


@group.command("list", epilog=examples("maild organisations list --json"))
def list_all(ctx: typer.Context, limit: Limit = 1000, json: AsJson = False) -> None:
    """The list, by key."""
    _list(ctx, limit, json)


@group.command("show", epilog=examples("maild organisations show acme"))
def show(ctx: typer.Context, key: Key, json: AsJson = False) -> None:
    """One customer: what the register says, who holds its seats, what is missing, what was changed."""
    with a_look(ctx) as tx:
        entries = register.register_entries(tx)
        trail = audit.trail(tx, Kind.ORGANISATION, key, 20)
    one = _known(entries, key)
    holders, missing = seat_holders(entries, key), lacks(entries, key)
    if json:
        said = {"key": key, **one.fields, "source": one.source, "seat_holders": holders, "lacks": missing}
        say(to_json(said | {"audit": trail}, indent=2))
        return
    say(safe(key))
    fields_shown({name: cell(value) for name, value in one.fields.items()} | {"source": one.source or "by hand"})
    fields_shown({"people": ", ".join(holders), "missing": ", ".join(missing)})
    tell_trail(trail)


@group.command(
    "add",
    epilog=examples(
        "maild organisations add gamma --name 'Gamma Institute' domains=gamma.example seats=5",
    ),
)
def add(
    ctx: typer.Context,
    key: Key,
    pairs: Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE…]", help="What else is known.")] = None,
    name: Annotated[str, typer.Option(help="Full name.")] = "",
    why: Why = "",
    as_: As = None,
) -> None:
    """Take a customer on: domains, seats, package, account_manager, systems, escalation."""
    said = {"key": key, "name": name or key, **pairs_of(pairs or [], SETTABLE)}
    tell(changing(ctx, as_, why, lambda tx, by: register.put(tx, [_entry(said)], by, new=True)))


@group.command(
    "set",
    epilog=examples(
        "maild organisations set acme seats=10 package=large --why 'new contract'",
        "maild organisations set acme 'systems=de-12-srv-0042 https://acme.platform.example'",
    ),
)
def set_fields(ctx: typer.Context, key: Key, pairs: Pairs, why: Why = "", as_: As = None) -> None:
    """Change a customer: name, domains, seats, package, account_manager, systems, escalation. Lists have blanks
    between their words; an empty value takes a word back."""
    wanted = pairs_of(pairs, SETTABLE)
    tell(changing(ctx, as_, why, lambda tx, by: _set(tx, key, wanted, by)))


@group.command("import", epilog=examples("maild organisations import customers.csv --dry-run"))
def import_organisations(
    ctx: typer.Context,
    file: From,
    dry_run: DryRun = False,
    source: OfSource = None,
    let_go: LetGo = False,
    why: Why = "",
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Take customers in, without their people: all of the file, or nothing with every reason."""
    wish = Import(file, source, let_go, frozenset({Kind.ORGANISATION}))
    import_file(ctx, wish, as_, why, dry_run=dry_run, json=json)


@group.command("export", epilog=examples("maild organisations export > customers.csv"))
def export(ctx: typer.Context, csv: AsCsv = True, why: Why = "", as_: As = None) -> None:
    """Print all customers, without their people, as `import` takes them."""
    print_export(ctx, as_, why, lambda tx: _export(register.register_entries(tx), csv))


def _list(ctx: typer.Context, limit: int, json: bool) -> None:
    with a_look(ctx) as tx:
        entries = register.register_entries(tx)
    rows = [_customer(entries, one) for one in of_kind(entries, Kind.ORGANISATION)[:limit]]
    listing(rows, COLUMNS, json)


def _customer(entries: Entries, one: Entry) -> Customer:
    record = organisation_record(one)
    return Customer(
        key=one.key,
        name=record.name,
        domains=record.domains,
        seats=record.seats,
        taken=len(seat_holders(entries, one.key)),
        package=record.package,
        account_manager=record.account_manager,
        lacks=lacks(entries, one.key),
        source=one.source,
    )


def _known(entries: Entries, key: str) -> Entry:
    one = entries.get((Kind.ORGANISATION, key))
    if one is None:
        known = [entry.key for entry in of_kind(entries, Kind.ORGANISATION)]
        raise NotFound(f"there is no organisation {key}{did_you_mean(key, known)}")
    return one


def _entry(said: dict[str, str]) -> Entry:
    try:
        return of_organisation(record_of(OrganisationRow, said, said["key"]))
    except ConfigError as error:
        raise broken_words(error) from None


def _set(tx: Connection, key: str, wanted: dict[str, str], by: By) -> Diff:
    (row,) = rows_of_organisations([_known(register.register_entries(tx), key)])
    return register.put(tx, [_entry(dict(zip(ORGANISATION_COLUMNS, row, strict=True)) | wanted)], by)


def _export(entries: Entries, as_csv: bool) -> Export:
    customers = of_kind(entries, Kind.ORGANISATION)
    if as_csv:
        text = write_csv(ORGANISATION_COLUMNS, rows_of_organisations(customers))
    else:
        text = write_yaml(Directory(organisations=tuple(map(organisation_record, customers))))
    return Export(text, tuple(one.ref for one in customers), f"exported as {'CSV' if as_csv else 'YAML'}")
