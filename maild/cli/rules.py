"""`maild rules`: may these rules go live, what do they make of this mail, what would have become different, are they
ever needed? Nothing is written here; `rule_writing` writes.

Law: what is looked at are the files as they are now, or those of `--rules DIR`; only `stats` is about what is in force.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli import rule_trial
from maild.cli.envelope import MailFrom, Recipient, address_given, instant
from maild.cli.explain import Said, dry_house
from maild.cli.help import examples, new_app
from maild.cli.house import quiet_logs, settings_of, store_of
from maild.cli.output import AsJson, Columns, listing, safe, say, to_json, when
from maild.cli.parse import Files, named
from maild.cli.progress import progress
from maild.cli.rule_writing import app as writing
from maild.clock import system_clock
from maild.config.load import RuleFiles, rules_as_written
from maild.decide.policy import Policy
from maild.errors import ConfigError, ExitCode, Problem
from maild.ingest.batches import groups
from maild.model import EntryId, Source, TicketId
from maild.rules.sieve import RuleSet
from maild.settings import Settings
from maild.steps.replaying import Outcome
from maild.steps.replaying import replay as asked_again
from maild.store import hits, policies, replaying
from maild.store.hits import Stat
from maild.store.rows import tickets_by_id

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="rules")
group.add_typer(writing)

RulesFolder = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="The rules in this folder's *.yaml, in place of the configured ones."),
]
AGO = re.compile(r"(\d{1,5})\s*([hdw])")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
PAGE = 500


@group.callback(epilog=examples("maild rules check", "maild rules test mail.eml", "maild rules replay --since 30d"))
def rules() -> None:
    """Write rules and trust them."""


# ---- check ---------------------------------------------------------------------------------------


@group.command("check", epilog=examples("maild rules check", "maild rules check --rules draft --json"))
def check(ctx: typer.Context, folder: RulesFolder = None, json: AsJson = False) -> int:
    """Look for mistakes in the rules alone, and run their examples.

    Exit code 78: they cannot go live; 1: they work, but something was hardly meant so; 0: all is well.
    """
    found = rules_as_written(with_rules(settings_of(ctx), folder))
    if json:
        say(to_json({"broken": found.problems, "warnings": found.warnings}, indent=2))
    else:
        for line in _told(found):
            say(safe(line))
    return ExitCode.CONFIG if found.problems else ExitCode.FINDING if found.warnings else ExitCode.DONE


def _told(found: RuleFiles) -> Iterator[str]:
    yield from map(str, found.problems)
    yield from (str(replace(one, message=f"warning: {one.message}")) for one in found.warnings)
    if not found.problems and not found.warnings:
        proofs = sum(len(rule.examples) for rule in found.policy.rules)
        yield f"{len(found.policy.rules)} rules with {proofs} examples: all is well"


def with_rules(settings: Settings, folder: Path | None) -> Settings:
    """The settings with the rules of this folder. Raises ConfigError where none are there."""
    if folder is None:
        return settings
    if not any(folder.glob("*.yaml")):
        raise ConfigError(Problem(str(folder), 0, 0, "there are no rules: name a folder that holds *.yaml files"))
    return settings.model_copy(update={"rules": str(Path(glob.escape(str(folder.absolute()))) / "*.yaml")})


def sound(settings: Settings) -> Policy:
    """The policy with the rules as they are written. Raises ConfigError with all that is wrong with them."""
    found = rules_as_written(settings)
    if found.problems:
        raise ConfigError(*found.problems)
    return found.policy


# ---- test ----------------------------------------------------------------------------------------


@group.command(
    "test",
    epilog=examples("maild rules test mail.eml", "maild rules test --rules draft --rcpt support@desk.example *.eml"),
)
def test(
    ctx: typer.Context,
    files: Files,
    folder: RulesFolder = None,
    json: AsJson = False,
    mail_from: MailFrom = None,
    rcpt: Recipient = None,
    source: Annotated[Source, typer.Option(help="How it came in.")] = Source.FILE,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it came; else now.")] = None,
) -> None:
    """Show what every rule makes of mails: which matched and why, which did not and what was there instead.

    By the files as they are now. With --json one object a line. Nothing is written.
    """
    said = Said(
        address_given(mail_from) if mail_from else mail_from,
        address_given(rcpt) if rcpt else None,
        source,
        instant(at).astimezone(UTC) if at else system_clock(),
    )
    settings = with_rules(settings_of(ctx), folder)
    policy = sound(settings)
    quiet_logs()
    with dry_house(settings, as_files=False) as house:
        for found in named(files):
            trial = rule_trial.tried(replace(house, policy=policy), found, said)
            say(to_json(trial)) if json else rule_trial.show(trial)


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


@group.command(
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
    with store_of(ctx) as store, store.reading() as tx, progress(f"of {replaying.count(tx, start)} mails") as count:
        found = (one for one in map(count, asked_again(tx, asked, start)) if tally.takes(one))
        for some in groups(found, PAGE):
            _print(tx, some, json)
    if not json:
        say(f"looked at {tally.looked} mails since {when(start)}, {tally.different} different")
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


@group.command("stats", epilog=examples("maild rules stats", "maild rules stats --days 365 --json"))
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
