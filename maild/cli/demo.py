"""`maild demo`: see it work in a few seconds, on nothing but loopback and a temporary folder."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from maild.cli.help import examples, new_app
from maild.cli.house import quiet_logs
from maild.cli.output import say
from maild.demo.desk import perform_desk
from maild.demo.tell import perform
from maild.errors import ExitCode

app = new_app()


@app.command(
    "demo",
    epilog=examples(
        "maild demo", "maild demo --exit", "maild demo --desk ehealth", "maild demo --keep /tmp/maild-demo"
    ),
)
def demo(
    leave: Annotated[bool, typer.Option("--exit", help="End by itself: 0 if every promise was kept, else 1.")] = False,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Use this empty folder and leave everything there.")
    ] = None,
    desk: Annotated[
        str, typer.Option(metavar="NAME", help="Play the story of an example desk: ehealth, practice, agreement …")
    ] = "",
) -> int:
    """Start the real daemon on loopback, send it real mails, check every promise. Nothing leaves this machine."""
    quiet_logs()
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        return _run(keep.absolute(), desk, stay=not leave)
    with TemporaryDirectory(prefix="maild-demo-") as folder:
        return _run(Path(folder), desk, stay=not leave)


def _run(folder: Path, desk: str, *, stay: bool) -> int:
    try:
        return ExitCode.DONE if asyncio.run(_until_told(folder, desk, stay)) else ExitCode.FINDING
    except (KeyboardInterrupt, asyncio.CancelledError):
        say("\nthe demo is over, the daemon has stopped")
        return ExitCode.DONE


async def _until_told(folder: Path, desk: str, stay: bool) -> bool:
    """A closed terminal or SIGTERM ends it as Ctrl-C does, with the daemon."""
    me = asyncio.current_task()
    if me is not None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, me.cancel)
    return await (perform_desk(folder, desk, stay) if desk else perform(folder, stay))
