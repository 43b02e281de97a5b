"""`maild articles`: the help articles that are there, and which of them a mail would be offered. Nothing is written.

By the files as they are now, without a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from maild.cli.help import examples, new_app
from maild.cli.house import desk_among, settings_of
from maild.cli.output import AsJson, Columns, listing, safe, say, to_json
from maild.cli.parse import Files, named
from maild.config.articles import ArticleFile, HelpArticles, read_articles
from maild.config.policy import desks_of, matching
from maild.desks.policy import Desk
from maild.desks.shelf import ENOUGH, Fitting, Shelf
from maild.errors import ConfigError, ExitCode, UnparsableMail
from maild.ingest.files import Found
from maild.ingest.parse import parse
from maild.model import Message
from maild.settings import Settings

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="articles")

USAGE = examples("maild articles list", "maild articles check", "maild articles try mail.eml")


@dataclass(frozen=True, slots=True)
class Seen:
    """An article as JSON has it. `words`: those that its head names; `desks`: () for all."""

    file: str
    title: str
    language: str
    link: str
    desks: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """An article that a mail is offered, and why."""

    title: str
    link: str
    language: str
    score: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A mail, and what it is offered."""

    file: str
    subject: str
    language: str
    offered: tuple[Offered, ...]


COLUMNS: Columns[Seen] = {
    "language": lambda one: one.language or "?",
    "desks": lambda one: ", ".join(one.desks) or "all",
    "title": lambda one: one.title,
    "link": lambda one: one.link,
    "words": lambda one: ", ".join(one.words),
}


@group.callback(epilog=USAGE)
def articles() -> None:
    """Help articles: list and check them, and see which a mail would be offered."""


@group.command("list", epilog=USAGE)
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """Those that may be offered, and the words that their heads name."""
    listing([_seen(one) for one in _sound(settings_of(ctx)).files], COLUMNS, json)


@group.command("check", epilog=USAGE)
def check(ctx: typer.Context, json: AsJson = False) -> int:
    """What is wrong with their files, as file:line:column; and those that are never offered, which is no mistake."""
    found = _read(settings_of(ctx))
    if json:
        say(to_json({"problems": found.problems, "warnings": found.warnings}, indent=2))
    else:
        for one in found.problems:
            say(safe(str(one)))
        for one in found.warnings:
            say(f"warning: {safe(str(one))}")
        if not found.problems:
            say(f"{len(found.files)} may be offered")
    return ExitCode.FINDING if found.problems else ExitCode.DONE


@group.command("try", epilog=USAGE)
def try_(
    ctx: typer.Context,
    files: Files,
    desk: Annotated[str, typer.Option("--desk", metavar="DESK", help="Its short name; else the first desk.")] = "",
    language: Annotated[str, typer.Option("--language", metavar="CODE", help="Who reads; else the mail's own.")] = "",
    json: AsJson = False,
) -> int:
    """Show which articles mails would be offered, best first, with score and words; with --json one object a line.

    Exit code 1: nothing fits any of them.
    """
    settings = settings_of(ctx)
    chosen, shelf, any_fits = desk_among(desks_of(settings), desk), Shelf(_sound(settings).articles), False
    for found in named(files):
        tried = _tried(found, shelf, chosen, language)
        any_fits = any_fits or bool(tried.offered)
        if json:
            say(to_json(tried))
        else:
            _show(tried)
    return ExitCode.DONE if any_fits else ExitCode.FINDING


def _read(settings: Settings) -> HelpArticles:
    return read_articles(matching(settings.articles), [desk.desk for desk in desks_of(settings)])


def _sound(settings: Settings) -> HelpArticles:
    """Raises ConfigError."""
    found = _read(settings)
    if found.problems:
        raise ConfigError(*found.problems)
    return found


def _seen(one: ArticleFile) -> Seen:
    article = one.article
    return Seen(str(one.path), article.title, article.language, article.link, article.desks, one.words)


def _tried(found: Found, shelf: Shelf, desk: Desk, language: str) -> Tried:
    """A mail that cannot be read is offered nothing."""
    try:
        message = parse(found.raw)
    except UnparsableMail:
        return Tried(found.name, "", language, ())
    reader = language or _reader(message, desk)
    fitting = shelf.best(message.subject, message.visible_text, reader, desk.desk) if desk.articles else ()
    return Tried(found.name, message.subject, reader, tuple(map(_offered, fitting)))


def _reader(message: Message, desk: Desk) -> str:
    """As for somebody of whom nothing is known."""
    return message.language if message.language in desk.languages else desk.languages[0]


def _offered(one: Fitting) -> Offered:
    article = one.article
    return Offered(article.title, article.link, article.language, one.score, one.words)


def _show(tried: Tried) -> None:
    say(f"{safe(tried.file)}: {safe(tried.subject)}")
    for one in tried.offered:
        say(f"  {one.score:>5}  {safe(one.title)}  {safe(one.link)}  ({safe(', '.join(one.words))})")
    if not tried.offered:
        say(f"  nothing fits: that takes a word that leads to an article, and a score of {ENOUGH}")
