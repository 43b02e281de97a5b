"""`maild outbox`: mail that goes out, calls of webhooks, each attempt, and why a mail was not sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.help import examples, new_app
from maild.cli.house import a_look, store_of
from maild.cli.inbox import Entry, Raw, print_raw
from maild.cli.output import AsJson, Columns, Limit, listing, safe, say, to_json, when
from maild.clock import system_clock
from maild.decide.explain import say as in_a_sentence
from maild.errors import NotFound
from maild.model import Breaker, Channel, OutboxId, OutboxState
from maild.store import outbox as store
from maild.store import spending
from maild.store.outbox_views import OutboxView

Entries = Annotated[list[int], typer.Argument(metavar="ID")]
SomeEntries = Annotated[list[int] | None, typer.Argument(metavar="[ID]...")]
Everything = Annotated[bool, typer.Option("--all", help="All parked mail.")]
Step = Callable[[Connection, datetime, Sequence[OutboxId] | None], int]
app = new_app()
State = Annotated[OutboxState | None, typer.Option(help="Only entries that stand there.")]
Scope = Annotated[str, typer.Argument(help="As `maild outbox breakers` names it.")]
Suppressed = Annotated[bool, typer.Option("--suppressed", help="Only mails that were not sent, each with its reason.")]

COLUMNS: Columns[OutboxView] = {
    "id": lambda one: str(one.id),
    "made": lambda one: when(one.created_at),
    "channel": lambda one: one.channel,
    "to": lambda one: one.recipient,
    "kind": lambda one: one.kind,
    "ticket": lambda one: str(one.ticket or ""),
    "state": lambda one: one.state,
    "attempts": lambda one: str(one.attempts),
    "why": lambda one: in_a_sentence(one.reasons[0]) if one.reasons else "",
}
BREAKERS: Columns[Breaker] = {
    "scope": lambda one: one.scope,
    "stand": lambda one: one.stand,
    "until": lambda one: when(one.until),
    "trips": lambda one: str(one.trips),
    "passed": lambda one: str(one.passed),
}


@app.callback(
    invoke_without_command=True,
    epilog=examples("maild outbox", "maild outbox --suppressed", "maild outbox --state failed"),
)
def outbox(
    ctx: typer.Context, state: State = None, suppressed: Suppressed = False, limit: Limit = 50, json: AsJson = False
) -> None:
    """Mail and calls that go out, and mail that was not sent. Without a subcommand: the list, newest first."""
    if ctx.invoked_subcommand is None:
        _list(ctx, OutboxState.SUPPRESSED if suppressed else state, limit, json)


@app.command("list", epilog=examples("maild outbox list --suppressed --json"))
def list_all(
    ctx: typer.Context, state: State = None, suppressed: Suppressed = False, limit: Limit = 50, json: AsJson = False
) -> None:
    """The list, newest first."""
    _list(ctx, OutboxState.SUPPRESSED if suppressed else state, limit, json)


@app.command("breakers", epilog=examples("maild outbox breakers", "maild outbox breakers --json"))
def breakers(ctx: typer.Context, json: AsJson = False) -> None:
    """Whose automatic mail is held back, until when: addresses that bounce, or that got too much."""
    now = system_clock()
    with a_look(ctx) as tx:
        listing(spending.list_breakers(tx, now), BREAKERS, json)


@app.command("close", epilog=examples("maild outbox close bounced:ada@acme.example", "maild outbox close strangers"))
def close(ctx: typer.Context, scope: Scope) -> None:
    """Forget a breaker: automatic mail goes there again from now on."""
    with store_of(ctx) as opened:
        found = opened.retrying(lambda tx: spending.reset(tx, scope))
    if not found:
        raise NotFound(f"there is no breaker {scope}: see `maild outbox breakers`")
    say(f"{scope}: automatic mail goes again")


@app.command("show", epilog=examples("maild outbox show 12", "maild outbox show 12 --raw"))
def show(ctx: typer.Context, entry: Entry, json: AsJson = False, raw: Raw = False) -> None:
    """One mail or call with every attempt and what was answered; or, with --raw, its bytes."""
    with a_look(ctx) as tx:
        found = store.show(tx, OutboxId(entry))
    if raw:
        print_raw(found.raw)
    elif json:
        say(to_json(found, indent=2))
    else:
        for line in _lines(found):
            say(line)


@app.command("retry", epilog=examples("maild outbox retry 12", "maild outbox retry 12 13"))
def retry(ctx: typer.Context, entries: Entries) -> None:
    """Send failed, unknown or delayed mails and calls now: the same bytes, the same id."""
    with store_of(ctx) as opened:
        now = system_clock()

        def write(tx: Connection) -> None:
            for entry in entries:
                store.retry(tx, OutboxId(entry), now)

        opened.retrying(write)
    say(f"{len(entries)} queued again")


@app.command("release", epilog=examples("maild outbox release --all", "maild outbox release 12 13"))
def release(ctx: typer.Context, entries: SomeEntries = None, everything: Everything = False) -> None:
    """Send what is parked: what waits since a restore, or since a mailbox was read again."""
    say(f"{_parked(ctx, entries, everything, store.release)} queued")


@app.command("drop", epilog=examples("maild outbox drop --all", "maild outbox drop 12 13"))
def drop(ctx: typer.Context, entries: SomeEntries = None, everything: Everything = False) -> None:
    """Give up what is parked, failed or unknown (--all: all parked). It stays to be seen: `--suppressed`."""
    say(f"{_parked(ctx, entries, everything, store.drop, 'is parked, failed or unknown')} dropped")


def _parked(
    ctx: typer.Context, entries: list[int] | None, everything: bool, step: Step, what: str = "is parked"
) -> int:
    """Do it to all parked mail, or to these. Raises NotFound where it can be done to none of them."""
    if bool(entries) == everything:
        raise typer.BadParameter("name the entries, or say --all")
    chosen = None if everything else [OutboxId(entry) for entry in entries or ()]
    now = system_clock()
    with store_of(ctx) as opened:
        many = opened.retrying(lambda tx: step(tx, now, chosen))
    if entries and not many:
        raise NotFound(f"none of them {what}: see `maild outbox`")
    return many


def _list(ctx: typer.Context, state: OutboxState | None, limit: int, json: bool) -> None:
    with a_look(ctx) as tx:
        listing(store.list_entries(tx, state, limit), COLUMNS, json)


def _lines(found: OutboxView) -> Iterator[str]:
    words = {
        "outbox entry": str(found.id),
        "channel": found.channel,
        "state": found.state + (" (an earlier attempt may have arrived)" if found.ambiguous else ""),
        "to": found.recipient,
        "kind": f"{found.kind} ({'by a person' if found.by_person else 'automatic'}), {found.event}",
        "ticket": str(found.ticket or ""),
        "message id" if found.channel is Channel.MAIL else "webhook id": found.message_id,
        "made": when(found.created_at),
        "next attempt": when(found.due_at),
    }
    yield from (f"{word:<14}{safe(value)}" for word, value in words.items() if value)
    yield from (f"{'because':<14}{safe(in_a_sentence(reason))}" for reason in found.reasons)
    yield from (f"{'attempt':<14}{when(one.at)} {one.result}: {safe(one.answer)}" for one in found.deliveries)
