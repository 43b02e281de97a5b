"""The root command: global options, lazy commands, and what becomes of errors.

In: argv; out: an exit code. Laws: an error is one line on standard error that says what to do; what staff or admins
did wrong never shows a traceback; a reader that closes its pipe hears nothing.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from maild import __version__
from maild.cli.commands import COMMANDS, SECTIONS, Entry
from maild.cli.output import safe, safe_lines
from maild.errors import ConfigError, ExitCode, MaildError
from maild.yaml.suggest import did_you_mean

PIPE_CLOSED = 141  # as a shell says it: 128 + SIGPIPE
INTERRUPTED = 130


class LazyCommands(TyperGroup):
    """Commands from the table; the list for `--help` imports none of them."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            ctx.fail(f"there is no command `{cmd_name}`{did_you_mean(cmd_name, COMMANDS)}")
            return None
        return _imported(entry)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(entry.name, entry.help) for entry in entries])


def _imported(entry: Entry) -> Any:
    found = get_command(import_module(f"maild.cli.{entry.module}").app)
    own = found.commands.get(entry.name) if isinstance(found, TyperGroup) else None
    return own or found


app = typer.Typer(
    cls=LazyCommands,
    help="maild turns mail into tickets: none lost, none twice, every decision explained.",
    epilog="A first look: `maild demo`. Each command's --help has examples.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"maild {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Settings file; else $MAILD_SETTINGS, ./config/maild.yaml or /etc/maild/maild.yaml.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    ctx.obj = settings


def run(argv: Sequence[str]) -> int:
    """Run one command line; its exit code."""
    try:
        done = app(_settings_first(argv) or ["--help"], prog_name="maild", standalone_mode=False)
        sys.stdout.flush()
        return int(done or 0)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _hush()
    except SystemExit as end:  # typer and rich end so where a pipe is closed
        return _hush() if isinstance(end.__context__, BrokenPipeError) else int(end.code or 0)
    except Exception as error:  # noqa: BLE001 - the last line of defence: say it, and end with a code
        return _say(error)


def _settings_first(argv: Sequence[str]) -> list[str]:
    """`maild status --settings FILE` means the same as `maild --settings FILE status`."""
    words, after = list(argv), []
    if "--" in words:
        words, after = words[: words.index("--")], words[words.index("--") :]
    front = [word for word in words if word.startswith("--settings=")]
    rest = [word for word in words if not word.startswith("--settings=")]
    while "--settings" in rest:
        at = rest.index("--settings")
        front += rest[at : at + 2]
        del rest[at : at + 2]
    return [*front, *rest, *after]


def _say(error: Exception) -> int:
    match error:
        case ConfigError():
            return _told(error.exit_code, *(str(problem) for problem in error.problems))
        case MaildError():
            return _told(error.exit_code, str(error))
        case typer.TyperException():
            return _misused(error)
        case typer.Abort():
            return INTERRUPTED
        case PermissionError():
            return _told(ExitCode.NO_PERMISSION, _of_system(error))
        case OSError():
            return _told(ExitCode.IO_ERROR, _of_system(error))
    sys.stderr.write(safe_lines("".join(traceback.format_exception(error))))
    return _told(ExitCode.SOFTWARE, "this is a bug of maild: please report the lines above")


def _told(code: ExitCode, *lines: str) -> int:
    for line in lines:
        sys.stderr.write(f"maild: {safe(line)}\n")
    return code


def _of_system(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def _misused(error: typer.TyperException) -> int:
    ctx = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and ctx is not None:
        sys.stderr.write(ctx.get_help() + "\n")
        return ExitCode.USAGE
    hint = f" (see `{ctx.command_path} --help`)" if ctx is not None else ""
    return _told(ExitCode.USAGE, error.format_message().rstrip(".") + hint)


def _hush() -> int:
    """Nobody reads any more: end without a word, also when Python flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED
