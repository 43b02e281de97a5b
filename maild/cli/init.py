"""`maild init DIR`: the example configuration, to be made one's own. Never writes over a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maild.cli.help import examples, new_app
from maild.cli.output import say
from maild.config.starter import SETTINGS, write_starter

app = new_app()
NEXT = (
    "look at {settings} and the files beside it",
    "maild --settings {settings} check",
    "maild --settings {settings} serve --migrate",
)


@app.command("init", epilog=examples("maild init config", "maild init /etc/maild"))
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write; made if missing.")]) -> None:
    """Write an example configuration into a folder: settings, desks, rules, directory."""
    written = write_starter(folder)
    say(f"{len(written)} files in {folder}. Next:")
    for number, step in enumerate(NEXT, start=1):
        say(f"  {number}. {step.format(settings=folder / SETTINGS)}")
