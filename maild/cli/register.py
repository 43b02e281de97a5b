"""What the commands on the register share: who changes it and why, what changed in words, import and export."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy import Connection

from maild.cli.hand import NotPossible, actor
from maild.cli.house import a_look, settings_of, store_of
from maild.cli.output import Columns, listing, on_terminal, safe, safe_lines, say
from maild.clock import system_clock
from maild.directory.csv import LARGEST, read_csv
from maild.directory.entries import ALL_KINDS, Kind, Wanted
from maild.directory.plan import BY_HAND, Diff, Difference, Step
from maild.directory.records import NAME
from maild.directory.sources.file import read_wanted
from maild.directory.tables import wanted_of
from maild.errors import ConfigError, ExitCode, Problem
from maild.store import audit, register
from maild.store.register import FILE, By, ImportRefused
from maild.yaml.suggest import did_you_mean

T = TypeVar("T")
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, for the audit trail.")]
Pairs = Annotated[list[str], typer.Argument(metavar="KEY=VALUE…", help="All of them take effect, or none.")]
From = Annotated[
    str, typer.Argument(metavar="FILE", help="CSV, or YAML written like directory.yaml; - takes CSV from a pipe.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]
LetGo = Annotated[bool, typer.Option("--let-go", help="Even if a crowd is let go.")]
OfSource = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="NAME",
        help="The file is all that this source says: who is no longer in it is let go. Without it, nobody is.",
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv/--yaml", help="CSV, or YAML written like directory.yaml.")]
DIFFERENCES: Columns[Difference] = {
    "step": lambda one: one.step,
    "kind": lambda one: one.ref[0],
    "key": lambda one: one.ref[1],
    "what": lambda one: one.words,
}


@dataclass(frozen=True, slots=True)
class Told:
    """A difference as JSON shows it."""

    step: Step
    kind: Kind
    key: str
    fields: tuple[tuple[str, object, object], ...]


@dataclass(frozen=True, slots=True)
class Import:
    """What the command line says of an import."""

    file: str
    source: str | None
    let_go: bool
    kinds: frozenset[Kind] = ALL_KINDS


def changing(ctx: typer.Context, name: str | None, why: str, work: Callable[[Connection, By], T]) -> T:
    """Change the register in one transaction, as a member of staff. What is refused is said, a line for each reason."""
    with store_of(ctx) as store:
        try:
            return store.retrying(lambda tx: work(tx, By(actor(tx, name).address, system_clock(), why)))
        except ImportRefused as error:
            raise refused(error) from None


def refused(error: ImportRefused) -> typer.Exit:
    """The end of a command whose wish was refused, after its reasons were said."""
    for reason in error.reasons:
        sys.stderr.write(f"maild: {safe(reason)}\n")
    return typer.Exit(ExitCode.DATA)


def pairs_of(pairs: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """KEY=VALUE words. Raises NotPossible for what is none, or for an unknown key."""
    found = dict(_pair(pair) for pair in pairs)
    for key in found:
        if key not in known:
            raise NotPossible(f"`{key[:60]}` is not known here{did_you_mean(key, known)}")
    return found


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise NotPossible(f"write {text!r} as key=value, like register=authorised")
    return key, value


def tell(diff: Diff) -> None:
    """What was changed, one line for each entry."""
    for one in diff.differences:
        kind, key = one.ref
        say(safe(f"{kind} {key}: {one.what}"))
    if not diff.differences:
        say("nothing is different")


# ---- import --------------------------------------------------------------------------------------


def import_file(ctx: typer.Context, wish: Import, name: str | None, why: str, *, dry_run: bool, json: bool) -> None:
    """Import a file, or show what would change."""
    wanted, source = _wanted(wish), _source(ctx, wish)
    if dry_run:
        diff = _planned(ctx, wanted, source, wish.let_go)
    else:
        diff = changing(ctx, name, why, lambda tx, by: _import(tx, wanted, source, by, wish.let_go))
    _show(diff, json)
    if not json:
        say(safe(_summary(diff, dry_run)))


def _planned(ctx: typer.Context, wanted: Wanted, source: str, let_go: bool) -> Diff:
    with a_look(ctx) as tx:
        try:
            return register.plan(tx, wanted, source, let_go=let_go)
        except ImportRefused as error:
            raise refused(error) from None


def _import(tx: Connection, wanted: Wanted, source: str, by: By, let_go: bool) -> Diff:
    register.hold(tx, wanted.entries)
    diff = register.plan(tx, wanted, source, let_go=let_go)
    register.apply_import(tx, diff, wanted, by)
    return diff


def _wanted(wish: Import) -> Wanted:
    wanted = _read(wish.file)
    kinds = wanted.kinds & wish.kinds
    if not kinds:
        other = " and ".join(sorted(wanted.kinds))
        raise NotPossible(f"{wish.file} holds {other} rows: use the command for those")
    entries = {ref: entry for ref, entry in wanted.entries.items() if ref[0] in kinds}
    return replace(wanted, entries=entries, kinds=kinds)


def _read(file: str) -> Wanted:
    if file == "-":
        return wanted_of(read_csv(sys.stdin.buffer.read(LARGEST + 1), "standard input"))
    return read_wanted(Path(file))


def _source(ctx: typer.Context, wish: Import) -> str:
    """directory.yaml is a source of its own, whatever is said."""
    if wish.file != "-" and Path(wish.file).resolve() == settings_of(ctx).directory.resolve():
        return FILE
    if wish.source is not None and (wish.source == FILE or not re.fullmatch(NAME, wish.source)):
        raise NotPossible(f"`{wish.source[:60]}` is no name of a source: small letters, digits and hyphens, not `file`")
    return wish.source or BY_HAND


def _show(diff: Diff, json: bool) -> None:
    if json:
        listing(tuple(_told(diff)), {}, True)
    elif diff.differences:
        listing(diff.differences, DIFFERENCES, False)


def _told(diff: Diff) -> Iterator[Told]:
    for one in diff.differences:
        yield Told(one.step, *one.ref, tuple((field.name, field.old, field.new) for field in one.fields))


def _summary(diff: Diff, dry_run: bool) -> str:
    counts = {step: len(diff.of(step)) for step in Step}
    told = ", ".join(f"{number} {step}" for step, number in counts.items() if number) or "nothing is different"
    kept = "; what was KEPT was changed by hand since the source said it" if counts[Step.KEPT] else ""
    return f"{'nothing is written; it would be: ' if dry_run else ''}{told}{kept}"


# ---- export --------------------------------------------------------------------------------------


def print_export(ctx: typer.Context, name: str | None, why: str, export: Callable[[Connection], Export]) -> None:
    """Print an export, and record of whom it was (REQ-L10)."""

    def work(tx: Connection, by: By) -> Export:
        made = export(tx)
        audit.note_all(tx, [audit.Line(by.at, by.actor, kind, key, made.what, by.why) for kind, key in made.subjects])
        return made

    text = changing(ctx, name, why, work).text
    sys.stdout.write(safe_lines(text) if on_terminal() else text)


@dataclass(frozen=True, slots=True)
class Export:
    """What is printed, whom it is about, and what that is called in the audit trail."""

    text: str
    subjects: tuple[tuple[Kind, str], ...]
    what: str


def broken_words(error: ConfigError) -> NotPossible:
    """What was wrong with words of the command line: they have no line."""
    return NotPossible("; ".join(_without_line(problem) for problem in error.problems))


def _without_line(problem: Problem) -> str:
    return problem.message.removeprefix("column ")


def fields_shown(fields: Mapping[str, str]) -> None:
    """Names and values, one a line, without those that say nothing."""
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        if value:
            say(f"  {name:<{width}}  {safe(value)}")


def bootstrap_actor(tx: Connection, name: str | None) -> str:
    """Where there is no staff yet, whoever runs the command may enter the first."""
    if register.list_staff(tx):
        return actor(tx, name).address
    return name or os.environ.get("USER", "") or "command line"
