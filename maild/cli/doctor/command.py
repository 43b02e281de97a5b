"""`maild doctor`: one line for each thing that was tried. Exit code 1 if one failed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated

import typer

from maild.cli.doctor.border import made, notes_of
from maild.cli.doctor.checks import CHECKS, examined
from maild.cli.doctor.finding import Finding, Verdict
from maild.cli.doctor.patient import Patient, admitted
from maild.cli.envelope import address_given
from maild.cli.help import examples, new_app
from maild.cli.house import quiet_logs, settings_of
from maild.cli.output import AsJson, on_terminal, safe, say, to_json
from maild.errors import ExitCode
from maild.yaml.suggest import did_you_mean

app = new_app()
What = Annotated[list[str] | None, typer.Argument(metavar="WHAT…", help=f"Only these: {', '.join(CHECKS)}.")]
Deep = Annotated[bool, typer.Option("--deep", help="Also what takes long: open the newest backup of each series.")]
Print = Annotated[
    bool,
    typer.Option("--print", help="border: print a mail with forged results in it, to be sent from outside by hand."),
]
Via = Annotated[
    str, typer.Option("--via", metavar="HOST[:PORT]", help="border: send that mail to this server, and wait for it.")
]
To = Annotated[str, typer.Option("--to", metavar="ADDRESS", help="border: the desk it is for; else the first.")]
_COLOURS = {Verdict.OK: "32", Verdict.WARNING: "33", Verdict.FAILED: "1;31", Verdict.UNTRIED: "2"}


@app.command(
    "doctor",
    epilog=examples(
        "maild doctor",
        "maild doctor relay mailboxes",
        "maild doctor --deep --json",
        "maild doctor border --via mx.desk.example:25",
    ),
)
def doctor(
    ctx: typer.Context,
    what: What = None,
    deep: Deep = False,
    json: AsJson = False,
    print_only: Print = False,
    via: Via = "",
    to: To = "",
) -> int:
    """Try everything out, live: database, disk, relay, mailboxes, listeners, scanners, backups. Changes nothing.

    Exit code 1 if something failed; each line says what to do.
    """
    names = _names(what or ())
    if (print_only or via or to) and names != ["border"]:
        raise typer.BadParameter("--print, --via and --to are for `maild doctor border`")
    settings = settings_of(ctx)
    quiet_logs()
    with admitted(settings, deep=deep) as plain:
        patient = replace(plain, via=_server(via) if via else None, recipient=address_given(to) if to else "")
        return _print(patient) if print_only else _examine(patient, names, json)


def _print(patient: Patient) -> int:
    """The mail that tries borders, ready to be sent."""
    if not notes_of(patient.settings):
        raise typer.BadParameter("no source in maild.yaml names a `border`: there is nothing to be tried")
    mail = made(patient, patient.recipient or patient.policy().desks[0].address)
    say(mail.raw.decode("ascii").replace("\r\n", "\n").rstrip("\n"))
    return ExitCode.DONE


def _server(text: str) -> tuple[str, int]:
    """`host`, `host:port`, `[::1]:port`; port 25 where none is given."""
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        return text.strip("[]"), 25
    if not port.isascii() or not port.isdigit() or not host or int(port) > 65535:
        raise typer.BadParameter(f"{text!r} is no server: write it like mx.desk.example:25")
    return host.strip("[]"), int(port)


def _examine(patient: Patient, names: list[str], json: bool) -> int:
    found: list[Finding] = []
    with _waiting(names, hidden=json) as advance:
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
