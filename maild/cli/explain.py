"""`maild explain`: the dry run. What would this mail become, and why? Nothing is written.

On the database where there is one; else on an empty one in a temporary folder that has the directory taken in, so
that rules can be tried in a bare checkout.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from maild import pipeline
from maild.cli.envelope import MailFrom, Recipient, address_given, instant, recipient_of
from maild.cli.help import examples, new_app
from maild.cli.house import has_database, quiet_logs, settings_of
from maild.cli.outcome import in_words, mail_object, outcome_object
from maild.cli.output import AsJson, safe, say, to_json
from maild.cli.parse import Files, named
from maild.clock import system_clock
from maild.config import database_url, load_directory, load_policy
from maild.decide.plan import Plan
from maild.ingest.files import Found
from maild.model import EntryId, Envelope, InboxEntry, Source
from maild.settings import Settings
from maild.steps.house import House
from maild.steps.opening import furnish
from maild.store import policies, register, tickets
from maild.store.engine import open_store, require_schema
from maild.store.migrate import migrate

app = new_app()


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line says of the envelope; None where it is silent."""

    mail_from: str | None
    recipient: str | None
    source: Source
    at: datetime


@app.command(
    "explain",
    epilog=examples(
        "maild explain mail.eml", "maild explain --mail-from ada@example.org --rcpt support@example.org mail.eml"
    ),
)
def explain(
    ctx: typer.Context,
    files: Files,
    json: AsJson = False,
    mail_from: MailFrom = None,
    rcpt: Recipient = None,
    source: Annotated[Source, typer.Option(help="How it came in.")] = Source.FILE,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it came; else now.")] = None,
    files_now: Annotated[
        bool, typer.Option("--as-files", help="By desks and rules as the files are now, not as in force.")
    ] = False,
    scan: Annotated[bool, typer.Option("--scan", help="Ask scanners too, as the daemon would.")] = False,
) -> None:
    """Say what mails would become, and why; with --json one object a line. Nothing is written."""
    said = Said(
        address_given(mail_from) if mail_from else mail_from,
        address_given(rcpt) if rcpt else None,
        source,
        instant(at).astimezone(UTC) if at else system_clock(),
    )
    quiet_logs()
    with dry_house(settings_of(ctx), files_now) as house:
        for found in named(files):
            _print(house, found, pipeline.explain(house, _entry(house, found, said), scan=scan), json)


@contextmanager
def dry_house(settings: Settings, as_files: bool) -> Iterator[House]:
    """A house to look at: with the policy in force, or the files' where there is none yet."""
    if not has_database(settings):
        with TemporaryDirectory(prefix="maild-") as folder, _empty_house(settings, Path(folder)) as house:
            yield house
        return
    store = open_store(database_url(settings))
    try:
        require_schema(store)
        with store.reading() as tx:
            policy = None if as_files else policies.current(tx)
        yield furnish(settings, store, policy or load_policy(settings), system_clock)
    finally:
        store.close()


@contextmanager
def _empty_house(settings: Settings, folder: Path) -> Iterator[House]:
    aside = settings.model_copy(update={"state": folder, "database": "sqlite:///explain.db"})
    policy, directory = load_policy(settings), load_directory(settings)
    store = open_store(database_url(aside))
    try:
        migrate(store, backup=None)
        with store.transaction() as tx:
            register.import_directory(tx, directory, system_clock())
        yield furnish(aside, store, policy, system_clock)
    finally:
        store.close()


def _entry(house: House, found: Found, said: Said) -> InboxEntry:
    recipient = said.recipient or recipient_of(found.raw, house.policy.desks)
    return InboxEntry(EntryId(0), Envelope(said.source, said.mail_from, recipient, said.at), found.raw)


def _print(house: House, found: Found, plan: Plan, json: bool) -> None:
    if json:
        say(to_json(mail_object(found) | outcome_object(plan, _number(house, plan))))
        return
    say(safe(found.name))
    for line in in_words(plan):
        say(line)
    say()


def _number(house: House, plan: Plan) -> str | None:
    if plan.ticket is None:
        return None
    with house.store.reading() as tx:
        return tickets.show_ticket(tx, plan.ticket).ticket.number
