"""`maild erase` and `maild hold`: what is erased is erased everywhere, and the certificate says so."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.elsewhere import archive_files, copies, directories
from maild.cli.envelope import address_given
from maild.cli.hand import As, NotPossible, desks_seen, name_of, seen_ticket
from maild.cli.help import examples, new_app
from maild.cli.house import a_look, settings_of, store_of
from maild.cli.output import AsJson, Columns, listing, safe, say, to_json, when
from maild.clock import system_clock
from maild.directory.entries import Entry
from maild.errors import ExitCode, NotFound, StoreUnavailable
from maild.model import TicketId
from maild.settings import Settings
from maild.steps import erasing
from maild.steps.erasing import Order
from maild.steps.secret import read_secret
from maild.store import audit, register
from maild.store.archiving.shelf import shelf_of
from maild.store.engine import Store
from maild.store.erasing import chain, holds
from maild.store.erasing.chain import Erasure
from maild.store.erasing.compacting import compact
from maild.store.erasing.holds import Hold

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="erase")

Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it stays, so name nobody.")]
LIST: Columns[Erasure] = {
    "number": lambda one: str(one.number),
    "at": lambda one: when(one.at),
    "by": lambda one: one.actor,
    "what": lambda one: f"{one.kind} {one.subject}",
    "why": lambda one: one.why,
    "certificate": lambda one: one.certificate,
}
HELD: Columns[Hold] = {
    "ticket": lambda one: str(one.ticket),
    "since": lambda one: when(one.at),
    "by": lambda one: one.actor,
    "why": lambda one: one.why,
}
WIDTH = 24


@group.callback(
    invoke_without_command=True,
    epilog=examples(
        "maild erase --person ada@acme.example --dry-run",
        "maild erase --person ada@acme.example --why 'asked by letter of 3 May' > certificate.txt",
        "maild erase --ticket SD-1042",
        "maild erase --text SD-1042 --article 7 --words -",
    ),
)
def erase(
    ctx: typer.Context,
    person: Annotated[str, typer.Option("--person", metavar="ADDRESS", help="Everything of this person.")] = "",
    ticket: Annotated[str, typer.Option("--ticket", metavar="N", help="Everything of this ticket.")] = "",
    text: Annotated[str, typer.Option("--text", metavar="N", help="Only some words of this ticket.")] = "",
    article: Annotated[int, typer.Option("--article", metavar="ID", help="With --text: where they stand.")] = 0,
    words: Annotated[
        str, typer.Option("--words", metavar="FILE", help="With --text: the words, one text a line; - for a pipe.")
    ] = "",
    why: Why = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not write the database anew now; `maild erase compact` does it later.")
    ] = False,
    identity: Annotated[
        Path | None, typer.Option("--identity", metavar="KEYFILE", help="Private age key, for encrypted archives.")
    ] = None,
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Erase for good: mail, articles, files, decisions, mail of ours, history, the contact. Prints a certificate.

    Tickets stay as skeletons: number, desk, times, status. A person: the tickets they asked for, and on others' what
    they wrote; whoever has several addresses goes with all of them. Held tickets are refused (`maild hold`). What lies
    in the archive is brought back for it. Backups made before hold it until they expire; a restore erases it again.
    """
    if ctx.invoked_subcommand is not None:
        return
    if [bool(person), bool(ticket), bool(text)].count(True) != 1:
        raise NotPossible("say what to erase: --person ADDRESS, --ticket N, or --text N --article ID --words FILE")
    settings = settings_of(ctx)
    with store_of(ctx) as store:
        order = _order(store, settings, why, as_, identity)
        known = _known(store, person) if person else ()
        done = _done(store, order, (person, ticket, text), (article, words), as_, dry_run=dry_run)
        if not dry_run:
            erasing.write_down(store, settings.state)
        left = () if dry_run else (*_compacted(store, quick), *_elsewhere(store, settings, known, done))
    say(to_json(done, indent=2)) if json else _print(done, dry_run, left)


@group.command("verify", epilog=examples("maild erase verify"))
def verify(ctx: typer.Context, json: AsJson = False) -> int:
    """Check the chain of erasures: that none was changed, put in or taken out. Exit code 1 if one was."""
    settings = settings_of(ctx)
    with store_of(ctx) as store:
        with store.reading() as tx:
            ones = chain.every(tx)
        found = list(chain.faults(ones, chain.read_file(settings.state)))
        if not found:
            chain.write_file(settings.state, ones)
    if json:
        say(to_json({"erasures": len(ones), "faults": found}, indent=2))
    else:
        for line in found or [f"{len(ones)} erasures, and the chain holds"]:
            say(safe(line))
    return ExitCode.FINDING if found else ExitCode.DONE


@group.command("list", epilog=examples("maild erase list", "maild erase list --json"))
def list_all(ctx: typer.Context, json: AsJson = False) -> None:
    """What was erased, when, by whom and why; of whom, only those who hold the secret can tell."""
    with a_look(ctx) as tx:
        found = chain.every(tx)
    listing(found[::-1], LIST, json)


@group.command("compact", epilog=examples("maild erase compact"))
def compact_now(ctx: typer.Context) -> None:
    """Write the database anew, so that no byte of what was erased is left in its files. Nobody can write meanwhile."""
    with store_of(ctx) as store:
        compact(store)
    say("the database was written anew")


@app.command("hold", epilog=examples("maild hold 1042 --why 'court case 7 O 12/26'", "maild hold 1042 --release"))
def hold(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="[N]", help="Ticket number; without it, list what is held.")] = "",
    why: Why = "",
    release: Annotated[bool, typer.Option("--release", help="Let it go.")] = False,
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Hold a ticket that the law wants kept: nothing erases it until somebody releases it."""
    with store_of(ctx) as store:
        if number:
            store.retrying(lambda tx: _hold(tx, number, why, release, as_))
        with store.reading() as tx:
            found = holds.all_holds(tx)
    listing(found, HELD, json)


def _hold(tx: Connection, number: str, why: str, release: bool, as_: str | None) -> None:
    ticket = TicketId(seen_ticket(tx, number, as_).ticket.id)
    if not release and not why.strip():
        raise NotPossible("say --why it must be kept: whoever wants to erase it later reads it")
    at, by = system_clock(), name_of(tx, as_)
    if release:
        holds.release(tx, ticket)
    else:
        holds.put(tx, Hold(ticket, at, by, why))
    audit.note(tx, at, by, "ticket", str(ticket), "released" if release else "held", why)


def _order(store: Store, settings: Settings, why: str, as_: str | None, identity: Path | None) -> Order:
    with store.reading() as tx:
        who, desks = name_of(tx, as_), desks_seen(tx, as_)
    secret = read_secret(settings.state)
    return Order(who, system_clock(), secret, why, desks, shelf_of(settings, secret), identity)


def _done(
    store: Store,
    order: Order,
    what: tuple[str, str, str],
    of_text: tuple[int, str],
    as_: str | None,
    *,
    dry_run: bool,
) -> Erasure:
    person, ticket, text = what
    if person:
        return erasing.erase_person(store, _addresses(store, person), order, dry_run=dry_run)
    with store.reading() as tx:
        number = TicketId(seen_ticket(tx, ticket or text, as_).ticket.id)
    if ticket:
        return erasing.erase_ticket(store, number, order, dry_run=dry_run)
    article, words = of_text
    if not article or not words:
        raise NotPossible("say which: --article ID (`maild show` names them) and --words FILE (or -)")
    return erasing.erase_text(store, number, article, _words(words), order, dry_run=dry_run)


def _addresses(store: Store, person: str) -> Sequence[str]:
    """All addresses of the person; of a stranger this one."""
    return [one.key for one in _known(store, person)] or [address_given(person)]


def _known(store: Store, person: str) -> tuple[Entry, ...]:
    """The contacts of the person."""
    address = address_given(person)
    with store.reading() as tx:
        try:
            return register.person_behind(tx, address)
        except NotFound:
            return ()


def _words(file: str) -> list[str]:
    said = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    if not (found := [line for line in said.splitlines() if line.strip()]):
        raise NotPossible("there are no words: write one text a line")
    return found


def _compacted(store: Store, quick: bool) -> Iterator[str]:
    """What is still to be done. It is erased, whether this works or not."""
    if quick:
        yield "old bytes may be in free parts of the database's files: run `maild erase compact`"
        return
    try:
        compact(store)
    except StoreUnavailable as error:
        yield str(error)


def _elsewhere(store: Store, settings: Settings, known: tuple[Entry, ...], done: Erasure) -> Iterator[str]:
    yield from directories(known)
    yield from copies(settings)
    with store.reading() as tx:
        yield from archive_files(tx, done.record)


def _print(done: Erasure, dry_run: bool, left: Iterable[str]) -> None:
    for line in _lines(done, dry_run):
        say(safe(line))
    for line in left:
        say(f"still to do: {safe(line)}")


def _lines(done: Erasure, dry_run: bool) -> Iterator[str]:
    yield "Nothing is erased; this would be:" if dry_run else f"Certificate of erasure {done.number}"
    yield from (f"  {name:<{WIDTH}}{value}" for name, value in _facts(done, dry_run) if value)
    yield from (f"  {name:<{WIDTH}}{many}" for name, many in done.record.counts)


def _facts(done: Erasure, dry_run: bool) -> Sequence[tuple[str, str]]:
    said = (
        ("what", f"{done.kind} {done.subject}"),
        ("when", when(done.at)),
        ("by", done.actor),
        ("why", done.why),
        ("ticket numbers", ", ".join(map(str, done.record.tickets))),
    )
    hashes = (("hash", done.certificate), ("hash of the chain", done.digest))
    return said if dry_run else (*said, *hashes)
