"""`maild contacts`: who is known, what the register says of them, and changes of it."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.envelope import address_given
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
from maild.directory.csv import write_csv
from maild.directory.entries import Entries, Entry, Kind, by_ref, directory_of, of_people, people_of, person_record
from maild.directory.plan import Diff
from maild.directory.tables import CONTACT_COLUMNS, PersonRow, cell, record_of, rows_of_contacts
from maild.directory.written import write_yaml
from maild.errors import ConfigError, NotFound
from maild.model import Contact, Duty, Register
from maild.store import audit, register
from maild.store.register import By, Left

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="contacts")

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Any address of theirs.")]
Organisation = Annotated[str | None, typer.Option(metavar="KEY", help="Only its people.")]
SETTABLE = tuple(column for column in CONTACT_COLUMNS if column != "addresses")
COLUMNS: Columns[Contact] = {
    "address": lambda one: one.address,
    "name": lambda one: one.name,
    "register": lambda one: one.register,
    "organisation": lambda one: one.organisation,
    "language": lambda one: one.language,
    "what for": lambda one: " ".join(_roles(one)),
}


def _roles(one: Contact) -> tuple[str, ...]:
    flags = (("primary", one.primary), ("follows", one.follows))
    return (*(word for word, there in flags if there), *one.duties)


@group.callback(
    invoke_without_command=True,
    epilog=examples(
        "maild contacts",
        "maild contacts --organisation acme --json",
        "maild contacts add eva@acme.example --organisation acme --name 'Eva East'",
        "maild contacts leave bob@acme.example --why 'ticket SD-1042'",
    ),
)
def contacts(ctx: typer.Context, organisation: Organisation = None, limit: Limit = 1000, json: AsJson = False) -> None:
    """Who is known, by address. Who is in no directory and wrote is unverified. Without a subcommand: the list."""
    if ctx.invoked_subcommand is None:
        _list(ctx, organisation, limit, json)


@group.command("list", epilog=examples("maild contacts list --organisation acme"))
def list_all(ctx: typer.Context, organisation: Organisation = None, limit: Limit = 1000, json: AsJson = False) -> None:
    """The list, by address."""
    _list(ctx, organisation, limit, json)


@group.command("show", epilog=examples("maild contacts show ada@acme.example"))
def show(ctx: typer.Context, address: Address, json: AsJson = False) -> None:
    """One person: what the register says of them, where that comes from, and what was changed."""
    with a_look(ctx) as tx:
        people = register.person_behind(tx, address_given(address))
        trail = audit.trail_of(tx, Kind.CONTACT, [one.key for one in people], 20)
    if json:
        say(to_json({"contacts": [_object(one) for one in people], "audit": trail}, indent=2))
        return
    for one in people:
        say(safe(one.key))
        fields_shown({name: cell(value) for name, value in one.fields.items()} | {"source": one.source or "by hand"})
    tell_trail(trail)


@group.command(
    "add",
    epilog=examples(
        "maild contacts add eva@acme.example --organisation acme --name 'Eva East' --why 'ticket SD-1042'",
        "maild contacts add eva@acme.example e.east@acme.example --organisation acme --register authorised --primary",
    ),
)
def add(
    ctx: typer.Context,
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS…", help="Addresses of one person.")],
    organisation: Annotated[str, typer.Option(metavar="KEY", help="The organisation they belong to.")],
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    state: Annotated[str, typer.Option("--register", help="registered or authorised.")] = Register.REGISTERED,
    language: Annotated[str, typer.Option(help="Language of mails to them, like en.")] = "",
    primary: Annotated[bool, typer.Option("--primary", help="First to be told; takes over from another.")] = False,
    follows: Annotated[bool, typer.Option("--follows", help="Told of each new ticket of their organisation.")] = False,
    duty: Annotated[list[Duty] | None, typer.Option(help="What they are there for; may be given again.")] = None,
    why: Why = "",
    as_: As = None,
) -> None:
    """Register a person. Refused where all seats are taken, for shared addresses, and for members elsewhere."""
    said = {"addresses": " ".join(addresses), "organisation": organisation, "name": name, "register": state}
    said |= {"language": language, "duties": " ".join(duty or ())}
    said |= {word: "yes" for word, there in (("primary", primary), ("follows", follows)) if there}
    entries = _entries(said, addresses[0])
    tell(changing(ctx, as_, why, lambda tx, by: register.put(tx, entries, by, new=True)))


@group.command(
    "set",
    epilog=examples(
        "maild contacts set ada@acme.example register=authorised primary=yes --why 'ticket SD-1042'",
        "maild contacts set bob@acme.example 'duties=technical monitoring' language=de",
        "maild contacts set dir@acme.example register=authorised until=2026-12-01T12:00Z",
    ),
)
def set_fields(ctx: typer.Context, address: Address, pairs: Pairs, why: Why = "", as_: As = None) -> None:
    """Change what is said of a person, under all their addresses: name, register, organisation, language, primary,
    follows, duties, until. An empty value takes a word back."""
    wanted = pairs_of(pairs, SETTABLE)
    tell(changing(ctx, as_, why, lambda tx, by: _set(tx, address_given(address), wanted, by)))


@group.command("leave", epilog=examples("maild contacts leave bob@acme.example --why 'ticket SD-1042'"))
def leave(ctx: typer.Context, address: Address, why: Why = "", as_: As = None, json: AsJson = False) -> None:
    """Somebody has left: inactive under all their addresses, never deleted. Says who is needed in their place."""
    left = changing(ctx, as_, why, lambda tx, by: register.leave(tx, address_given(address), by))
    if json:
        say(to_json(left, indent=2))
    else:
        _tell_left(left)


@group.command(
    "import",
    epilog=examples(
        "maild contacts import people.csv --dry-run",
        "maild contacts import people.csv --why 'list of 1 December'",
        "maild contacts import /etc/maild/directory.yaml --let-go",
        "ldap-to-csv | maild contacts import - --source ldap",
    ),
)
def import_contacts(
    ctx: typer.Context,
    file: From,
    dry_run: DryRun = False,
    source: OfSource = None,
    let_go: LetGo = False,
    why: Why = "",
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Take people in: all of the file, or nothing with every reason. YAML may bring organisations, staff and teams."""
    kinds = frozenset(Kind) if not file.endswith(".csv") and file != "-" else frozenset({Kind.CONTACT})
    import_file(ctx, Import(file, source, let_go, kinds), as_, why, dry_run=dry_run, json=json)


@group.command("export", epilog=examples("maild contacts export > people.csv", "maild contacts export --yaml"))
def export(
    ctx: typer.Context, csv: AsCsv = True, organisation: Organisation = None, why: Why = "", as_: As = None
) -> None:
    """Print everybody who is registered, authorised or inactive, as `import` takes them; YAML is a whole directory."""
    print_export(ctx, as_, why, lambda tx: _export(register.register_entries(tx), csv, organisation))


def _list(ctx: typer.Context, organisation: str | None, limit: int, json: bool) -> None:
    with a_look(ctx) as tx:
        listing(register.list_contacts(tx, organisation, limit), COLUMNS, json)


def _object(one: Entry) -> dict[str, object]:
    return {"address": one.key, **one.fields, "source": one.source}


def _entries(said: dict[str, str], address: str) -> tuple[Entry, ...]:
    """Words of the command line as the entries of one person."""
    try:
        record = record_of(PersonRow, said, address)
    except ConfigError as error:
        raise broken_words(error) from None
    return tuple(of_people(record.organisation, [record.person]))


def _set(tx: Connection, address: str, wanted: dict[str, str], by: By) -> Diff:
    people = register.person_behind(tx, address)
    if people[0].vouched:
        organisation = str(people[0].fields["organisation"])
        (row,) = rows_of_contacts([(organisation, person_record(people))])
        said = dict(zip(CONTACT_COLUMNS, row, strict=True))
    else:
        said = {"addresses": address, "name": cell(people[0].fields["name"])}
    return register.put(tx, _entries(said | wanted, address), by)


def _tell_left(left: Left) -> None:
    say(safe(f"{', '.join(left.addresses)}: inactive"))
    for need in left.needs:
        say(safe(f"{left.organisation} needs {need}"))


def _export(entries: Entries, as_csv: bool, organisation: str | None) -> Export:
    if organisation is not None and (Kind.ORGANISATION, organisation) not in entries:
        raise NotFound(f"there is no organisation {organisation}")
    chosen = by_ref(one for one in entries.values() if _is_of(one, organisation))
    people = people_of(chosen)
    text = write_csv(CONTACT_COLUMNS, rows_of_contacts(people)) if as_csv else write_yaml(directory_of(chosen))
    subjects = tuple((Kind.CONTACT, address) for _, person in people for address in person.addresses)
    return Export(text, subjects, f"exported as {'CSV' if as_csv else 'YAML'}")


def _is_of(one: Entry, organisation: str | None) -> bool:
    if organisation is None:
        return True
    return organisation in (one.key if one.kind is Kind.ORGANISATION else "", one.fields.get("organisation"))
