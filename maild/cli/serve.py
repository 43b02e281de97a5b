"""`maild serve`: becomes the daemon by exec, so that the command line's libraries are not carried along."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from maild.cli.help import examples, new_app
from maild.cli.house import settings_of, settings_path
from maild.daemon import ROLES

app = new_app()


@app.command(
    "serve", epilog=examples("maild serve --migrate", "maild serve --settings /etc/maild/maild.yaml --roles workers")
)
def serve(
    ctx: typer.Context,
    roles: Annotated[str, typer.Option(help="Only these parts, by comma.")] = ",".join(ROLES),
    migrate: Annotated[bool, typer.Option("--migrate", help="First make the database or bring it up to date.")] = False,
) -> None:
    """Run the daemon in the foreground until SIGTERM or Ctrl-C. SIGHUP takes changed desks and rules."""
    unknown = sorted(set(roles.split(",")) - set(ROLES))
    if unknown:
        raise typer.BadParameter(f"there is no role {unknown[0]!r}: {', '.join(ROLES)} are possible")
    path = settings_path(ctx)
    if migrate:
        _migrated(ctx)
    sys.stdout.flush()
    argv = [sys.executable, "-m", "maild.daemon", "--settings", str(path), "--roles", roles]
    os.execv(sys.executable, argv)  # noqa: S606 - our own interpreter, no shell


def _migrated(ctx: typer.Context) -> None:
    from maild.cli.migrate import bring_up_to_date

    sys.stderr.write(f"maild: {bring_up_to_date(settings_of(ctx))}\n")
