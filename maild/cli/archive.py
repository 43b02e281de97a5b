"""`maild archive`: what was settled long ago goes into files, and organisations keep theirs at hand (REQ-L6)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli import archive_files, archive_return
from maild.cli.hand import As, NotPossible, desks_among, desks_seen, name_of
from maild.cli.help import examples, new_app
from maild.cli.house import desk_among, opened, store_of
from maild.cli.output import AsJson, Columns, listing, safe, when
from maild.cli.progress import progress
from maild.clock import system_clock
from maild.errors import ExitCode
from maild.model import TicketId
from maild.steps import archiving
from maild.steps.house import House
from maild.store import audit
from maild.store.archiving import at_hand
from maild.store.archiving.at_hand import AtHand
from maild.store.archiving.taking import By
from maild.store.backup.about import Unusable
from maild.store.erasing.archives import Archived
from maild.store.rows import tickets_by_id

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="archive")
archive_files.register(group)
archive_return.register(group)

MOST = 100_000
"""Tickets of one desk at once."""


@dataclass(frozen=True, slots=True)
class Went:
    """A ticket that went into the archive, or would go; `place` is its file, "" as long as there is none."""

    number: str
    desk: str
    settled_at: datetime | None
    place: str = ""


WENT: Columns[Went] = {
    "ticket": lambda one: one.number,
    "desk": lambda one: one.desk,
    "settled": lambda one: when(one.settled_at),
    "file": lambda one: one.place,
}
AT_HAND: Columns[AtHand] = {
    "organisation": lambda one: one.organisation,
    "since": lambda one: when(one.at),
    "by": lambda one: one.actor,
    "why": lambda one: one.why,
}


@group.callback(
    epilog=examples(
        "maild archive run --dry-run", "maild archive list --organisation acme", "maild archive return 1042"
    )
)
def archive() -> None:
    """Tickets that were settled long ago, as files: write them, look after them, bring them back."""


@group.command("run", epilog=examples("maild archive run", "maild archive run --desk service --dry-run --json"))
def run(
    ctx: typer.Context,
    desk: Annotated[str, typer.Option("--desk", metavar="DESK", help="Only of this desk.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which tickets would go.")] = False,
    as_: As = None,
    json: AsJson = False,
) -> int:
    """Archive what is old enough (`retention: archive` in a desk's file) now; the daemon does it every hour.

    Numbers, times, status and people stay; words, mails and files go into a ZIP. Exit code 1 where one could not go.
    """
    with opened(ctx) as house:
        with house.store.reading() as tx:
            desks, by = desks_among(house.policy.desks, desks_seen(tx, as_)), By(house.clock(), name_of(tx, as_))
        wanted = (desk_among(desks, desk),) if desk else desks
        due = archiving.all_due(house.store, wanted, by.at, MOST)
        found = _described(house, due) if dry_run else _archived(house, due, by)
    listing([one for one in found if one.place or dry_run], WENT, json)
    return ExitCode.DONE if dry_run or all(one.place for one in found) else ExitCode.FINDING


def _described(house: House, numbers: Sequence[TicketId]) -> list[Went]:
    with house.store.reading() as tx:
        found = tickets_by_id(tx, numbers)
    return [Went(one.number, one.desk, one.settled_at) for one in found.values()]


def _archived(house: House, numbers: Sequence[TicketId], by: By) -> list[Went]:
    """One after the other; standard error says why one did not go."""
    with progress("archiving", len(numbers)) as count:
        return [_one(house, count(number), by) for number in numbers]


def _one(house: House, number: TicketId, by: By) -> Went:
    (told,) = _described(house, [number])
    done: Archived | None = None
    try:
        done = archiving.archive(house.store, archive_files.shelf_in(house), number, by)
    except Unusable as error:
        sys.stderr.write(f"maild: ticket {told.number} stays: {safe(str(error))}\n")
    return Went(told.number, told.desk, told.settled_at, done.place if done else "")


@group.command("keep", epilog=examples("maild archive keep acme --why 'letter of 3 May'", "maild archive keep"))
def keep(
    ctx: typer.Context,
    organisation: Annotated[
        str, typer.Argument(metavar="[ORGANISATION]", help="Its key; without it, list who keeps theirs.")
    ] = "",
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Who asked for it, and when.")] = "",
    release: Annotated[bool, typer.Option("--release", help="They may be archived again.")] = False,
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Keep an organisation's tickets at hand, as it asked: none of them is archived from now on."""
    with store_of(ctx) as store:
        if organisation:
            store.retrying(lambda tx: _keep(tx, organisation, why, release, as_))
        with store.reading() as tx:
            found = at_hand.everybody(tx)
    listing(found, AT_HAND, json)


def _keep(tx: Connection, key: str, why: str, release: bool, as_: str | None) -> None:
    if not release and not why.strip():
        raise NotPossible("say --why: who asked for it, and when")
    at, by = system_clock(), name_of(tx, as_)
    if release:
        at_hand.release(tx, key)
    else:
        at_hand.keep(tx, AtHand(key, at, by, why))
    audit.note(tx, at, by, "organisation", key, "archived again" if release else "kept out of the archive", why)
