"""`maild rules new`, `maild rules example`: text of rules, made from mails without the people in them.

Law: a rule file is changed only to one that loads, and everything else in it stays as it is, byte for byte.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Annotated

import typer

from maild.cli.hand import NotPossible, seen_ticket
from maild.cli.help import examples
from maild.cli.house import a_look, settings_of
from maild.cli.output import on_terminal, safe, safe_lines, say
from maild.cli.parse import named
from maild.config import load_directory
from maild.config.load import RuleFiles, rules_as_written
from maild.config.policy import matching
from maild.desks.policy import Desk
from maild.directory import Directory
from maild.directory.free_mail import is_free_mail
from maild.errors import ConfigError, NotFound, Problem
from maild.ingest.parse import parse
from maild.model import Address, Message
from maild.rules.anonymous import STRANGER, names_of
from maild.rules.language import Rule
from maild.rules.skeleton import SAMPLE, NoExample, Place, example_of, is_address, proven, skeleton
from maild.rules.written import CannotInsert, example_lines, flow, with_example
from maild.settings import Settings
from maild.store.inbox_views import raw_of
from maild.yaml.file import Document, read
from maild.yaml.suggest import did_you_mean

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Mail = Annotated[str | None, typer.Argument(metavar="MAIL", help="A mail; - is standard input.")]
Ticket = Annotated[str | None, typer.Option("--ticket", metavar="N", help="The first mail of this ticket.")]
NOTHING = "nothing"


@app.command("new", epilog=examples("maild rules new", "maild rules new mail.eml >> config/rules/50-mine.yaml"))
def new(ctx: typer.Context, mail: Mail = None, ticket: Ticket = None) -> None:
    """Print a rule to begin with, as YAML: for mails like this one, with the mail as its example.

    Names, addresses and long numbers are taken out; look it through before you keep it.
    """
    settings = settings_of(ctx)
    taken = {rule.rule for rule in rules_as_written(settings).policy.rules}
    if mail is None and ticket is None:
        text = skeleton(SAMPLE, "", taken)
    else:
        message, directory = _message(ctx, mail, ticket), load_directory(settings)
        text = skeleton(example_of(message, _names(message, directory)), _whose(message, directory), taken)
    sys.stdout.write(safe_lines(text) if on_terminal() else text)


@app.command(
    "example",
    epilog=examples(
        "maild rules example 'platform down' mail.eml --from ada@acme.example",
        "maild rules example invoices --ticket SD-1042 --gives nothing",
    ),
)
def example(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule's name.")],
    mail: Mail = None,
    ticket: Ticket = None,
    gives: Annotated[
        str, typer.Option("--gives", metavar="nothing", help="Promise that the rule does not match it.")
    ] = "",
    from_: Annotated[
        str, typer.Option("--from", metavar="ADDRESS", help="Who shall have written it; else nobody we know.")
    ] = STRANGER,
) -> None:
    """Add a mail to a rule's examples, in its file: with what the rule gives for it now.

    Names, addresses and long numbers are taken out. The file is written only if all rules then load.
    """
    if gives not in ("", NOTHING):
        raise typer.BadParameter("`--gives` takes `nothing` only: without it, the example says what the rule gives now")
    if not is_address(from_):
        raise typer.BadParameter(f"{from_!r} is no address")
    settings = settings_of(ctx)
    found = _rule_named(settings, rule)
    lines = _example(settings, _message(ctx, mail, ticket), found, from_, silent=gives == NOTHING)
    _write(settings, found, lines)
    say(safe(f"{found.document.file}: rule `{rule}` has one example more"))
    for line in lines:
        say(f"  {safe_lines(line)}")


# ---- which mail, which rule ----------------------------------------------------------------------


def _message(ctx: typer.Context, mail: str | None, ticket: str | None) -> Message:
    """The mail that is meant. Raises NotFound, BadParameter, UnparsableMail."""
    if (mail is None) is (ticket is None):
        raise typer.BadParameter("name a mail or --ticket N, one of them")
    return parse(_of_ticket(ctx, ticket) if ticket is not None else _only(mail or ""))


def _only(name: str) -> bytes:
    found = list(zip(named([name]), range(2), strict=False))
    if len(found) != 1:
        raise NotPossible(f"{name} holds {'more than one mail' if found else 'no mail'}: name a file with one")
    return found[0][0].raw


def _of_ticket(ctx: typer.Context, ticket: str) -> bytes:
    with a_look(ctx) as tx:
        view = seen_ticket(tx, ticket, None)
        entry = next((one.entry for one in view.articles if one.entry is not None), None)
        if entry is None:
            raise NotFound(f"{view.ticket.number} was opened by no mail")
        return raw_of(tx, entry)


@dataclass(frozen=True, slots=True)
class Target:
    """A rule, where it stands, and the desks it is for."""

    rule: Rule
    document: Document
    number: int
    desks: tuple[Desk, ...]


def _rule_named(settings: Settings, name: str) -> Target:
    """Where the rule stands. Raises ConfigError where rules are broken, NotFound."""
    loaded = _sound(rules_as_written(settings))
    rule = next((one for one in loaded.policy.rules if one.rule == name), None)
    if rule is None:
        known = [one.rule for one in loaded.policy.rules]
        raise NotFound(f"there is no rule `{name}`{did_you_mean(name, known)}")
    document, number = next(_places(settings, name))
    return Target(rule, document, number, loaded.policy.desks)


def _places(settings: Settings, name: str) -> Iterator[tuple[Document, int]]:
    for path in matching(settings.rules):
        document = read(path)
        for number, value in enumerate(document.value or ()):
            if value.get("rule") == name:
                yield document, number


def _sound(found: RuleFiles) -> RuleFiles:
    if found.problems:
        raise ConfigError(*found.problems)
    return found


# ---- whose names, which example ------------------------------------------------------------------


def _names(message: Message, directory: Directory) -> frozenset[str]:
    """Everybody who is named in the mail's header, and everybody we know."""
    contacts = (one for organisation in directory.organisations for one in organisation.contacts)
    known = (Address(one.name, address) for one in contacts for address in one.addresses)
    staff = (Address(one.title, one.address) for one in directory.staff)
    return names_of((*filter(None, (message.sender,)), *message.to, *message.cc, *known, *staff))


def _whose(message: Message, directory: Directory) -> str:
    """A condition on who sends such mail: the organisation, else the domain; "" where that says nothing."""
    address = message.sender.address if message.sender else ""
    for organisation in directory.organisations:
        if any(address in one.addresses for one in organisation.contacts):
            return f"organisation: {flow(organisation.key)}"
    domain = address.rpartition("@")[2]
    return "" if not domain or is_free_mail(domain) else f"sender: {flow(f'@{domain}')}"


def _example(settings: Settings, message: Message, target: Target, sender: str, *, silent: bool) -> list[str]:
    directory = load_directory(settings)
    try:
        found = proven(message, target.rule, _names(message, directory), Place(target.desks, directory), sender)
    except NoExample as error:
        raise NotPossible(str(error)) from None
    return example_lines(found.mail, None if silent else found.gives)


# ---- into the file -------------------------------------------------------------------------------


def _write(settings: Settings, target: Target, lines: list[str]) -> None:
    """Change the file, if all rules load with it. Raises ConfigError with what would be wrong."""
    document, number, path = target.document, target.number, Path(target.document.file)
    before = path.read_bytes()
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    try:
        after = mark + with_example(before.removeprefix(mark).decode(), document.file, number, lines).encode()
    except CannotInsert as error:
        raise ConfigError(document.problem(str(error), number, "rule")) from None
    if problems := _problems_with(settings, path, after):
        raise ConfigError(*problems)
    _replace(path, after)


def _problems_with(settings: Settings, changed: Path, text: bytes) -> tuple[Problem, ...]:
    """What would be wrong if the file held this: tried on a copy of all rule files."""
    with TemporaryDirectory(prefix="maild-rules-") as folder:
        copies: dict[str, str] = {}
        for number, path in enumerate(matching(settings.rules)):
            copy = Path(folder) / f"{number:05}.yaml"
            copy.write_bytes(text if path == changed else path.read_bytes())
            copies[str(copy)] = str(path)
        found = rules_as_written(settings.model_copy(update={"rules": str(Path(folder) / "*.yaml")}))
    return tuple(replace(one, file=copies.get(one.file, one.file)) for one in found.problems)


def _replace(path: Path, text: bytes) -> None:
    """At once and whole: a daemon that looks meanwhile sees the old file or the new one."""
    target = path.resolve()
    with NamedTemporaryFile(dir=target.parent, prefix=".maild-", delete=False) as file:
        file.write(text)
    Path(file.name).chmod(stat.S_IMODE(target.stat().st_mode))
    with suppress(PermissionError):
        os.chown(file.name, target.stat().st_uid, target.stat().st_gid)
    Path(file.name).replace(target)
