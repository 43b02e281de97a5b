"""`maild parse`: what is read out of mails. Needs no settings and no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from maild.cli.help import examples, new_app
from maild.cli.output import AsJson, safe, safe_lines, say, to_json, when
from maild.errors import ExitCode, UnparsableMail
from maild.ingest.as_json import to_json as as_plain
from maild.ingest.files import STDIN, Found, mails
from maild.ingest.parse import parse as read
from maild.model import Address, Message

app = new_app()
Files = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Mails, mboxes, Maildirs, folders; - is standard input.")
]


@app.command("parse", epilog=examples("maild parse mail.eml", "maild parse --json inbox.mbox | jq .subject"))
def parse(files: Files, json: AsJson = False) -> int:
    """Show what is read out of mails; with --json one object a line."""
    worst = ExitCode.DONE
    for found in named(files):
        try:
            message = read(found.raw)
        except UnparsableMail as error:
            worst = ExitCode.DATA
            _unread(found.name, error, json)
            continue
        _show(found.name, message, json)
    return worst


def named(names: Iterable[str]) -> Iterator[Found]:
    """The mails behind these names; a file that holds a single one goes by the name that was given."""
    for name in names:
        found = mails([name])
        first, second = next(found, None), next(found, None)
        if first is not None and second is None:
            yield Found(name if name != STDIN else first.name, first.raw)
        elif first is not None and second is not None:
            yield from (first, second, *found)


def _unread(name: str, error: UnparsableMail, json: bool) -> None:
    told = {"file": name, "error": {"cause": error.cause, "detail": error.detail}}
    say(to_json(told) if json else f"{safe(name)}: cannot be read: {safe(str(error))}\n")


def _show(name: str, message: Message, json: bool) -> None:
    if json:
        say(to_json(as_plain(name, message)))
        return
    for word, value in _lines(name, message):
        if value:
            say(f"{word:<13} {safe(value)}")
    say("\n" + safe_lines(message.visible_text).strip() + "\n")


def _lines(name: str, message: Message) -> Iterator[tuple[str, str]]:
    yield "file", name
    yield "subject", message.subject
    yield "from", person(message.sender) if message.sender else "nobody (no single sender)"
    yield "to", ", ".join(map(person, message.to))
    yield "cc", ", ".join(map(person, message.cc))
    yield "date", when(message.date)
    yield "message id", message.message_id
    yield "answers", ", ".join(message.in_reply_to)
    if message.automatic:
        yield "automatic", f"{message.automatic.kind}, says {message.automatic.evidence}"
    for bounced in message.bounce.recipients if message.bounce else ():
        yield "bounce", f"{bounced.address} {bounced.status} {bounced.diagnostic}"
    for file in message.attachments:
        yield "attachment", f"{file.filename} ({file.content_type}, {file.size} bytes)"
    yield "defects", ", ".join(message.defects)


def person(who: Address) -> str:
    """`Name <address>`."""
    return f"{who.name} <{who.address}>" if who.name else who.address
