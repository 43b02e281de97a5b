"""`maild show N`: one ticket with its people, conversation, files, mails and history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from maild.cli.access import noted
from maild.cli.files import save_attachments
from maild.cli.hand import As, NotPossible, Number, seen_ticket
from maild.cli.help import examples, new_app
from maild.cli.house import store_of
from maild.cli.output import AsJson, plain, safe, safe_lines, say, to_json, when
from maild.cli.parse import person
from maild.cli.people import stands
from maild.decide.explain import say as in_a_sentence
from maild.desks.months import NOTHING
from maild.desks.working_time import lasting
from maild.model import Address, Promise, PromiseState, TicketId
from maild.store import access
from maild.store.erasing import archives
from maild.store.erasing.archives import Archived
from maild.store.outbox_views import OutboxView
from maild.store.tickets import ArticleView, EventView, TicketView

app = new_app()


@app.command(
    "show",
    epilog=examples(
        "maild show SD-1042", "maild show 1042 --save-attachments /tmp/files", "maild show 1042 --html ticket.html"
    ),
)
def show(
    ctx: typer.Context,
    number: Number,
    json: AsJson = False,
    full: Annotated[bool, typer.Option("--full", help="With quotations and signatures.")] = False,
    save: Annotated[
        Path | None, typer.Option("--save-attachments", metavar="DIR", help="Write all files into this folder.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the conversation as a web page that loads nothing."),
    ] = None,
    as_: As = None,
) -> None:
    """Show one ticket: people, conversation, files, mails, and why everything is as it is."""
    with store_of(ctx) as store, store.reading() as tx:
        view = seen_ticket(tx, number, as_)
        archive = archives.live_of(tx, TicketId(view.ticket.id))
        if archive and (save is not None or html is not None):
            raise NotPossible(f"{view.ticket.number} lies in the archive: `maild archive return` brings it back first")
        noted(store, as_, TicketId(view.ticket.id), "show", access.EXPORT if save or html else access.READ)
        if save is not None:
            say(f"{save_attachments(tx, view, save)} files in {save}")
        if html is not None:
            from maild.cli.page import write_page

            say(f"{write_page(tx, view, html)} is written")
    if save is None and html is None:
        say(to_json(plain(view) | {"archive": archive}, indent=2)) if json else _print(view, full, archive)


def _print(view: TicketView, full: bool, archive: Archived | None) -> None:
    said = replace(view, articles=tuple(filter(_says_something, view.articles))) if archive else view
    for line in (*lines(said, full), *_in_archive(view, archive)):
        say(line)


def _says_something(article: ArticleView) -> bool:
    return bool(article.text or article.subject)


def _in_archive(view: TicketView, archive: Archived | None) -> Iterator[str]:
    if archive is not None:
        yield ""
        yield f"Its words lie in the archive since {when(archive.at)}: {safe(archive.place)}"
        yield f"  `maild archive return {view.ticket.number}` brings them back"


def lines(view: TicketView, full: bool = False) -> Iterator[str]:
    """The ticket for a terminal, safe."""
    yield f"{view.ticket.number}  {safe(view.ticket.title)}"
    yield from (f"  {word:<14}{safe(value)}" for word, value in _facts(view) if value)
    for article in view.articles:
        yield from ("", *_article(view, article, full))
    yield from _section("Mails", map(_mail, view.outbox))
    yield from _section("History", map(_event, view.events))


def _facts(view: TicketView) -> Iterator[tuple[str, str]]:
    ticket = view.ticket
    yield "status", f"{ticket.status}{' (unverified)' if ticket.unverified else ''}"
    yield "priority", str(ticket.priority)
    yield "desk", ticket.desk
    yield "type", ticket.type
    yield "category", ticket.category
    yield "module", ticket.module
    yield "assigned to", ticket.assignee
    yield "tags", ", ".join(ticket.tags)
    yield from ticket.fields
    yield "opened", when(ticket.created_at)
    yield "changed", when(ticket.changed_at)
    yield "settled", when(ticket.settled_at)
    yield "reminder", when(ticket.remind_at)
    for promise in view.promises:
        yield promise.aim, _stands_now(promise)
    for one in view.participants:
        who = person(Address(one.contact.name, one.contact.address))
        yield one.role, f"{who} ({', '.join(filter(None, (one.contact.register, stands(one))))})"


def _stands_now(promise: Promise) -> str:
    """A promise in a line, with the arithmetic behind its due time."""
    late = f", missed {when(promise.missed_at)}" if promise.missed_at else ""
    match promise.state:
        case PromiseState.RUNNING:
            return f"due {when(promise.due_at)}{late} ({promise.words})"
        case PromiseState.PAUSED:
            return f"its clock stands still, with {lasting(promise.left or NOTHING)} left{late}"
        case PromiseState.MET:
            return f"given {when(promise.met_at)}{late or ', in time'}"
        case PromiseState.VOID:
            return f"nobody waits for it{late}"


def _article(view: TicketView, article: ArticleView, full: bool) -> Iterator[str]:
    flags = {"awaiting review": article.review, "unverified": article.unverified, "automatic": article.automatic}
    flagged = ", ".join(word for word, on in flags.items() if on)
    said = f"{article.kind}, {when(article.at)}, {safe(person(article.author))}"
    yield f"── article {article.id}, {said}{f' ({flagged})' if flagged else ''}"
    if article.proof_text:
        yield f"   {article.proof}: {safe(article.proof_text)}"
    for line in safe_lines(article.text if full else article.visible_text).strip().split("\n"):
        yield f"   {line}".rstrip()
    for one in view.attachments:
        if one.article == article.id:
            file = one.attachment
            yield f"   [file {one.id}] {safe(file.filename)} ({safe(file.content_type)}, {file.size} bytes)"


def _section(title: str, rows: Iterator[str]) -> Iterator[str]:
    found = list(rows)
    if found:
        yield from ("", title)
        yield from (f"  {row}" for row in found)


def _mail(mail: OutboxView) -> str:
    why = f": {in_a_sentence(mail.reasons[0])}" if mail.reasons else ""
    return safe(f"{when(mail.created_at)}  {mail.kind} to {mail.recipient}, {mail.state}{why}")


def _event(event: EventView) -> str:
    """A reason is kept as step/code and its sentence: said as `explain` says it."""
    return safe(f"{when(event.at)}  {event.actor:<8} {event.kind.partition('/')[0]}: {event.text}")
