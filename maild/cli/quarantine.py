"""`maild quarantine`: mail set aside, with the cause. Nothing in it is lost, nothing retried by itself."""

from __future__ import annotations

from typing import Annotated

import typer

from maild.cli.help import examples, new_app
from maild.cli.inbox import Entry, Raw, dismiss, list_entries, release, show_entry
from maild.cli.output import AsJson, Limit
from maild.store.states import InboxState

app = new_app()
Entries = Annotated[list[int], typer.Argument(metavar="ID", help="Numbers of entries.")]
RELEASE = examples("maild quarantine release 17", "maild quarantine retry 17 18")


@app.callback(
    invoke_without_command=True,
    epilog=examples("maild quarantine", "maild quarantine show 17", "maild quarantine release 17"),
)
def quarantine(ctx: typer.Context, limit: Limit = 50, json: AsJson = False) -> None:
    """Mail that was set aside until a person looks. Without a subcommand: the list."""
    if ctx.invoked_subcommand is None:
        list_entries(ctx, InboxState.QUARANTINED, limit, json)


@app.command("list", epilog=examples("maild quarantine list --json"))
def list_all(ctx: typer.Context, limit: Limit = 50, json: AsJson = False) -> None:
    """The list, newest first."""
    list_entries(ctx, InboxState.QUARANTINED, limit, json)


@app.command("show", epilog=examples("maild quarantine show 17", "maild quarantine show 17 --raw > mail.eml"))
def show(ctx: typer.Context, entry: Entry, json: AsJson = False, raw: Raw = False) -> None:
    """One entry with its cause; or, with --raw, its mail."""
    show_entry(ctx, entry, json, raw)


@app.command("release", epilog=RELEASE)
def release_entries(ctx: typer.Context, entries: Entries) -> None:
    """Let them be read once more, alone."""
    release(ctx, entries)


@app.command("retry", epilog=RELEASE)
def retry(ctx: typer.Context, entries: Entries) -> None:
    """The same as release."""
    release(ctx, entries)


@app.command("dismiss", epilog=examples("maild quarantine dismiss 17"))
def dismiss_entries(ctx: typer.Context, entries: Entries) -> None:
    """You have looked at them: they leave the list, and stay in `maild inbox` as they are."""
    dismiss(ctx, entries)
