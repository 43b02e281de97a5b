"""`maild migrate`: the only command that makes or changes a database's schema (law 15)."""

from __future__ import annotations

import typer

from maild.cli.help import examples, new_app
from maild.cli.house import database_file, settings_of
from maild.cli.output import say
from maild.clock import system_clock
from maild.config import database_url
from maild.daemon.node import prepare_state
from maild.settings import Settings
from maild.store.engine import open_store
from maild.store.migrate import migrate as bring

app = new_app()


@app.command("migrate", epilog=examples("maild migrate", "maild migrate --settings /etc/maild/maild.yaml"))
def migrate(ctx: typer.Context) -> None:
    """Bring the database to this version's schema; a SQLite file is copied first. Safe to repeat."""
    say(bring_up_to_date(settings_of(ctx)))


def bring_up_to_date(settings: Settings) -> str:
    """Migrate; what was done, in a sentence."""
    prepare_state(settings.state)
    file = database_file(settings)
    backup = settings.state / f"backup-{system_clock():%Y%m%dT%H%M%SZ}.db" if file else None
    store = open_store(database_url(settings))
    try:
        before, after = bring(store, backup=backup)
    finally:
        store.close()
    kept = f"; the database as it was: {backup}" if backup and backup.exists() else ""
    if before == after:
        return f"the database is up to date (schema {after})"
    return f"the database has schema {after} now ({f'it had {before}' if before else 'it is new'}){kept}"
