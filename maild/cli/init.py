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


@app.command("init", epilog=examples("maild init config", "maild init /etc/maild", "maild init config --desk ehealth"))
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write; made if missing.")],
    desk: Annotated[str, typer.Option(metavar="NAME", help="Of a certain kind of desk; else a plain one.")] = "",
) -> None:
    """Write an example configuration into a folder: settings, desks, rules, directory."""
    written = write_starter(folder, desk)
    say(f"{len(written)} files in {folder}. Next:")
    for number, step in enumerate(NEXT, start=1):
        say(f"  {number}. {step.format(settings=folder / SETTINGS)}")
