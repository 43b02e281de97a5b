"""`maild inbox` and `maild quarantine`: mail that came in, what became of it, and what waits for a person."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.help import examples, new_app
from maild.cli.house import a_look, store_of
from maild.cli.outcome import in_words
from maild.cli.output import AsJson, Columns, Limit, listing, on_terminal, safe, safe_lines, say, to_json, when
from maild.decide.explain import say as in_a_sentence
from maild.decide.plan import Plan
from maild.errors import NotFound
from maild.model import EntryId
from maild.store import inbox as store
from maild.store.decisions import decisions_of
from maild.store.inbox_views import EntryView
from maild.store.states import InboxState

Entry = Annotated[int, typer.Argument(metavar="ID", help="Number of the entry.")]
Raw = Annotated[bool, typer.Option("--raw", help="The mail itself, byte by byte.")]
app = new_app()

COLUMNS: Columns[EntryView] = {
    "id": lambda one: str(one.id),
    "received": lambda one: when(one.received_at),
    "source": lambda one: one.source,
    "from": lambda one: "?" if one.mail_from is None else one.mail_from or "<>",
    "to": lambda one: one.recipient,
    "state": lambda one: one.disposition or one.state,
    "ticket": lambda one: str(one.ticket or ""),
    "why": lambda one: in_a_sentence(one.reasons[0]) if one.reasons else one.cause,
}


@app.callback(
    invoke_without_command=True,
    epilog=examples("maild inbox", "maild inbox --state waiting --json", "maild inbox show 17 --raw > mail.eml"),
)
def inbox(
    ctx: typer.Context,
    state: Annotated[InboxState | None, typer.Option(help="Only entries that stand there.")] = None,
    limit: Limit = 50,
    json: AsJson = False,
) -> None:
    """Mail that came in, and what became of it. Without a subcommand: the list, newest first."""
    if ctx.invoked_subcommand is None:
        list_entries(ctx, state, limit, json)


@app.command("list", epilog=examples("maild inbox list --limit 500 --json"))
def list_all(
    ctx: typer.Context,
    state: Annotated[InboxState | None, typer.Option(help="Only entries that stand there.")] = None,
    limit: Limit = 50,
    json: AsJson = False,
) -> None:
    """The list, newest first."""
    list_entries(ctx, state, limit, json)


@app.command("show", epilog=examples("maild inbox show 17", "maild inbox show 17 --raw > mail.eml"))
def show(ctx: typer.Context, entry: Entry, json: AsJson = False, raw: Raw = False) -> None:
    """One entry with every reason; or, with --raw, its mail."""
    show_entry(ctx, entry, json, raw)


@app.command("retry", epilog=examples("maild inbox retry 17"))
def retry(ctx: typer.Context, entries: Annotated[list[int], typer.Argument(metavar="ID")]) -> None:
    """Let quarantined mail be read once more, alone."""
    release(ctx, entries)


def list_entries(ctx: typer.Context, state: InboxState | None, limit: int, json: bool) -> None:
    with a_look(ctx) as tx:
        listing(store.list_entries(tx, state, limit), COLUMNS, json)


def show_entry(ctx: typer.Context, entry: int, json: bool, raw: bool) -> None:
    with a_look(ctx) as tx:
        found = store.show(tx, EntryId(entry))
        if raw:
            print_raw(store.raw_of(tx, found.id))
            return
        plans: list[Plan] = []
        with suppress(NotFound):
            plans = [one.plan for one in decisions_of(tx, found.id)]
    if json:
        say(to_json(found, indent=2))
        return
    for line in (*_lines(found), *(line for plan in plans for line in in_words(plan, indent=""))):
        say(line)


def print_raw(raw: bytes) -> None:
    """The bytes as they are for a pipe; on a terminal without what it would obey."""
    if on_terminal():
        say(safe_lines(raw.decode("utf-8", "replace")))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(raw)


def release(ctx: typer.Context, entries: list[int]) -> None:
    """All of them, or none if one is not in quarantine."""
    _with_each(ctx, entries, store.retry)
    say(f"{len(entries)} released: the daemon reads each once more, alone")


def dismiss(ctx: typer.Context, entries: list[int]) -> None:
    """All of them, or none if one is not in quarantine."""
    _with_each(ctx, entries, store.dismiss)
    say(f"{len(entries)} dismissed")


def _with_each(ctx: typer.Context, entries: list[int], act: Callable[[Connection, EntryId], None]) -> None:
    with store_of(ctx) as opened:

        def write(tx: Connection) -> None:
            for entry in entries:
                act(tx, EntryId(entry))

        opened.retrying(write)


def _lines(found: EntryView) -> Iterator[str]:
    words = {
        "inbox entry": str(found.id),
        "state": found.state,
        "received": f"{when(found.received_at)} by {found.source}",
        "from": "unknown" if found.mail_from is None else found.mail_from or "<>",
        "to": found.recipient,
        "message id": found.message_id,
        "size": f"{found.size} bytes",
        "attempts": str(found.attempts) if found.attempts else "",
        "cause": ": ".join(word for word in (found.cause, found.detail) if word),
        "ticket": str(found.ticket or ""),
    }
    yield from (f"{word:<14}{safe(value)}" for word, value in words.items() if value)
