"""Templates: their language, and what they may use.

In: `TemplateSource`, the text of an admin's file that `faults` has read; out: `Compiled`, which turns plain values into
(subject, body). In a body that is `marked`, each value stands between marks, whatever a filter has made of it: so
`html` knows what the template says from what somebody else says.

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
| page         | where the request can be looked at, empty where there are no pages     | none that strangers get     |
| state        | new, open, waiting, third-party …: `{% if state == "solved" %}`        | status-update               |
| status       | the same as a word of the language                                     | status-update               |
| text         | what staff wrote; what was asked for, empty where it is not proven; to | reply, status-update, …     |
|              | staff: what the mail says, or what did not work of their own           | staff-notice, forwarded, …  |
| staff        | who wrote it, may be empty                                             | reply, status-update, …     |
| follower     | not empty: whoever reads this takes part as a follower and may stop    | reply, status-update        |
| solved       | not empty: the answer proposes a solution                              | reply                       |
| said         | own or colleague: who told us that it is solved, may be empty          | status-update               |
| quoted       | what the customer last wrote, `> ` before each line, may be empty      | reply                       |
| due          | by when, at the latest, we answer or have it solved; empty: no promise | confirmation, staff-ticket… |
| opens        | when the desk is open again, empty where it is open                    | confirmation                |
| articles     | help articles, one a line: title and address, may be empty             | confirmation                |
| earlier      | the number of an earlier or a merged ticket, may be empty              | confirmation, missing, …    |
| part_of      | the number of the ticket that this one was split from, may be empty    | confirmation                |
| until        | until when an answer is awaited, may be empty                          | still-needed, closed, …     |
| begins, ends | from when to when, may be empty                                        | announcement, report        |
| what         | what was deleted, may be empty; the kind of a proposal; what is set;   | where it fits               |
|              | to staff: undone (nothing of their mail was done) or done              | staff-answer                |
| news         | new, answer or assigned                                                | staff-ticket                |
| type         | the ticket's; so category                                              | staff-ticket                |
| fields       | the ticket's, one `name: value` a line                                 | staff-ticket                |
| people       | who reads along, one a line                                            | staff-ticket                |
| aim          | response or solution                                                   | service-level               |
| stands       | near or missed                                                         | service-level               |
| date         | the day on which, may be empty                                         | deletion-completed          |
| count        | how many mails are summed up, or tickets listed                        | digest, overview, report    |
| tickets      | the numbers of their tickets; a line for each ticket                   | digest, overview            |
| scope        | mine, cc or organisation                                               | overview                    |
| languages    | those that the desk writes                                             | help                        |
| link         | a link that works once, empty where there are no pages                 | registration, look-link, …  |
| holders      | who has a seat, told to proven addresses only                          | refused, proposal-declined  |
| left_out     | addresses in copy that do not take part, may be empty                  | confirmation, left-out      |
| held         | not empty: an authorised contact must agree first                      | confirmation                |
| about        | the ticket's title, empty where it is not proven; what is announced    | followed, consent, …        |
| who          | whose doing it is, or whom it is about                                 | where it fits               |
| address      | the address that the proposal is about                                 | consent                     |
| organisation | the organisation's name                                                | invitation, welcome, staff… |
| seats        | how many, empty for no limit                                           | welcome                     |
| authorised   | not empty: as, or also needed, somebody authorised                     | invitation, successor       |
| primary      | not empty: a primary contact is needed                                 | successor                   |
| monitoring   | not empty: a monitoring contact is needed                              | successor                   |
| cause        | no-seat, shared, elsewhere, or empty                                   | proposal-declined           |
| why          | what staff say of it, may be empty; unanswered or settled              | proposal-declined, closed   |
| priority     | the ticket's, from 1 (the highest) to 4                                | staff-notice, staff-ticket… |
| because      | the rules that tell this to staff                                      | staff-notice, forwarded     |
| missing      | what the desk still needs, one thing a line                            | missing                     |
| kinds        | what personal data a mail seems to hold, one kind a line               | privacy                     |
| objects      | what a request is done to, one thing a line                            | workflow-confirm, …         |
| word, code   | what confirms: the word, and the number whose last four digits do      | workflow-confirm, -second   |
| before       | what the customer should do before, may be empty                       | workflow-scheduled          |
| after        | what the workflow says when it was carried out, may be empty           | workflow-done               |
| again        | not empty: it was told before                                          | workflow-scheduled          |
| hash         | the digits that whoever carries it out must present                    | staff-workflow              |

Instants (due, opens, until, begins, ends) are said in the desk's time zone and the reader's language.
An operator's own templates (`names`) are for customers, with the variables of `OWN`, or, where their name starts with
`staff-`, for staff, with those of staff-notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from maild.decide.policy import TemplateSource
from maild.errors import PermanentFailure
from maild.model import NotificationKind as Kind

Value = str | int | bool
Values = Mapping[str, Value]

LONGEST_TEMPLATE = 64 * 1024  # characters
LONGEST_OUTPUT = 512 * 1024  # characters
SUBJECT = "Subject:"
# No clean value holds any of these.
_SEAM = "\x00"  # between subject and body
THEIRS = "\x01"  # before a value that somebody else may have written
OURS = "\x02"  # before one that we wrote
END = "\x03"  # behind either

_ALWAYS = frozenset({"number", "desk", "signature"})
_TO_NOBODY_WE_KNOW = frozenset({"desk", "signature"})
_KNOWN_PERSON = _ALWAYS | {"title", "name", "page"}
_NO_TITLE = _ALWAYS | {"name"}
_NO_NUMBER = _TO_NOBODY_WE_KNOW | {"name"}
_TO_STAFF = _KNOWN_PERSON | {"who", "organisation", "text", "because"}
VARIABLES: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        Kind.CONFIRMATION: _KNOWN_PERSON | {"left_out", "held", "due", "opens", "articles", "earlier", "part_of"},
        Kind.CONFIRMATION_UNVERIFIED: _ALWAYS,
        Kind.STATUS_UPDATE: _KNOWN_PERSON | {"said", "state", "status", "text", "staff", "follower"},
        Kind.REPLY: _KNOWN_PERSON | {"solved", "text", "staff", "quoted", "follower"},
        Kind.DELETION_COMPLETED: _KNOWN_PERSON | {"what", "date"},
        Kind.DIGEST: _KNOWN_PERSON | {"count", "tickets"},
        Kind.FIRST_LINE: _TO_NOBODY_WE_KNOW,
        Kind.REGISTRATION: _ALWAYS | {"link"},
        Kind.REFUSED: _TO_NOBODY_WE_KNOW | {"holders"},
        Kind.LOOK_LINK: _ALWAYS | {"link"},
        Kind.LEFT_OUT: _KNOWN_PERSON | {"left_out"},
        Kind.SHARED: _KNOWN_PERSON | {"who", "text"},
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
        Kind.STAFF_NOTICE: _TO_STAFF | {"priority"},
        Kind.FORWARDED: _TO_STAFF,
        Kind.MISSING: _KNOWN_PERSON | {"missing", "earlier"},
        Kind.PRIVACY: _KNOWN_PERSON | {"kinds"},
        Kind.STAFF_TICKET: _TO_STAFF | {"news", "priority", "type", "category", "fields", "people", "due"},
        Kind.STAFF_ANSWER: _KNOWN_PERSON | {"what", "text"},
        Kind.SERVICE_LEVEL: _KNOWN_PERSON | {"who", "organisation", "priority", "aim", "stands", "due"},
        Kind.STILL_NEEDED: _KNOWN_PERSON | {"until"},
        Kind.CLOSED: _KNOWN_PERSON | {"why", "until"},
        Kind.ESTIMATE: _KNOWN_PERSON | {"text", "staff", "until"},
        Kind.ESTIMATE_LAPSED: _KNOWN_PERSON,
        Kind.MERGED: _KNOWN_PERSON | {"earlier"},
        Kind.ANNOUNCEMENT: _NO_NUMBER | {"about", "what", "begins", "ends", "text"},
        Kind.REPORT: _NO_NUMBER | {"organisation", "begins", "ends", "count"},
        Kind.WORKFLOW_CONFIRM: _NO_TITLE | {"about", "objects", "word", "code", "until", "begins", "due"},
        Kind.WORKFLOW_SECOND: _NO_TITLE | {"about", "objects", "word", "code", "until", "begins", "due", "who"},
        Kind.WORKFLOW_SCHEDULED: _KNOWN_PERSON | {"about", "objects", "begins", "due", "before", "who", "again"},
        Kind.WORKFLOW_ENDED: _KNOWN_PERSON | {"about", "objects", "stands", "why"},
        Kind.WORKFLOW_DONE: _KNOWN_PERSON | {"about", "objects", "after"},
        Kind.WORKFLOW_SUSPECT: _NO_TITLE | {"about", "who"},
        Kind.STAFF_WORKFLOW: _KNOWN_PERSON | {"about", "news", "who", "organisation", "objects", "hash", "due", "why"},
    }
)
"""Of every kind that has a built-in template."""
OWN = _KNOWN_PERSON
"""Of an operator's own template for customers."""

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


class Ours(str):
    """A value that nobody outside has written; what a filter makes of it is none."""

    __slots__ = ()


class BrokenTemplate(PermanentFailure):
    """A template cannot be used: run `maild check`."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with next to nothing in it. The operators are a second lock: `NODES` lets none through."""

    intercepted_binops = frozenset({"*", "**", "%", "+", "/", "//", "-"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        raise SecurityError(f"`{operator}` is not available in mail templates")


def variables_of(kind: Kind) -> frozenset[str]:
    """What the templates of this kind may use."""
    return VARIABLES.get(kind, OWN)


def new_environment() -> Sandbox:
    """The one environment templates are compiled in: plain text, unknown names are errors."""
    made = Sandbox(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, finalize=_between_marks
    )
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.globals.clear()
    return made


def _between_marks(value: object) -> str:
    return f"{OURS if type(value) is Ours else THEIRS}{value}{END}"


def bare(marked: str) -> str:
    """Without the marks."""
    return marked.replace(THEIRS, "").replace(OURS, "").replace(END, "")


class Compiled:
    """A template ready for use."""

    def __init__(self, source: TemplateSource, environment: Sandbox) -> None:
        subject, body = split_subject(source.text)
        self._template = environment.from_string(f"{subject}{_SEAM}{body}")

    def render(self, values: Values) -> tuple[str, str]:
        """Subject and body, as `marked`, without the marks."""
        subject, body = self.marked(values)
        return subject, bare(body)

    def marked(self, values: Values) -> tuple[str, str]:
        """Subject and marked body, not yet encoded: both hold text from outside. Values must be clean (`cleaning`).

        Raises BrokenTemplate where it gets too long; the length is bounded while it grows, not afterwards.
        """
        whole, length = [], 0
        for piece in self._template.generate(values):
            whole.append(piece)
            length += len(piece)
            if length > LONGEST_OUTPUT:
                raise BrokenTemplate(f"a mail of more than {LONGEST_OUTPUT} characters is not sent")
        subject, _, body = "".join(whole).partition(_SEAM)
        return bare(subject), body


def split_subject(text: str) -> tuple[str, str]:
    """The subject without its label, and the body after the blank line below it."""
    first, _, body = text.partition("\n")
    return first.removeprefix(SUBJECT).strip(), body.removeprefix("\n")
