"""`maild status`: is everything all right? Exit code 1 when something needs a person, 75 when the database is away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import typer

from maild.cli.help import examples, new_app
from maild.cli.house import a_look, settings_of
from maild.cli.output import AsJson, age, safe, say, to_json, when
from maild.clock import system_clock
from maild.daemon.node import running
from maild.errors import ExitCode, TemporaryFailure
from maild.health import Health, Need, look, needs
from maild.health.mailboxes import in_words, name_of
from maild.model import MailboxState

app = new_app()
AWAY = "database-away"


@app.command("status", epilog=examples("maild status", "maild status --json || notify-admin"))
def status(ctx: typer.Context, json: AsJson = False) -> int:
    """Who runs, what waits, what was set aside, how mailboxes and backups do, where mail goes.

    Exit code 1 when something needs a person, and the last lines say what; 75 when the database is away.
    """
    now, settings = system_clock(), settings_of(ctx)
    try:
        with a_look(ctx) as tx:
            health = look(tx, settings, now, running(settings.state))
    except TemporaryFailure as error:
        if json:
            say(to_json({"health": None, "needs": (Need(AWAY, str(error)),)}, indent=2))
        raise
    todo = needs(health, settings.alarms, now)
    if json:
        say(to_json({"health": health, "needs": todo}, indent=2))
    else:
        for word, sentence in (*_lines(health, now), *(("NEEDS YOU", need.says) for need in todo)):
            say(f"{word:<14}{safe(sentence)}")
    return ExitCode.FINDING if todo else ExitCode.DONE


def _lines(health: Health, now: datetime) -> Iterator[tuple[str, str]]:
    yield from _nodes(health)
    yield from _mail(health, now)
    for box in health.mailboxes:
        yield "mailbox", f"{name_of(box)}: {'; '.join(_mailbox(box, now))}"
    for series in health.backups:
        last = f"the last good one {age(series.good_at, now)} ago" if series.good_at else "none yet"
        yield "backup", f"every {series.every} in {series.folder}: {last}"
    if health.restored_at:
        yield "restored", f"{age(health.restored_at, now)} ago from {health.restored}"
    for one in health.certificates:
        yield "certificate", f"{one.file}: {one.problem or f'good until {when(one.ends)}'}"
    yield "policy", health.policy[:12] or "none yet"


def _nodes(health: Health) -> Iterator[tuple[str, str]]:
    yield "daemon", f"process {health.daemon} on this machine" if health.daemon else "does not run on this machine"
    for run in health.nodes:
        yield "node", f"{run.name}, up since {when(run.started_at)}"
    yield "this month", f"available {health.availability:.3%} of the time"


def _mail(health: Health, now: datetime) -> Iterator[tuple[str, str]]:
    waiting, out = health.inbox, health.outbox
    oldest = _since(waiting.oldest, now)
    yield "inbox", f"{waiting.waiting} waiting{oldest}, {waiting.claimed} at work, {waiting.done} done"
    causes = ", ".join(f"{one.mails} {one.cause}" for one in health.quarantine)
    yield "quarantine", f"{waiting.quarantined}{_since(waiting.quarantined_oldest, now)}{causes and f': {causes}'}"
    waits = f"{out.queued} queued, {out.sending} being sent, {out.deferred} deferred{_since(out.oldest, now)}"
    yield "outbox", waits + (f", {out.parked} parked" if out.parked else "")
    yield "not sent", f"{out.failed} failed, {out.unknown} unknown"
    yield "held back", f"automatic mail to {len(health.breakers)} (`maild outbox breakers`)"
    yield "mail goes", health.mail_goes


def _mailbox(box: MailboxState, now: datetime) -> Iterator[str]:
    yield f"last read {age(box.looked_at, now)} ago" if box.looked_at else "not read yet"
    if box.error:
        tried = f" (tried {age(box.error_at, now)} ago)" if box.error_at else ""
        yield f"failing{tried}: {box.error}"
    if box.node:
        yield f"by {box.node}"
    if box.tally and box.counted_at:
        yield f"{in_words(box.tally)} ({age(box.counted_at, now)} ago)"


def _since(oldest: datetime | None, now: datetime) -> str:
    return f" (the oldest for {age(oldest, now)})" if oldest else ""
