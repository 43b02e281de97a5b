"""`maild doctor`: one line for each thing that was tried. Exit code 1 if one failed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from maild.cli.doctor.checks import CHECKS, examined
from maild.cli.doctor.finding import Finding, Verdict
from maild.cli.doctor.patient import admitted
from maild.cli.help import examples, new_app
from maild.cli.house import quiet_logs, settings_of
from maild.cli.output import AsJson, on_terminal, safe, say, to_json
from maild.errors import ExitCode
from maild.yaml.suggest import did_you_mean

app = new_app()
What = Annotated[list[str] | None, typer.Argument(metavar="WHAT…", help=f"Only these: {', '.join(CHECKS)}.")]
Deep = Annotated[bool, typer.Option("--deep", help="Also what takes long: open the newest backup of each series.")]
_COLOURS = {Verdict.OK: "32", Verdict.WARNING: "33", Verdict.FAILED: "1;31", Verdict.UNTRIED: "2"}


@app.command("doctor", epilog=examples("maild doctor", "maild doctor relay mailboxes", "maild doctor --deep --json"))
def doctor(ctx: typer.Context, what: What = None, deep: Deep = False, json: AsJson = False) -> int:
    """Try everything out, live: database, disk, relay, mailboxes, listeners, scanners, backups. Changes nothing.

    Exit code 1 if something failed; each line says what to do.
    """
    names = _names(what or ())
    settings = settings_of(ctx)
    quiet_logs()
    found: list[Finding] = []
    with admitted(settings, deep=deep) as patient, _waiting(names, hidden=json) as advance:
        for findings in examined(patient, names):
            advance()
            found += findings
            for finding in findings if not json else ():
                _tell(finding)
    if json:
        say(to_json(tuple(found), indent=2))
    return ExitCode.FINDING if any(one.verdict is Verdict.FAILED for one in found) else ExitCode.DONE


def _names(what: list[str] | tuple[str, ...]) -> list[str]:
    for name in what:
        if name not in CHECKS:
            raise typer.BadParameter(f"there is nothing called `{name}`{did_you_mean(name, CHECKS)}")
    return [name for name in CHECKS if not what or name in what]


def _tell(finding: Finding) -> None:
    word = f"{finding.verdict.value:<10}"
    if on_terminal():
        word = f"\x1b[{_COLOURS[finding.verdict]}m{word}\x1b[0m"
    about = finding.about or finding.check
    todo = f"; {finding.todo}" if finding.todo else ""
    say(word + safe(f"{about}: {finding.says}{todo}"))


@contextmanager
def _waiting(names: list[str], *, hidden: bool) -> Iterator[Callable[[], None]]:
    """A line that says what is being waited for, on a terminal only."""
    if hidden or not (sys.stderr.isatty() and on_terminal()):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    left = iter([*names[1:], ""])
    with Progress(*columns, console=Console(), transient=True) as bar:
        task = bar.add_task(names[0], total=len(names))
        yield lambda: bar.update(task, advance=1, description=next(left, ""))
