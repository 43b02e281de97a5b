"""A template flies before it goes live: `template_faults(source)` reads it, and renders it with what mail can hold.

In: the text of an admin's file; out: everything wrong with it, as values. Pure. Laws: each variable is tried nasty,
empty, very long, right-to-left and ordinary, together with the others and alone, and with each word that the template
compares it with: so each branch of an `if` is rendered before a customer sees it.
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import TemplateError, nodes

from maild.cleaning import clean_text
from maild.decide.policy import TemplateSource
from maild.errors import PermanentFailure
from maild.notify.environment import Compiled, Sandbox, Values, new_environment, variables_of
from maild.notify.faults import Fault, parts_of, read_faults
from maild.notify.names import kind_of

NASTY = "'\"{{ 7*7 }}{% raw %}<b>\r\nBcc: x@y.example\r\n\u2028\x00\ud800 =?utf-8?q?x?= [SD-1] \u202e"
RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u2067abc\u2069"
LONG = "word " * 2000
ORDINARY = "new"
SAMPLES = tuple(clean_text(sample) for sample in (NASTY, "", LONG, RIGHT_TO_LEFT, ORDINARY))
MOST_COMPARED = 200


def template_faults(source: TemplateSource) -> tuple[Fault, ...]:
    """Everything wrong with a template, for `maild check`; nothing when it can be used. Of what shows only when it is
    rendered, the first."""
    environment = new_environment()
    if found := read_faults(source, environment):
        return found
    compiled = Compiled(source, environment)
    faults = (_trial(compiled, values) for values in flights(source, environment))
    return tuple(filter(None, faults))[:1]


def flights(source: TemplateSource, environment: Sandbox) -> Iterator[Values]:
    """The values it is rendered with, one after the other."""
    kind = kind_of(source.name)
    if kind is None:
        return
    known = sorted(variables_of(kind))
    ordinary, empty = dict.fromkeys(known, ORDINARY), dict.fromkeys(known, "")
    yield from (dict.fromkeys(known, sample) for sample in SAMPLES)
    for name in known:
        yield from (ordinary | {name: sample} for sample in SAMPLES)
        yield empty | {name: ORDINARY}
    for name, word in list(_compared(source, environment))[:MOST_COMPARED]:
        yield from (ordinary | {name: word}, empty | {name: word})


def _compared(source: TemplateSource, environment: Sandbox) -> Iterator[tuple[str, str]]:
    """Each variable with the words it is compared with: `{% if state == "solved" %}`."""
    for part in parts_of(source.text):
        for node in environment.parse(part.text).find_all(nodes.Compare):
            sides = (node.expr, *(operand.expr for operand in node.ops))
            names = [side.name for side in sides if isinstance(side, nodes.Name)]
            words = [side.value for side in sides if isinstance(side, nodes.Const) and isinstance(side.value, str)]
            yield from ((name, word) for name in names for word in words)


def _trial(compiled: Compiled, values: Values) -> Fault | None:
    try:
        subject, body = compiled.render(values)
    except (TemplateError, PermanentFailure, AssertionError, TypeError, ValueError, ArithmeticError) as error:
        return Fault(1, 0, f"it cannot be rendered {_with(values)}: {error}")
    if all(values.values()) and not (subject.strip() and body.strip()):
        return Fault(1, 0, f"the subject or the body comes out empty {_with(values)}")
    return None


def _with(values: Values) -> str:
    """Which values it was: the one that is not ordinary, or what all are, or all but one."""
    odd = [name for name, value in values.items() if value != ORDINARY]
    usual = [name for name in values if name not in odd]
    if not odd:
        return "with ordinary values"
    told = _told(str(values[odd[0]]))
    if len(odd) == 1:
        return f"where `{odd[0]}` is {told}"
    return f"where all values but `{usual[0]}` are {told}" if usual else f"where all values are {told}"


def _told(value: str) -> str:
    words = {"": "empty", LONG: "very long", SAMPLES[0]: "hostile", SAMPLES[3]: "written from right to left"}
    return words.get(value, f"`{value}`")
