"""`maild ingest`: mail out of files or a pipe -> the daemon's LMTP socket. Returns when it is durably kept.

Never opens the database for that: an MTA's pipe runs as a user that must not. Exit codes are what such a pipe acts on:
75 try again, 67 no such desk, 65 refused for good.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from maild.cli.envelope import MailFrom, Recipient, address_given, recipient_of, sender_of
from maild.cli.handed import Handed
from maild.cli.help import examples, new_app
from maild.cli.house import opened, settings_of
from maild.cli.output import AsJson, safe
from maild.cli.parse import Files, named
from maild.cli.progress import progress
from maild.config.policy import matching
from maild.desks.policy import Desk
from maild.errors import ConfigError, ExitCode, Problem
from maild.ingest.batches import groups
from maild.ingest.files import Found
from maild.ingest.lmtp_client import Place, deliver
from maild.settings import Settings
from maild.yaml.file import read
from maild.yaml.problems import build

app = new_app()
TOGETHER = 50
"""So many mails are handed over before the first of them is waited for."""
GRAVITY = (ExitCode.DONE, ExitCode.DATA, ExitCode.NO_USER, ExitCode.TEMPORARY)


@app.command(
    "ingest",
    epilog=examples(
        "maild ingest --wait mail.eml",
        "maild ingest --json old.mbox > decisions.jsonl",
        'maild ingest --mail-from "$SENDER" --rcpt support@example.org -   (in an MTA\'s pipe)',
        "maild ingest --quiet-import --closed archive-2019.mbox Maildir/",
    ),
)
def ingest(
    ctx: typer.Context,
    files: Files,
    json: AsJson = False,
    wait: Annotated[bool, typer.Option("--wait", help="Until each is decided; --json waits too.")] = False,
    mail_from: MailFrom = None,
    rcpt: Recipient = None,
    quiet: Annotated[
        bool, typer.Option("--quiet-import", help="Old mail, with its own dates: nothing is sent, nobody hears of it.")
    ] = False,
    closed: Annotated[
        bool, typer.Option("--closed", help="With --quiet-import: an archive, whose tickets are closed.")
    ] = False,
) -> int:
    """Hand mails to the running daemon; with --json one object a line says what became of each.

    Exit codes: 75 the daemon is not there or cannot take it now, 67 no such desk, 65 refused for good.
    """
    if quiet or closed:
        _require(
            quiet and not (json or wait), "--quiet-import stands alone, or with --closed: see `maild inbox` after it"
        )
        return _quietly(ctx, files, rcpt, mail_from, closed)
    settings = settings_of(ctx)
    given = Given(settings, mail_from, address_given(rcpt) if rcpt else None)
    worst = ExitCode.DONE
    with _waiting(ctx, json, wait) as report, progress("mails handed over") as count:
        for batch in groups(named(files), TOGETHER):
            handed = [count(given.hand_over(found)) for found in batch]
            worst = max((worst, *map(_code, handed), report(handed)), key=GRAVITY.index)
    return worst


def _require(fits: bool, otherwise: str) -> None:
    if not fits:
        raise typer.BadParameter(otherwise)


def _quietly(ctx: typer.Context, files: Files, rcpt: str | None, mail_from: str | None, closed: bool) -> int:
    """Straight into the database; decided by the daemon, whenever it runs."""
    from maild.cli.quiet import Import

    with opened(ctx) as house, progress("mails kept") as count:
        into = Import(house, house.policy.desks, address_given(rcpt) if rcpt else "", mail_from, closed)
        for batch in groups(named(files), TOGETHER):
            into.keep(count(found) for found in batch)
    return ExitCode.DONE


@contextmanager
def _waiting(ctx: typer.Context, json: bool, wait: bool) -> Iterator[Callable[[Sequence[Handed]], ExitCode]]:
    """What is said of mails handed over; the database is opened only for what became of them."""
    if not (json or wait):
        yield lambda _: ExitCode.DONE
        return
    from maild.cli.decided import decided

    with decided(ctx, json) as report:
        yield report


class Given:
    """How to hand mails over: to which socket, from whom, to whom."""

    def __init__(self, settings: Settings, mail_from: str | None, recipient: str | None) -> None:
        self._place = lmtp_place(settings)
        self._mail_from = mail_from
        self._recipient = recipient
        self._desks = () if recipient else desks_of(settings)

    def hand_over(self, found: Found) -> Handed:
        recipient = self._recipient or recipient_of(found.raw, self._desks)
        sender = sender_of(found.raw) if self._mail_from is None else self._mail_from
        (answer,) = deliver(self._place, sender, [recipient], found.raw)
        return Handed(found, answer)


def lmtp_place(settings: Settings) -> Place:
    """The daemon's first LMTP listener. Raises ConfigError where it has none."""
    if not settings.lmtp:
        raise ConfigError(Problem("maild.yaml", 0, 0, "there is no `lmtp` listener: `maild ingest` needs one"))
    first = settings.lmtp[0]
    return first.socket or (first.host, first.port)


def desks_of(settings: Settings) -> Sequence[Desk]:
    """The desks alone: no rules are compiled for a pipe."""
    desks = tuple(build(read(path), Desk) for path in matching(settings.desks))
    if not desks:
        raise ConfigError(Problem(settings.desks, 0, 0, "no desk file is there: name the desk with --rcpt"))
    return desks


def _code(handed: Handed) -> ExitCode:
    """RFC 3463: 5.1.x is about the address. What was not kept is said at once."""
    answer = handed.answer
    if answer.kept:
        return ExitCode.DONE
    sys.stderr.write(f"maild: {safe(handed.found.name)}: {answer.code} {safe(answer.text)}\n")
    if answer.code < 500:
        return ExitCode.TEMPORARY
    return ExitCode.NO_USER if answer.text.startswith("5.1.") else ExitCode.DATA
