"""What is wrong with a template, by reading alone: `read_faults(source, environment) -> (Fault, …)`. Pure.

Laws: a template is compiled only after it was found faultless here; only the nodes of `environment.NODES` and the
variables of its kind pass. What only shows when it is rendered, `preflight` finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes

from maild.decide.policy import TemplateSource
from maild.model import NotificationKind
from maild.notify.environment import (
    LONGEST_TEMPLATE,
    NODES,
    SUBJECT,
    BrokenTemplate,
    Compiled,
    Sandbox,
    split_subject,
    variables_of,
)
from maild.notify.names import BUILT_IN, kind_of


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a template. Line and column count from 1; column 0 is unknown."""

    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Part:
    """The subject or the body, which are compiled apart so that no `if` reaches from one into the other."""

    text: str
    line: int
    column: int
    """Where it starts in the file."""

    def fault(self, line: int, offset: int | None, message: str) -> Fault:
        """A fault on a line of this part, counted from 1; `offset` is the place in its text, None if not known."""
        if offset is None:
            return Fault(self.line + line - 1, 0, message)
        line_start = self.text.rfind("\n", 0, offset) + 1
        column = offset - line_start + (self.column if line_start == 0 else 1)
        return Fault(self.line + line - 1, column, message)


def compile_template(source: TemplateSource, environment: Sandbox) -> Compiled:
    """Raises BrokenTemplate, naming the first of its faults."""
    if found := read_faults(source, environment):
        where = f"{source.language}/{source.name}.txt:{found[0].line}"
        raise BrokenTemplate(f"{where}: {found[0].message}")
    return Compiled(source, environment)


def read_faults(source: TemplateSource, environment: Sandbox) -> tuple[Fault, ...]:
    """All that reading finds, each once, in the order of the lines."""
    kind = kind_of(source.name)
    if kind is None:
        kinds = ", ".join(BUILT_IN)
        own = "one of your own has small letters, digits and hyphens, at most 40"
        return (Fault(1, 0, f"`{source.name}` is no name of a template: there are {kinds}; {own}"),)
    if len(source.text) > LONGEST_TEMPLATE:
        return (Fault(1, 0, f"a template has at most {LONGEST_TEMPLATE} characters"),)
    if not source.text.startswith(SUBJECT):
        return (Fault(1, 1, "the first line must be `Subject: …`"),)
    found = (fault for part in parts_of(source.text) for fault in _faults_of_part(part, kind, environment))
    return tuple(dict.fromkeys(found))


def parts_of(text: str) -> tuple[Part, Part]:
    """Subject and body, with their places in the file."""
    subject, body = split_subject(text)
    label = len(SUBJECT)
    blanks = len(text[label:]) - len(text[label:].lstrip(" \t"))
    body_starts = text.count("\n") - body.count("\n") + 1
    return Part(subject, 1, label + blanks + 1), Part(body, body_starts, 1)


def _faults_of_part(part: Part, kind: NotificationKind, environment: Sandbox) -> list[Fault]:
    try:
        tree = environment.parse(part.text)
        if found := list(_faults_of_nodes(part, tree, kind, environment)):
            return found
        environment.compile(tree)
    except TemplateSyntaxError as error:
        at = _places(part.text, environment).get((error.lineno, ""))
        return [part.fault(error.lineno, at, error.message or "this is not understood")]
    except (RecursionError, MemoryError):
        return [part.fault(1, None, "the template is nested too deeply")]
    return []


def _faults_of_nodes(part: Part, tree: nodes.Template, kind: NotificationKind, environment: Sandbox) -> Iterator[Fault]:
    places, known = _places(part.text, environment), variables_of(kind)
    for node in tree.find_all(nodes.Node):
        line = node.lineno
        if not isinstance(node, NODES):
            word = type(node).__name__.lower()
            told = f"`{word}` is not available in mail templates; use text, variables and `if`"
            yield part.fault(line, places.get((line, "")), told)
        elif isinstance(node, nodes.Name) and node.name not in known:
            told = f"`{node.name}` is unknown here; this template knows {', '.join(sorted(known))}"
            yield part.fault(line, places.get((line, node.name)), told)


def _places(text: str, environment: Sandbox) -> dict[tuple[int, str], int]:
    """Offsets of what stands first on each line: of every word of code, and under "" of the first code at all.

    Jinja tells lines only. Its tokens are pieces of the text in their order, with some blanks left out between them.
    """
    found: dict[tuple[int, str], int] = {}
    at = 0
    try:
        for line, sort, value in environment.lex(text):
            at = max(at, text.find(value, at))
            if sort in ("block_begin", "variable_begin"):
                found.setdefault((line, ""), at)
            elif sort == "name":
                found.setdefault((line, value), at)
            at += len(value)
    except TemplateSyntaxError:
        pass  # the rest of it is not code, and what was found stays true
    return found
