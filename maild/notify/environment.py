"""Templates: their language, what they may use, and what is wrong with one.

In: `TemplateSource`, the text of an admin's file; out: `Compiled`, which turns plain values into (subject, body).

A template is text whose first line is `Subject: …`, with `{{ variables }}`, `{% if %}` and a few filters
(`NODES`, `FILTERS`). Nothing else is needed for mail, and so nothing can run long or grow large: the Jinja
sandbox alone stops neither `'a' * 10**9` nor loops in loops (FAULT-L16). Values are plain text and numbers,
never objects and never templates (FAULT-E03).

| variable     | what it is                                                             | in which templates          |
|--------------|------------------------------------------------------------------------|-----------------------------|
| number       | the ticket's number: SD-1042 (the subject gets it by itself)           | all that are about a ticket |
| desk         | the desk's title                                                       | all                         |
| signature    | the desk's signature lines, or its title if it has none                | all                         |
| title        | the ticket's title                                                     | none that strangers get     |
| name         | the recipient's display name, may be empty                             | none that strangers get     |
| state        | new, open, waiting, solved or closed: `{% if state == "solved" %}`     | status-update               |
| status       | the same as a word of the language                                     | status-update               |
| text         | what staff wrote; what was asked for, empty where it is not proven     | reply, consent              |
| staff        | who wrote it, may be empty                                             | reply                       |
| what         | what was deleted, may be empty; the kind of a proposal; what is set    | where it fits               |
| date         | the day on which, may be empty                                         | deletion-completed          |
| count        | how many mails are summed up, or tickets listed                        | digest, overview            |
| tickets      | the numbers of their tickets; a line for each ticket                   | digest, overview            |
| scope        | mine, cc or organisation                                               | overview                    |
| languages    | those that the desk writes                                             | help                        |
| link         | a link that works once, empty where there are no pages                 | registration, look-link, …  |
| holders      | who has a seat, told to proven addresses only                          | refused, proposal-declined  |
| left_out     | addresses in copy that do not take part, may be empty                  | confirmation, left-out      |
| held         | not empty: an authorised contact must agree first                      | confirmation                |
| about        | the ticket's title, empty where it is not proven                       | followed, consent           |
| who          | whose doing it is, or whom it is about                                 | where it fits               |
| address      | the address that the proposal is about                                 | consent                     |
| organisation | the organisation's name                                                | invitation, welcome         |
| seats        | how many, empty for no limit                                           | welcome                     |
| authorised   | not empty: as, or also needed, somebody authorised                     | invitation, successor       |
| primary      | not empty: a primary contact is needed                                 | successor                   |
| monitoring   | not empty: a monitoring contact is needed                              | successor                   |
| cause        | no-seat, shared, elsewhere, or empty                                   | proposal-declined           |
| why          | what staff say of it, may be empty                                     | proposal-declined           |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from maild.cleaning import clean_text
from maild.decide.policy import TemplateSource
from maild.errors import PermanentFailure
from maild.model import NotificationKind as Kind

Value = str | int | bool
Values = Mapping[str, Value]

LONGEST_TEMPLATE = 64 * 1024  # characters
LONGEST_OUTPUT = 512 * 1024  # characters
SUBJECT = "Subject:"
_SEAM = "\x00"  # between subject and body; no clean value holds it

_ALWAYS = frozenset({"number", "desk", "signature"})
_TO_NOBODY_WE_KNOW = frozenset({"desk", "signature"})
_KNOWN_PERSON = _ALWAYS | {"title", "name"}
_NO_TITLE = _ALWAYS | {"name"}
_NO_NUMBER = _TO_NOBODY_WE_KNOW | {"name"}
VARIABLES: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        Kind.CONFIRMATION: _KNOWN_PERSON | {"left_out", "held"},
        Kind.CONFIRMATION_UNVERIFIED: _ALWAYS,
        Kind.STATUS_UPDATE: _KNOWN_PERSON | {"state", "status"},
        Kind.REPLY: _KNOWN_PERSON | {"text", "staff"},
        Kind.DELETION_COMPLETED: _KNOWN_PERSON | {"what", "date"},
        Kind.DIGEST: _KNOWN_PERSON | {"count", "tickets"},
        Kind.FIRST_LINE: _TO_NOBODY_WE_KNOW,
        Kind.REGISTRATION: _ALWAYS | {"link"},
        Kind.REFUSED: _TO_NOBODY_WE_KNOW | {"holders"},
        Kind.LOOK_LINK: _ALWAYS | {"link"},
        Kind.LEFT_OUT: _KNOWN_PERSON | {"left_out"},
        Kind.FOLLOWED: _NO_TITLE | {"about", "who"},
        Kind.CONSENT: _NO_TITLE | {"about", "who", "what", "address", "text"},
        Kind.INVITATION: _ALWAYS | {"link", "organisation", "who", "authorised"},
        Kind.WELCOME: _NO_TITLE | {"organisation", "seats"},
        Kind.SUCCESSOR: _KNOWN_PERSON | {"who", "primary", "monitoring", "authorised"},
        Kind.PROPOSAL_DONE: _KNOWN_PERSON | {"what", "who"},
        Kind.PROPOSAL_DECLINED: _KNOWN_PERSON | {"what", "who", "cause", "holders", "why"},
        Kind.OVERVIEW: _NO_NUMBER | {"scope", "count", "tickets"},
        Kind.HELP: _NO_NUMBER | {"languages"},
        Kind.SETTING_CHANGED: _NO_NUMBER | {"what"},
    }
)

FILTERS = ("capitalize", "default", "length", "lower", "title", "trim", "truncate", "upper", "wordwrap")
NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Keyword,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
)


class BrokenTemplate(PermanentFailure):
    """A template cannot be used: run `maild check`."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with next to nothing in it. The operators are a second lock: `NODES` lets none through."""

    intercepted_binops = frozenset({"*", "**", "%", "+", "/", "//", "-"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        raise SecurityError(f"`{operator}` is not available in mail templates")


def new_environment() -> Sandbox:
    """The one environment templates are compiled in: plain text, unknown names are errors."""
    made = Sandbox(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.globals.clear()
    return made


class Compiled:
    """A template ready for use."""

    def __init__(self, source: TemplateSource, environment: Sandbox) -> None:
        subject, body = split_subject(source.text)
        self._template = environment.from_string(f"{subject}{_SEAM}{body}")

    def render(self, values: Values) -> tuple[str, str]:
        """Subject and body, not yet encoded: both hold text from outside. Values must be clean (`cleaning`).

        Raises BrokenTemplate where it gets too long; the length is bounded while it grows, not afterwards.
        """
        whole, length = [], 0
        for piece in self._template.generate(values):
            whole.append(piece)
            length += len(piece)
            if length > LONGEST_OUTPUT:
                raise BrokenTemplate(f"a mail of more than {LONGEST_OUTPUT} characters is not sent")
        subject, _, body = "".join(whole).partition(_SEAM)
        return subject, body


def compile_template(source: TemplateSource, environment: Sandbox) -> Compiled:
    """Raises BrokenTemplate, naming what `template_problems` says first."""
    if found := next(_problems_of_text(source, environment), None):
        raise BrokenTemplate(f"{source.language}/{source.name}.txt:{found[0]}: {found[1]}")
    return Compiled(source, environment)


def split_subject(text: str) -> tuple[str, str]:
    """The subject without its label, and the body after the blank line below it."""
    first, _, body = text.partition("\n")
    return first.removeprefix(SUBJECT).strip(), body.removeprefix("\n")


def _problems_of_text(source: TemplateSource, environment: Sandbox) -> Iterator[tuple[int, str]]:
    """What is wrong with it, by reading alone: (line, message)."""
    if source.name not in set(Kind):
        yield 1, f"there is no notification `{source.name}`; there are {', '.join(Kind)}"
    elif len(source.text) > LONGEST_TEMPLATE:
        yield 1, f"a template has at most {LONGEST_TEMPLATE} characters"
    elif not source.text.startswith(SUBJECT):
        yield 1, "the first line must be `Subject: …`"
    else:
        yield from _problems_of_tree(source, environment)


def _problems_of_tree(source: TemplateSource, environment: Sandbox) -> Iterator[tuple[int, str]]:
    subject, body = split_subject(source.text)
    body_starts = source.text.count("\n") - body.count("\n") + 1
    for first_line, text in ((1, subject), (body_starts, body)):
        for line, message in _problems_of_part(text, Kind(source.name), environment):
            yield line + first_line - 1, message


def _problems_of_part(text: str, kind: Kind, environment: Sandbox) -> list[tuple[int, str]]:
    try:
        tree = environment.parse(text)
        if found := list(_problems_of_nodes(tree, kind)):
            return found
        environment.compile(tree)
    except TemplateSyntaxError as error:
        return [(error.lineno, error.message or "this is not understood")]
    except (RecursionError, MemoryError):
        return [(1, "the template is nested too deeply")]
    return []


def _problems_of_nodes(tree: nodes.Template, kind: Kind) -> Iterator[tuple[int, str]]:
    known = VARIABLES[kind]
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, NODES):
            word = type(node).__name__.lower()
            yield node.lineno, f"`{word}` is not available in mail templates; use text, variables and `if`"
        elif isinstance(node, nodes.Name) and node.name not in known:
            yield node.lineno, f"`{node.name}` is unknown here; this template knows {', '.join(sorted(known))}"


NASTY = "'\"{{ 7*7 }}{% raw %}<b>\r\nBcc: x@y.example\r\n\u2028\x00\ud800 =?utf-8?q?x?= [SD-1] \u202e"


def template_problems(source: TemplateSource) -> tuple[tuple[int, str], ...]:
    """Everything wrong with a template as (line, message), for `maild check`; nothing when it can be used.

    It is read, and rendered with nasty, with empty and with ordinary values.
    """
    environment = new_environment()
    if found := tuple(dict.fromkeys(_problems_of_text(source, environment))):
        return found
    return tuple(filter(None, (_trial(source, environment, sample) for sample in (NASTY, "", "new"))))[:1]


def _trial(source: TemplateSource, environment: Sandbox, sample: str) -> tuple[int, str] | None:
    values = dict.fromkeys(VARIABLES[Kind(source.name)], clean_text(sample))
    compiled = compile_template(source, environment)
    try:
        subject, body = compiled.render(values)
    except (TemplateError, PermanentFailure, AssertionError, TypeError, ValueError) as error:
        return 1, f"it cannot be rendered: {error}"
    if sample and not (subject.strip() and body.strip()):
        return 1, "the subject or the body comes out empty"
    return None
