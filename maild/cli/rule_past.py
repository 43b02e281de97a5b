"""`maild rules replay`, `maild rules stats`: what would have become different, and which rules are ever needed?

Law: a replay asks the files as they are now, or those of `--rules DIR`; `stats` is about what is in force.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.envelope import instant
from maild.cli.help import examples
from maild.cli.house import settings_of, store_of
from maild.cli.output import AsJson, Columns, listing, say, to_json, when
from maild.cli.progress import progress
from maild.cli.rule_files import RulesFolder, sound, with_rules
from maild.clock import system_clock
from maild.errors import ExitCode
from maild.ingest.batches import groups
from maild.model import EntryId, TicketId
from maild.rules.sieve import RuleSet
from maild.steps.replaying import Outcome
from maild.steps.replaying import replay as asked_again
from maild.store import hits, policies, replaying
from maild.store.hits import Stat
from maild.store.rows import tickets_by_id

app = typer.Typer(rich_markup_mode=None, add_completion=False)
AGO = re.compile(r"(\d{1,5})\s*([hdw])")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
PAGE = 500


# ---- replay --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that would have become different of a mail. `ticket` is its number, "" where it has none."""

    entry: EntryId
    ticket: str
    at: datetime
    name: str
    old: str
    new: str
    because: str


DIFFERENCES: Columns[Difference] = {
    "ticket": lambda one: one.ticket or f"inbox entry {one.entry}",
    "when": lambda one: when(one.at),
    "what": lambda one: f"{one.name}: {one.old or 'nothing'} → {one.new or 'nothing'}",
    "by": lambda one: one.because,
}


@dataclass
class Tally:
    """How many mails were looked at, and of how many something would be different."""

    looked: int = 0
    different: int = 0

    def takes(self, one: Outcome) -> bool:
        self.looked += 1
        self.different += bool(one.changes)
        return bool(one.changes)


@app.command(
    "replay", epilog=examples("maild rules replay --since 30d", "maild rules replay --since 2026-11-01 --rules draft")
)
def replay(
    ctx: typer.Context,
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="7d, 12h, 2w, or a day like 2026-11-01 of this computer's.")
    ] = "7d",
    folder: RulesFolder = None,
    json: AsJson = False,
) -> int:
    """Ask the rules as the files are now about mail that was decided before: what would have become different?

    Of follow-ups too. Nothing is written. With --json one object a line for each mail that would differ.
    Exit code 1: something would be different; 0: nothing.
    """
    start = beginning(since, system_clock())
    asked = sound(with_rules(settings_of(ctx), folder)).rule_set
    tally = Tally()
    with store_of(ctx) as store, store.reading() as tx, progress("mails", every := replaying.count(tx, start)) as count:
        found = (one for one in map(count, asked_again(tx, asked, start)) if tally.takes(one))
        for some in groups(found, PAGE):
            _print(tx, some, json)
    if not json:
        left_out = f"; {every - tally.looked} left out, whose words are deleted" if every > tally.looked else ""
        say(f"looked at {tally.looked} mails since {when(start)}, {tally.different} different{left_out}")
    return ExitCode.FINDING if tally.different else ExitCode.DONE


def beginning(written: str, now: datetime) -> datetime:
    """`7d`, a day, or a time with its zone. Raises BadParameter."""
    if ago := AGO.fullmatch(written.strip()):
        return now - int(ago[1]) * UNITS[ago[2]]
    try:
        day = date.fromisoformat(written)
    except ValueError:
        if "T" in written:
            return instant(written).astimezone(UTC)
        raise typer.BadParameter(f"{written!r} is neither like 7d nor a day like 2026-11-01") from None
    return datetime(day.year, day.month, day.day).astimezone(UTC)


def _print(tx: Connection, some: Sequence[Outcome], json: bool) -> None:
    known = tickets_by_id(tx, list({one.ticket for one in some if one.ticket is not None}))
    numbers = {number: ticket.number for number, ticket in known.items()}
    if json:
        for one in some:
            number = numbers.get(one.ticket) if one.ticket else None
            say(to_json({"inbox": one.entry, "ticket": number, "at": one.at, "changes": one.changes}))
        return
    listing([row for one in some for row in _rows(one, numbers)], DIFFERENCES, as_json=False)


def _rows(one: Outcome, numbers: dict[TicketId, str]) -> Iterator[Difference]:
    number = numbers.get(one.ticket, "") if one.ticket else ""
    for change in one.changes:
        yield Difference(one.entry, number, one.at, change.name, change.old, change.new, change.because)


# ---- stats ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """How often a rule has matched: ever, in the last days, and when last. `note`: shadow, never, gone."""

    rule: str
    hits: int
    recent: int
    last: datetime | None
    note: str


@app.command("stats", epilog=examples("maild rules stats", "maild rules stats --days 365 --json"))
def stats(
    ctx: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=36500, help="What counts as recent.")] = 90,
    json: AsJson = False,
) -> None:
    """How often each rule in force has matched, and when last; rules that are gone but have matched come after them."""
    with store_of(ctx) as store, store.reading() as tx:
        counted = hits.stats(tx, system_clock() - timedelta(days=days))
        policy = policies.current(tx)
    asked = policy.rule_set if policy else RuleSet(())
    listing([*_in_force(asked, counted), *_gone(asked, counted)], _columns(days), json)


def _columns(days: int) -> Columns[Row]:
    return {
        "rule": lambda one: one.rule,
        "hits": lambda one: str(one.hits),
        f"in {days} d": lambda one: str(one.recent),
        "last": lambda one: when(one.last),
        "": lambda one: one.note,
    }


def _in_force(asked: RuleSet, counted: dict[str, Stat]) -> Iterator[Row]:
    for rule in asked.rules:
        stat = counted.get(rule.rule)
        notes = ("shadow" if rule.shadow else "", "" if stat else "never")
        yield _row(rule.rule, stat, ", ".join(filter(None, notes)))


def _gone(asked: RuleSet, counted: dict[str, Stat]) -> Iterable[Row]:
    there = {rule.rule for rule in asked.rules}
    return (_row(name, stat, "gone") for name, stat in sorted(counted.items()) if name not in there)


def _row(name: str, stat: Stat | None, note: str) -> Row:
    return Row(name, stat.hits, stat.recent, stat.last, note) if stat else Row(name, 0, 0, None, note)
