"""`maild announce`: tell customers of maintenance and of releases, in time, and each of them once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.announced import Said, announcement
from maild.cli.hand import As, NotPossible, actor, desks_among, desks_seen, member_named
from maild.cli.help import examples, new_app
from maild.cli.house import a_look, desk_among, opened
from maild.cli.output import AsJson, Columns, Limit, listing, safe, safe_lines, say, to_json, when
from maild.cli.progress import progress
from maild.decide.told import announcing
from maild.desks.policy import Desk
from maild.errors import ExitCode, NotFound
from maild.model import Address, Suppressed
from maild.model.announcements import Announcement, News
from maild.steps.announcing import Audience, Letter, audience, letters, tell
from maild.steps.house import House
from maild.store import announcements, register
from maild.store.announcements import Kept
from maild.yaml.suggest import did_you_mean

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
app.add_typer(group, name="announce")

MOST_SHOWN = 20
OfDesk = Annotated[str, typer.Option("--desk", metavar="DESK", help="The desk that writes.")]
Subject = Annotated[str, typer.Option("--subject", metavar="TEXT", help="What it is about, one line.")]
Begins = Annotated[
    str, typer.Option("--from", metavar="TIME", help="When it begins, by the desk's clock: 2026-12-05T20:00.")
]
Ends = Annotated[str, typer.Option("--to", metavar="TIME", help="When it is over.")]
Texts = Annotated[
    list[str] | None,
    typer.Option("--text", metavar="[LANGUAGE=]FILE", help="What else is said; - for a pipe. Once for each language."),
]
Keys = Annotated[
    list[str] | None, typer.Option("--organisation", metavar="KEY", help="Only customers who are named so.")
]
Only = Annotated[bool, typer.Option("--dry-run", help="Only show whom it would be told, and the mail.")]
Override = Annotated[
    str, typer.Option("--override", metavar="WHY", help="Tell it less than a working day ahead; the reason is kept.")
]
COLUMNS: Columns[Kept] = {
    "id": lambda one: str(one.id),
    "desk": lambda one: one.it.desk,
    "what": lambda one: one.it.news,
    "begins": lambda one: when(one.it.begins_at),
    "ends": lambda one: when(one.it.ends_at),
    "told": lambda one: str(one.told),
    "by": lambda one: one.actor,
    "override": lambda one: one.it.override,
    "subject": lambda one: one.it.subject,
}


@dataclass(frozen=True, slots=True)
class How:
    """How it shall be done: for these organisations only (none for all), and by whom."""

    organisations: tuple[str, ...]
    dry_run: bool
    as_: str | None
    json: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, or would be. `told` are addresses; `before`: how many were told earlier; `later`: how many are
    left for the next hour; `unheard`: organisations with nobody who could be told."""

    announcement: Announcement
    told: tuple[str, ...]
    before: int
    later: int
    held: tuple[Suppressed, ...]
    unheard: tuple[str, ...]
    letters: tuple[Letter, ...] = ()


@group.callback(
    epilog=examples(
        "maild announce maintenance --desk service --subject 'New disks' --from 2026-12-05T20:00 --to 2026-12-05T23:00",
        "maild announce list",
    )
)
def announce() -> None:
    """Tell customers of maintenance and releases, in time and once."""


@group.command(
    "maintenance",
    epilog=examples(
        "maild announce maintenance --desk service --subject 'New disks' --from 2026-12-05T20:00 --to 2026-12-05T23:00 "
        "--dry-run",
        "maild announce maintenance --desk service --subject 'New disks' --from 2026-12-05T20:00 --to 2026-12-05T23:00 "
        "--text de=disks.de.txt --text en=disks.en.txt",
    ),
)
def maintenance(
    ctx: typer.Context,
    desk: OfDesk,
    subject: Subject,
    begins: Begins,
    ends: Ends,
    text: Texts = None,
    organisation: Keys = None,
    dry_run: Only = False,
    override: Override = "",
    as_: As = None,
    json: AsJson = False,
) -> int:
    """Tell customers' primary contacts when something will be out of service.

    At least one working day of the desk ahead, or with --override. Whoever was told already is not told again: after
    a crash, give the same command. Exit code 1: somebody was not told.
    """
    said = Said(desk, subject, begins, ends, tuple(text or ()), override)
    return _announce(ctx, News.MAINTENANCE, said, How(tuple(organisation or ()), dry_run, as_, json))


@group.command(
    "release",
    epilog=examples(
        "maild announce release --desk service --subject 'Version 4.2' --from 2026-12-09T06:00 --to 2026-12-09T07:00"
    ),
)
def release(
    ctx: typer.Context,
    desk: OfDesk,
    subject: Subject,
    begins: Begins,
    ends: Ends,
    text: Texts = None,
    organisation: Keys = None,
    dry_run: Only = False,
    override: Override = "",
    as_: As = None,
    json: AsJson = False,
) -> int:
    """Tell customers' primary contacts of a release that interrupts the service; like `maintenance`.

    Its notes are owed within two weeks: whoever announces it is reminded before these are over.
    """
    said = Said(desk, subject, begins, ends, tuple(text or ()), override)
    return _announce(ctx, News.RELEASE, said, How(tuple(organisation or ()), dry_run, as_, json))


@group.command("list", epilog=examples("maild announce list --json"))
def list_all(ctx: typer.Context, as_: As = None, limit: Limit = 1000, json: AsJson = False) -> None:
    """What was announced, the newest first: when, by whom, how many were told, and why it came late."""
    with a_look(ctx) as tx:
        found = announcements.latest(tx, desks_seen(tx, as_), limit)
    listing(found, COLUMNS, json)


def _announce(ctx: typer.Context, news: News, said: Said, how: How) -> int:
    with opened(ctx) as house:
        with house.store.reading() as tx:
            theirs = desks_among(house.policy.desks, member_named(tx, how.as_).desks)
            desk, who = desk_among(theirs, said.desk), actor(tx, how.as_)
            it = announcement(news, said, desk)
            kept = announcements.find(tx, it)
            found = audience(tx, house, it, _organisations(tx, how.organisations))
        if complaint := _differs(it, kept) or _complaint(house, it, desk, kept):
            raise NotPossible(complaint)
        it = kept.it if kept else it
        done = _shown(house, it, found) if how.dry_run else _told(house, it, found, who)
    say(to_json(done, indent=2)) if how.json else _print(done, how)
    return ExitCode.FINDING if done.held or done.later or done.unheard else ExitCode.DONE


def _differs(it: Announcement, kept: Kept | None) -> str:
    """What people were told is not changed under them."""
    if kept is None or (kept.it.ends_at == it.ends_at and it.texts in ((), kept.it.texts)):
        return ""
    return "this was announced before with another end or text: announce what is new under another --subject"


def _complaint(house: House, it: Announcement, desk: Desk, kept: Kept | None) -> str:
    """Why it may not go out; what was announced in time may be gone on with."""
    now = house.clock()
    if it.begins_at <= now:
        return f"it has begun already, at {when(it.begins_at)}: --from is a time to come"
    late = announcing.too_late(it, desk, kept.created_at if kept else now)
    return "" if it.override or (kept and kept.it.override) else late


def _organisations(tx: Connection, wanted: Collection[str]) -> Collection[str]:
    """Those that are named. Raises NotFound."""
    known = [one.key for one in register.list_organisations(tx)]
    for key in wanted:
        if key not in known:
            raise NotFound(f"there is no organisation {key}{did_you_mean(key, known)}")
    return wanted


def _shown(house: House, it: Announcement, found: Audience) -> Outcome:
    """What would be done."""
    told = tuple(one.address for one in found.now)
    return Outcome(it, told, found.before, found.later, (), found.unheard, tuple(letters(house, it, found.now)))


def _told(house: House, it: Announcement, found: Audience, who: Address) -> Outcome:
    told: list[str] = []
    held: list[Suppressed] = []
    with progress("told", len(found.now)) as count:
        for batch in tell(house, it, found.now, who):
            told += [count(address) for address in batch.told]
            held += [count(one) for one in batch.held]
    return Outcome(it, tuple(told), found.before, found.later, tuple(held), found.unheard)


def _print(done: Outcome, how: How) -> None:
    for line in _lines(done, how):
        say(line)


def _lines(done: Outcome, how: How) -> Iterator[str]:
    yield f"{'nothing is sent; it would be told' if how.dry_run else 'told'}: {len(done.told)}"
    yield from (f"  {safe(address)}" for address in done.told[:MOST_SHOWN])
    if len(done.told) > MOST_SHOWN:
        yield f"  and {len(done.told) - MOST_SHOWN} more"
    if done.before:
        yield f"told before: {done.before}"
    yield from (f"not told: {safe(one.recipient)}: {safe(one.reason.text)}" for one in done.held)
    yield from (f"nobody to be told at {safe(key)}: `maild contacts set ADDRESS primary=true`" for key in done.unheard)
    if done.later:
        yield f"{done.later} are left, so that other mail has room: give the same command again in an hour"
    for one in done.letters:
        yield f"\n--- {one.language}, to {one.readers} ---\nSubject: {safe(one.subject)}\n"
        yield safe_lines(one.text).rstrip("\n")
