"""What pydantic found wrong with a file's values, said to the admin.

In: a `Document` and the type it should have; out: the value, or `ConfigError` with one `Problem` for each thing
wrong, all at once: its line and column, and a sentence that says what would be right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from maild.errors import ConfigError, Problem
from maild.yaml.file import Document, Step
from maild.yaml.suggest import did_you_mean

T = TypeVar("T")
Fields = Mapping[str, FieldInfo]


def build(document: Document, kind: type[T], *path: Step) -> T:
    """The value at a path as `kind`, taken at its word: `"3"` is no number, `yes` is not true."""
    value = document.value
    for step in path:
        value = value[step]
    try:
        return TypeAdapter(kind).validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        raise ConfigError(*sorted(_problems(document, kind, path, error), key=_order)) from None


def _problems(document: Document, kind: Any, path: tuple[Step, ...], error: ValidationError) -> set[Problem]:
    details = error.errors(include_url=False)
    return {_problem(document, kind, path, detail) for detail in details}


def _order(problem: Problem) -> tuple[int, int, str]:
    return problem.line, problem.column, problem.message


def _problem(document: Document, kind: Any, path: tuple[Step, ...], detail: ErrorDetails) -> Problem:
    loc, sentence = detail["loc"], SENTENCES.get(detail["type"], _as_told)
    where = _as_written(document.value, (*path, *(loc[:-1] if detail["type"] == "missing" else loc)))
    fields = fields_at(kind, loc[:-1])
    name = str(loc[-1]) if loc else ""
    field = fields.get(name)
    message = sentence(Told(name, field, fields, detail.get("ctx") or {}, detail["input"], detail["msg"]))
    return document.problem(message, *where, of_key=detail["type"] in OF_KEYS)


def _as_written(value: Any, steps: tuple[Step, ...]) -> Iterator[Step]:
    """Without the numbers of lists of one that were written without brackets; a number and a number lead into the pairs
    of a mapping."""
    for number, step in enumerate(steps):
        if isinstance(value, dict) and isinstance(step, int):
            if not isinstance((*steps, "")[number + 1], int):
                continue
            value = tuple(value.items())
        yield step
        value = _one_down(value, step)


def _one_down(value: Any, step: Step) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    there = isinstance(value, list | tuple) and isinstance(step, int) and step < len(value)
    return value[step] if there else None


@dataclass(frozen=True)
class Told:
    """One finding: the field it is about, the fields beside it, pydantic's context, the input and its message."""

    name: str
    field: FieldInfo | None
    fields: Fields
    ctx: Mapping[str, Any]
    given: Any
    msg: str

    @property
    def shown(self) -> str:
        return shown(self.given)

    @property
    def meaning(self) -> str:
        """What the field is for, as a sentence to add."""
        text = self.field.description if self.field is not None else None
        return f" ({text.rstrip('.')})" if text else ""


def shown(value: Any) -> str:
    """A value as a short, quoted word."""
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None:
        return "an empty value"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text if len(text) <= 60 else text[:59] + '…'}`"


def _unknown(told: Told) -> str:
    return f"`{told.name[:60]}` is not known here{did_you_mean(told.name, told.fields)}"


def _missing(told: Told) -> str:
    return f"`{told.name}` is missing here{told.meaning}"


def _text(told: Told) -> str:
    quotable = isinstance(told.given, bool | int | float)
    hint = f': put it in quotes, "{told.shown.strip("`")}"' if quotable else ""
    return f"text is expected here, not {told.shown}{hint}{told.meaning}"


def _expected(what: str) -> Callable[[Told], str]:
    def sentence(told: Told) -> str:
        quoted = isinstance(told.given, str) and "number" in what and told.given.strip("+-").isdecimal()
        return f"{what} is expected here, not {told.shown}{': take the quotes away' if quoted else ''}{told.meaning}"

    return sentence


def _choice(told: Told) -> str:
    expected = NAMED_WORD.sub(r"\1", str(told.ctx.get("expected", "")))
    words = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
    near = did_you_mean(str(told.given), words)
    known = "" if "known here" in near else f" ({', '.join(words)} are possible)"
    return f"{told.shown} is not possible here{near}{known}"


def _bound(limit: str, words: str) -> Callable[[Told], str]:
    return lambda told: f"{told.shown} is not possible here: {words} {told.ctx.get(limit)}{told.meaning}"


def _length(limit: str, words: str, things: str) -> Callable[[Told], str]:
    def sentence(told: Told) -> str:
        many = told.ctx.get(limit)
        counted = things if many != 1 else SINGLE[things]
        return f"this is too {words} {many} {counted}{told.meaning}"

    return sentence


def _pattern(told: Told) -> str:
    return f"{told.shown} is not possible here{told.meaning or ': it has to fit ' + str(told.ctx.get('pattern'))}"


def _value(told: Told) -> str:
    return str(told.ctx.get("error", told.msg))


def _as_told(told: Told) -> str:
    return f"{told.msg}, not {told.shown}"


NAMED_WORD = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""A word of an enumeration, as pydantic shows it."""
SINGLE = {"characters": "character", "entries": "entry"}
OF_KEYS = frozenset({"extra_forbidden", "missing"})
NUMBER, WHOLE = _expected("a number"), _expected("a whole number")
MAPPING, LIST = _expected("a mapping (lines of `name: value`)"), _expected("a list")
SENTENCES: Mapping[str, Callable[[Told], str]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "string_type": _text,
    "path_type": _text,
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "int_parsing_size": WHOLE,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "bool_type": _expected("true or false"),
    "bool_parsing": _expected("true or false"),
    "tuple_type": LIST,
    "list_type": LIST,
    "model_type": MAPPING,
    "model_attributes_type": MAPPING,
    "dict_type": MAPPING,
    "enum": _choice,
    "literal_error": _choice,
    "greater_than": _bound("gt", "it has to be more than"),
    "greater_than_equal": _bound("ge", "the least is"),
    "less_than": _bound("lt", "it has to be less than"),
    "less_than_equal": _bound("le", "the most is"),
    "string_too_short": _length("min_length", "short: at least", "characters"),
    "string_too_long": _length("max_length", "long: at most", "characters"),
    "too_short": _length("min_length", "short: at least", "entries"),
    "too_long": _length("max_length", "long: at most", "entries"),
    "string_pattern_mismatch": _pattern,
    "value_error": _value,
}


def fields_at(kind: Any, loc: Iterable[Step]) -> Fields:
    """The fields a mapping at this place may have, by the names one writes; steps that lead nowhere are passed over."""
    kinds = _plain(kind)
    for step in loc:
        kinds = tuple(inner for one in kinds for outer in _inside(one, step) for inner in _plain(outer)) or kinds
    models = (one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel))
    return {field.alias or name: field for model in models for name, field in model.model_fields.items()}


def _plain(kind: Any) -> tuple[Any, ...]:
    """The alternatives of a type, without annotations."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return tuple(one for choice in get_args(kind) for one in _plain(choice))
    return (kind,)


def _inside(kind: Any, step: Step) -> tuple[Any, ...]:
    if get_origin(kind) is tuple and isinstance(step, int):
        return get_args(kind)[:1]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        found = (field for name, field in kind.model_fields.items() if step in (field.alias, name))
        return tuple(field.annotation for field in found)
    return ()
