"""`maild status`: is everything all right? Exit code 1 when something needs a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import typer
from sqlalchemy import Connection

from maild.cli.help import examples, new_app
from maild.cli.house import a_look, settings_of
from maild.cli.output import AsJson, age, safe, say, to_json, when
from maild.clock import system_clock
from maild.daemon.node import running
from maild.decide.breaker import EVERYBODY, STRANGERS
from maild.errors import ExitCode
from maild.model import Breaker, Stand
from maild.settings import Settings
from maild.store import inbox, nodes, outbox, policies, spending
from maild.store.inbox_views import InboxCounts
from maild.store.nodes import Run
from maild.store.outbox_views import OutboxCounts

app = new_app()
CROWDS = (STRANGERS, EVERYBODY)
SLOW_INBOX = timedelta(minutes=10)
SLOW_OUTBOX = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Health:
    """All that is looked at. `daemon` is the process on this machine; times are UTC; availability is 0 to 1."""

    daemon: int | None
    nodes: tuple[Run, ...]
    availability: float
    inbox: InboxCounts
    outbox: OutboxCounts
    breakers: tuple[Breaker, ...]
    policy: str
    policy_problem: str
    mail_goes: str


@app.command("status", epilog=examples("maild status", "maild status --json || notify-admin"))
def status(ctx: typer.Context, json: AsJson = False) -> int:
    """Who runs, what waits, what was set aside, which policy serves, where mail goes.

    Exit code 1 when something needs a person; the last lines say what.
    """
    now, settings = system_clock(), settings_of(ctx)
    with a_look(ctx) as tx:
        health = look(tx, settings, now)
    needs = tuple(_needs(health, now))
    if json:
        say(to_json({"health": health, "needs": needs}, indent=2))
    else:
        for word, sentence in (*_lines(health, now), *(("NEEDS YOU", need) for need in needs)):
            say(f"{word:<14}{safe(sentence)}")
    return ExitCode.FINDING if needs else ExitCode.DONE


def look(tx: Connection, settings: Settings, now: datetime) -> Health:
    """The state of things at `now`."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Health(
        daemon=running(settings.state),
        nodes=nodes.running(tx, now),
        availability=nodes.availability(tx, month, now),
        inbox=inbox.counts(tx),
        outbox=outbox.counts(tx),
        breakers=spending.list_breakers(tx, now),
        policy=policies.current_version(tx) or "",
        policy_problem=policies.complaint(tx),
        mail_goes=_destination(settings),
    )


def _destination(settings: Settings) -> str:
    if settings.relay is None:
        return f"nowhere: without a relay it is kept in {settings.state / 'outgoing'}"
    return f"to the relay {settings.relay.host}:{settings.relay.port}"


def _lines(health: Health, now: datetime) -> Iterator[tuple[str, str]]:
    yield "daemon", f"process {health.daemon} on this machine" if health.daemon else "does not run on this machine"
    for run in health.nodes:
        yield "node", f"{run.name}, up since {when(run.started_at)}"
    yield "this month", f"available {health.availability:.3%} of the time"
    waiting = health.inbox
    yield (
        "inbox",
        f"{waiting.waiting} waiting{_since(health.inbox.oldest, now)}, {waiting.claimed} at work, {waiting.done} done",
    )
    yield "quarantine", f"{waiting.quarantined}{_since(health.inbox.quarantined_oldest, now)}"
    out = health.outbox
    yield "outbox", f"{out.queued} queued, {out.sending} being sent, {out.deferred} deferred{_since(out.oldest, now)}"
    yield "not sent", f"{out.failed} failed, {out.unknown} unknown"
    yield "held back", f"automatic mail to {len(health.breakers)} (`maild outbox breakers`)"
    yield "mail goes", health.mail_goes
    yield "policy", health.policy[:12] or "none yet"


def _since(oldest: datetime | None, now: datetime) -> str:
    return f" (the oldest for {age(oldest, now)})" if oldest else ""


def _needs(health: Health, now: datetime) -> Iterator[str]:
    """What a person should do something about, most urgent first."""
    if not health.nodes and not health.daemon:
        yield "no daemon runs: start `maild serve`"
    if health.policy_problem:
        yield f"the files were not taken, the last good policy serves on: {health.policy_problem}"
    if health.inbox.quarantined:
        yield f"{health.inbox.quarantined} in quarantine: `maild quarantine`"
    if lost := health.outbox.failed + health.outbox.unknown:
        yield f"{lost} did not go out: `maild outbox --state failed`, `maild outbox --state unknown`"
    for crowd in (one for one in health.breakers if one.scope in CROWDS and one.stand is Stand.OPEN):
        yield f"too much automatic mail, {crowd.scope} get none before {when(crowd.until)}: `maild outbox --suppressed`"
    if health.inbox.oldest and now - health.inbox.oldest > SLOW_INBOX:
        yield f"mail has waited for {age(health.inbox.oldest, now)} to be read: look at the daemon's log"
    if health.outbox.oldest and now - health.outbox.oldest > SLOW_OUTBOX:
        yield f"mail has waited for {age(health.outbox.oldest, now)} to go out: `maild outbox --state deferred`"
