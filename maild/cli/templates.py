"""`maild templates`: the words of maild's mails, built-in and one's own: list them, read them, try them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from maild.cli.hand import As, seen_ticket
from maild.cli.help import examples, new_app
from maild.cli.house import a_look, settings_of
from maild.cli.output import AsJson, Columns, listing, on_terminal, safe, safe_lines, say, to_json
from maild.cli.parse import person
from maild.config.policy import desks_of
from maild.config.templates import TemplateFile, Templates, problems_of, read_template, read_templates
from maild.decide.policy import TemplateSource
from maild.desks.policy import Desk
from maild.errors import ExitCode, NotFound, Problem
from maild.model import Address, Contact, Role
from maild.notify.audience import TO_STAFF
from maild.notify.builtin import builtin_templates
from maild.notify.environment import variables_of
from maild.notify.names import kind_of
from maild.notify.preview import SAMPLE_DESK, Preview, Scene, friendly_scene, preview
from maild.notify.render import LAST_LANGUAGE
from maild.settings import Settings
from maild.store import register
from maild.store.tickets import TicketView
from maild.yaml.suggest import did_you_mean

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="templates")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A kind of mail, or the name of one of your own.")]
Language = Annotated[
    str, typer.Option("--language", metavar="LANGUAGE", help="As in the folder's name: de. Else the desk's first.")
]
LIST = examples(
    "maild templates",
    "maild templates show confirmation --language de > config/templates/de/confirmation.txt",
    "maild templates try confirmation --language de",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A template as it is listed. `origin`: built-in, or its file."""

    name: str
    language: str
    origin: str
    readers: str
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a template: the mail, or what is wrong with it."""

    name: str
    language: str
    problems: tuple[Problem, ...]
    mail: Preview | None


COLUMNS: Columns[Row] = {
    "name": lambda one: one.name,
    "language": lambda one: one.language,
    "from": lambda one: one.origin,
    "for": lambda one: one.readers,
    "variables": lambda one: ", ".join(one.variables),
}


@group.callback(invoke_without_command=True, epilog=LIST)
def templates(ctx: typer.Context, json: AsJson = False) -> int | None:
    """The words of maild's mails. Without a subcommand: all templates, with the variables that each may use.

    Your own files stand in the folder that `templates` in maild.yaml names: templates/en/confirmation.txt replaces the
    built-in one. Any other name is one of your own, for rules to use: for staff if it starts with `staff-`.
    """
    return _list(ctx, json) if ctx.invoked_subcommand is None else None


@group.command("list", epilog=examples("maild templates list --json"))
def list_all(ctx: typer.Context, json: AsJson = False) -> int:
    """All templates. Exit code 1: something is wrong with one of your files."""
    return _list(ctx, json)


@group.command(
    "show",
    epilog=examples(
        "maild templates show missing", "maild templates show reply --language nl > config/templates/nl/reply.txt"
    ),
)
def show(ctx: typer.Context, name: Name, language: Language = "") -> None:
    """Print a template as it is written, to copy it or to see what is in force."""
    settings = settings_of(ctx)
    picked = _picked(read_templates(settings.templates), name, language, _desk(settings))
    text = picked.text or _built_in_text(picked)  # a shell makes the empty file of `> FILE` before we look
    sys.stdout.write(safe_lines(text) if on_terminal() else text)


@group.command(
    "try",
    epilog=examples(
        "maild templates try confirmation --language de",
        "maild templates try staff-page --ticket SD-1042",
        "maild templates try outage --language en --file draft.txt",
    ),
)
def try_one(
    ctx: typer.Context,
    name: Name,
    language: Language = "",
    ticket: Annotated[str, typer.Option("--ticket", metavar="N", help="With the data of this ticket.")] = "",
    file: Annotated[Path | None, typer.Option("--file", metavar="PATH", help="A file that is not there yet.")] = None,
    as_: As = None,
    json: AsJson = False,
) -> int:
    """Show the mail that a template makes. Nothing is sent or written.

    With friendly samples, or with a ticket's own data; what a ticket does not say is a sample then, too.
    Exit code 1: the template cannot be used, and why.
    """
    settings = settings_of(ctx)
    desk, scene = _real(ctx, settings, ticket, as_) if ticket else _friendly(settings)
    chosen = language or desk.languages[0]
    found = read_template(file, name, chosen) if file else _file_of(settings, name, language, desk)
    trial = _tried(found, settings, desk, scene, name, chosen)
    say(to_json(trial, indent=2)) if json else _print(trial)
    return ExitCode.FINDING if trial.problems else ExitCode.DONE


def _list(ctx: typer.Context, json: bool) -> int:
    found = read_templates(settings_of(ctx).templates)
    files = {(one.source.language, one.source.name): str(one.path) for one in found.files}
    rows = [_row(one, files.get((one.language, one.name), "built-in")) for one in found.sources]
    listing(sorted(rows, key=lambda one: (one.name, one.language)), COLUMNS, json)
    for problem in found.problems:
        sys.stderr.write(f"maild: {safe(str(problem))}\n")
    return ExitCode.FINDING if found.problems else ExitCode.DONE


def _row(source: TemplateSource, origin: str) -> Row:
    kind = kind_of(source.name)
    variables = tuple(sorted(variables_of(kind))) if kind else ()
    readers = "staff" if kind in TO_STAFF else "customers"
    return Row(source.name, source.language, origin, readers, variables)


def _picked(found: Templates, name: str, language: str, desk: Desk) -> TemplateSource:
    """The template in this language; in none, as the desk's readers would get it. Raises NotFound."""
    there = {one.language: one for one in found.sources if one.name == name}
    if not there:
        near = did_you_mean(name, {one.name for one in found.sources})
        raise NotFound(f"there is no template `{name}`{near} (`maild templates` lists them)")
    if language and language not in there:
        raise NotFound(f"there is no template `{name}` in `{language}`, only in {', '.join(sorted(there))}")
    wanted = (language, *desk.languages, LAST_LANGUAGE, *there)
    return next(there[one] for one in wanted if one in there)


def _built_in_text(picked: TemplateSource) -> str:
    wanted = (picked.language, picked.name)
    return next((one.text for one in builtin_templates() if (one.language, one.name) == wanted), "")


def _file_of(settings: Settings, name: str, language: str, desk: Desk) -> TemplateFile:
    """The template that is in force, with its file, or what stands for one where it is built-in."""
    found = read_templates(settings.templates)
    source = _picked(found, name, language, desk)
    named = TemplateFile(source, Path(source.language) / f"{source.name}.txt")
    return next((one for one in found.files if one.source == source), named)


def _tried(
    found: TemplateFile | Problem, settings: Settings, desk: Desk, scene: Scene, name: str, language: str
) -> Trial:
    if isinstance(found, Problem):
        return Trial(name, language, (found,), None)
    if problems := problems_of(found):
        return Trial(name, found.source.language, problems, None)
    site = settings.web.url if settings.web else ""
    return Trial(name, found.source.language, (), preview(found.source, desk, scene, settings.hostname, site))


def _print(trial: Trial) -> None:
    for problem in trial.problems:
        say(safe(str(problem)))
    if trial.mail:
        say(f"To: {safe(trial.mail.to)}\nSubject: {safe(trial.mail.subject)}\n")
        say(safe_lines(trial.mail.text).rstrip("\n"))


def _friendly(settings: Settings) -> tuple[Desk, Scene]:
    desk = _desk(settings)
    return desk, friendly_scene(desk)


def _desk(settings: Settings) -> Desk:
    """The first desk, or a sample of one where none can be read."""
    return next(iter(desks_of(settings)), SAMPLE_DESK)


def _real(ctx: typer.Context, settings: Settings, number: str, name: str | None) -> tuple[Desk, Scene]:
    """Raises NotFound for a ticket that is not there, or not for whoever looks (`hand`)."""
    with a_look(ctx) as tx:
        view = seen_ticket(tx, number, name)
        key = next((one.organisation for one in _requesters(view)), "")
        organisation = register.find_organisation(tx, key) if key else None
    desk = next((one for one in desks_of(settings) if one.desk == view.ticket.desk), None)
    if desk is None:
        raise NotFound(f"{view.ticket.number} is of desk {view.ticket.desk}, which no desk file describes")
    return desk, _scene(view, organisation.name if organisation else "")


def _requesters(view: TicketView) -> Iterator[Contact]:
    return (one.contact for one in view.participants if one.role is Role.REQUESTER)


def _scene(view: TicketView, organisation: str) -> Scene:
    """The ticket as its first mail made it."""
    first = next(iter(view.articles), None)
    wrote = first.author if first else Address("", "")
    customer = next((Address(one.name, one.address) for one in _requesters(view)), wrote)
    said = {"who": person(wrote), "organisation": organisation, "text": first.visible_text if first else ""}
    return Scene(view.ticket, customer, tuple(said.items()))
