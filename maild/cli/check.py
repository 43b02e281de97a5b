"""`maild check`: every mistake at once, as file:line:column. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from maild.cli.help import examples, new_app
from maild.cli.house import has_database, quiet_logs, settings_of, settings_path
from maild.cli.output import AsJson, safe, say, to_json
from maild.config import check as look
from maild.config import check_screening
from maild.config.load import rules_as_written
from maild.errors import ExitCode, MaildError
from maild.ingest.screening.ask import Scanners
from maild.settings import Settings

app = new_app()


@app.command("check", epilog=examples("maild check", "maild check --settings config/maild.yaml && maild reload"))
def check(ctx: typer.Context, json: AsJson = False) -> int:
    """Look for mistakes in settings, desks, rules (with their examples), templates and directory.

    Exit code 78: the configuration is broken; 1: it works, but something should be done; 0: all is well.
    """
    path = settings_path(ctx)
    broken = look(path)
    findings = () if broken else tuple(_findings(settings_of(ctx)))
    if json:
        say(to_json({"broken": broken, "findings": findings}, indent=2))
    else:
        for line in (*broken, *findings) or (f"{path}: all is well",):
            say(safe(str(line)))
    return ExitCode.CONFIG if broken else ExitCode.FINDING if findings else ExitCode.DONE


def _findings(settings: Settings) -> Iterator[str]:
    """What works but wants a person's attention; a database that is not there yet is none of it."""
    files = rules_as_written(settings)
    yield from map(str, files.warnings)
    yield from check_screening.troubles(settings)
    yield from Scanners(settings.screening).absent()
    if not has_database(settings):
        return
    from maild.steps.opening import open_house

    quiet_logs()
    try:
        house = open_house(settings)
    except MaildError as error:
        yield f"database: {error}"
        return
    house.store.close()
    if house.policy.version != files.policy.version:
        yield "policy: the files differ from what is in force: run `maild reload`"
