"""`maild archive list` and `verify`: which archives there are, and whether their files are what was archived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.access import noted
from maild.cli.backup_words import megabytes
from maild.cli.hand import As, desks_seen
from maild.cli.help import examples
from maild.cli.house import settings_of, store_of
from maild.cli.output import AsJson, Columns, listing, when
from maild.errors import ExitCode, NotFound
from maild.settings import Settings
from maild.steps.house import House
from maild.steps.secret import read_secret
from maild.store import tickets
from maild.store.archiving import files, records
from maild.store.archiving.records import Listed
from maild.store.archiving.shelf import Shelf, shelf_of
from maild.store.backup.about import Unusable
from maild.store.merged import family, home_of

Identity = Annotated[
    Path | None,
    typer.Option("--identity", metavar="KEYFILE", help="Private age key, for files that are encrypted."),
]


@dataclass(frozen=True, slots=True)
class Shown:
    """An archive as it is listed. `here`: whether its file lies in the folder; `size` in bytes."""

    number: str
    desk: str
    state: str
    archived_at: datetime
    by: str
    size: int
    sha256: str
    returned_at: datetime | None
    here: bool
    place: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at a file came to: `problem` is "" where all is well. `opened`: whether it could be looked into."""

    number: str
    place: str
    opened: bool
    problem: str


SHOWN: Columns[Shown] = {
    "ticket": lambda one: one.number,
    "desk": lambda one: one.desk,
    "archived": lambda one: when(one.archived_at),
    "by": lambda one: one.by,
    "size": lambda one: megabytes(one.size),
    "state": lambda one: one.state,
    "file": lambda one: one.place if one.here else f"{one.place} (not in the folder)",
}
VERDICTS: Columns[Verdict] = {
    "ticket": lambda one: one.number,
    "file": lambda one: one.place,
    "good": lambda one: one.problem or ("yes" if one.opened else "it is the file; --identity looks inside"),
}


def register(group: typer.Typer) -> None:
    """Both commands into `maild archive`."""
    group.command("list", epilog=examples("maild archive list --desk service", "maild archive list --json"))(list_all)
    more = ("maild archive verify", "maild archive verify SD-1042", "maild archive verify --folder /mnt/tape")
    group.command("verify", epilog=examples(*more))(verify)


def shelf_in(house: House) -> Shelf:
    """Where the archives of this house lie. Raises NotFound."""
    if house.shelf is None:
        raise NotFound("this house has no archive")
    return house.shelf


def list_all(
    ctx: typer.Context,
    desk: Annotated[str, typer.Option("--desk", metavar="DESK", help="Only of this desk.")] = "",
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="KEY", help="Only of what this organisation asked.")
    ] = "",
    as_: As = None,
    json: AsJson = False,
) -> None:
    """What is archived, and what came back; the oldest first."""
    shelf = _shelf(settings_of(ctx))
    with store_of(ctx) as store, store.reading() as tx:
        found = _seen(tx, as_, records.every(tx, desk=desk, organisation=organisation))
    listing([_shown(one, shelf) for one in found], SHOWN, json)


def verify(
    ctx: typer.Context,
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="[N]…", help="Tickets; without any, everything.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="Where the files were carried, with their folders.")
    ] = None,
    identity: Identity = None,
    as_: As = None,
    json: AsJson = False,
) -> int:
    """Read archive files, and compare them with what was archived.

    Exit code 1 where one is missing, was changed, should be gone, or belongs to no ticket.
    """
    shelf = _shelf(settings_of(ctx))
    shelf = replace(shelf, folder=folder.absolute()) if folder else shelf
    with store_of(ctx) as store:
        noted(store, as_, None, "archive verify")
        with store.reading() as tx:
            everything = records.every(tx)
            found = _seen(tx, as_, _named(tx, everything, numbers or ()))
    verdicts = [_verdict(one, shelf, identity) for one in found]
    if not numbers:
        verdicts += _strays(shelf, everything)
    listing(verdicts, VERDICTS, json)
    return ExitCode.FINDING if any(one.problem for one in verdicts) else ExitCode.DONE


def _shelf(settings: Settings) -> Shelf:
    return shelf_of(settings, read_secret(settings.state))


def _seen(tx: Connection, name: str | None, found: Sequence[Listed]) -> list[Listed]:
    """Staff see those of their desks."""
    desks = desks_seen(tx, name)
    return [one for one in found if not desks or one.desk in desks]


def _named(tx: Connection, found: Sequence[Listed], numbers: Sequence[str]) -> Sequence[Listed]:
    """Those of these tickets. Raises NotFound for one that was never archived."""
    if not numbers:
        return found
    wanted = {one: family(tx, home_of(tx, tickets.find_number(tx, one)).id) for one in numbers}
    there = {one.archive.ticket for one in found}
    if missing := [number for number, theirs in wanted.items() if there.isdisjoint(theirs)]:
        raise NotFound(f"ticket {missing[0]} is not in the archive: `maild archive list` names what is")
    return [one for one in found if any(one.archive.ticket in theirs for theirs in wanted.values())]


def _shown(one: Listed, shelf: Shelf) -> Shown:
    it = one.archive
    state = "archived" if it.live else "must go" if it.doomed_at else "brought back"
    here = shelf.path(it).exists()
    return Shown(one.number, one.desk, state, it.at, it.actor, it.size, it.sha256, it.returned_at, here, it.place)


def _verdict(one: Listed, shelf: Shelf, identity: Path | None) -> Verdict:
    it, problem, looked = one.archive, "", False
    if it.doomed_at:
        problem = "what it holds was erased or archived anew: delete it, wherever it lies"
    elif it.live or shelf.path(it).exists():
        try:
            looked = files.prove(shelf, it, identity)
        except Unusable as error:
            problem = str(error)
    return Verdict(one.number, it.place, looked, problem)


def _strays(shelf: Shelf, known: Sequence[Listed]) -> Iterator[Verdict]:
    for path in files.strays(shelf, frozenset(one.archive.place for one in known)):
        place = path.relative_to(shelf.folder).as_posix()
        yield Verdict("", place, False, "it is of no ticket here: left by a crash, or of a database that was put aside")
