"""The kinds of value an admin may write in a rule, as types: words, names, addresses, comparisons, named words.

In: YAML or, from the database, JSON; out: plain strings and tuples that survive a round trip through JSON. What is
wrong is a ValueError in words for the admin. A word that starts with `$` names a list (`lists`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from maild.desks.lengths import SECONDS
from maild.desks.written import one_or_many
from maild.ingest.header.addresses import normal_address
from maild.model import AutomaticKind, Duty, Proof, ProposalKind, Register, Status
from maild.patterns.regex import is_pattern, pattern
from maild.patterns.words import check_word
from maild.rules import measures
from maild.rules.view import Trigger
from maild.yaml.suggest import did_you_mean

ANYTHING = "*"
"""Stands for any value at all, of a header or a field."""
PERSON = "person"
LIST = re.compile(r"\$[a-z][a-z0-9_-]{0,39}")
REGISTER_WORDS = tuple(state.value for state in Register)
ROLE_WORDS = ("primary", *(duty.value for duty in Duty))
SENDER_WORDS = (*REGISTER_WORDS, *ROLE_WORDS)
MACHINES = tuple(kind.value for kind in AutomaticKind)
NamedWords = tuple[tuple[str, tuple[str, ...]], ...]


def pairs(value: Any) -> Any:
    """A mapping, or the pairs it is stored as."""
    if isinstance(value, dict):
        return tuple(value.items())
    if not isinstance(value, list | tuple) or not all(isinstance(one, list | tuple) and len(one) == 2 for one in value):
        raise ValueError("a mapping is expected here: lines of `name: value`, or `{ name: value }`")
    return tuple(map(tuple, value))


def of_shape(shape: str, told: str) -> tuple[Any, ...]:
    """A text of this shape; `told` is said of any other, and editors learn the shape."""
    fits = re.compile(shape)

    def check(written: str) -> str:
        if fits.fullmatch(written) is None:
            raise ValueError(f"`{written[:60]}` is not possible here: {told}")
        return written

    return AfterValidator(check), WithJsonSchema({"type": "string", "pattern": f"^{shape}$"})


class OneOrMany:
    """Tells editors that a list of one may be written without brackets."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        many = handler(schema)
        return {"anyOf": [many.get("items", {}), many]}


class Mapped:
    """Tells editors that pairs are written as a mapping."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        pair = handler(schema).get("items", {})
        return {"type": "object", "additionalProperties": pair.get("prefixItems", [{}, {}])[1], "minProperties": 1}


def names_list(written: str) -> bool:
    """Whether a word stands for all of a named list; `$100` does not."""
    return LIST.fullmatch(written) is not None


def checked(plain: Callable[[str], str]) -> AfterValidator:
    """A pattern, a named list, or a word that `plain` takes."""

    def check(written: str) -> str:
        if names_list(written):
            return written
        if not is_pattern(written):
            return plain(written)
        pattern(written)
        return written

    return AfterValidator(check)


def _address(written: str) -> str:
    """The normal form of an address or of `@domain`."""
    address = normal_address(f"x{written}" if written.startswith("@") else written)
    if address is None:
        raise ValueError(f"`{written}` is no address: write name@example.org, @example.org or a /pattern/")
    return address.removeprefix("x") if written.startswith("@") else address


def _whole_address(written: str) -> str:
    address = normal_address(written)
    if address is None:
        raise ValueError(f"`{written}` is no address: write name@example.org")
    return address


def _sender(written: str) -> str:
    if written in SENDER_WORDS:
        return written
    if "@" not in written:
        known, near = ", ".join(SENDER_WORDS), did_you_mean(written, SENDER_WORDS)
        advice = f"{near} Or write" if near.endswith("?") else ": write"
        raise ValueError(f"`{written}` is no sender{advice} an address, @domain, a /pattern/ or one of {known}")
    return _address(written)


def _value_word(written: str) -> str:
    return written if written == ANYTHING else check_word(written)


def _header_name(written: str) -> str:
    """Header names are compared in lower case (RFC 5322 1.2.2)."""
    return written.lower()


def _machines(value: Any) -> Any:
    """`true` is every kind of machine, `false` a person."""
    if isinstance(value, bool):
        return MACHINES if value else (PERSON,)
    return one_or_many(value)


def _measure(units: Mapping[str, float]) -> BeforeValidator:
    """A comparison; `5` and `"5"` are the same."""

    def check(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"a comparison is expected here: {measures.advice(units)}")
        measures.compare(str(value), units)
        return str(value)

    return BeforeValidator(check)


Name = Annotated[
    str, *of_shape(r"[a-z][a-z0-9_-]{0,39}", "a name has small letters, digits, - and _, and starts with a letter")
]
TemplateName = Annotated[
    str, *of_shape(r"[a-z][a-z0-9-]{0,39}", "a template's name has small letters, digits and hyphens, and no ending")
]
Line = Annotated[
    str, *of_shape(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,200}", "one line of 1 to 200 characters is expected")
]
TagName = Annotated[str, *of_shape(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029,]{1,200}", "a tag is one line without commas")]
"""Tags are listed with commas between them, so none has one in it."""
MOST_WORDS = 5000
Listed = (BeforeValidator(one_or_many), Field(min_length=1, max_length=MOST_WORDS), OneOrMany())
Words = Annotated[tuple[Annotated[str, checked(check_word)], ...], *Listed]
Senders = Annotated[tuple[Annotated[str, checked(_sender)], ...], *Listed]
Addresses = Annotated[tuple[Annotated[str, checked(_address)], ...], *Listed]
People = Annotated[tuple[Annotated[str, AfterValidator(_whole_address)], ...], *Listed]
Names = Annotated[tuple[Annotated[Line, checked(str)], ...], *Listed]
ValueWords = Annotated[tuple[Annotated[str, checked(_value_word)], ...], *Listed]
Pairs = (BeforeValidator(pairs), Field(min_length=1, max_length=50), Mapped())
HeaderName = Annotated[
    str,
    *of_shape(r"[!-9;-~]{1,80}", "a header field's name is one word without its colon"),
    AfterValidator(_header_name),
]
HeaderWords = Annotated[tuple[tuple[HeaderName, ValueWords], ...], *Pairs]
FieldWords = Annotated[tuple[tuple[Name, ValueWords], ...], *Pairs]
Machines = Annotated[
    tuple[Literal["person", "auto-reply", "auto-generated", "list", "bulk", "bounce"], ...],
    BeforeValidator(_machines),
    Field(min_length=1, json_schema_extra={"anyOf": [{"type": "boolean"}, {"enum": list(MACHINES)}]}),
]
Proofs = Annotated[tuple[Proof, ...], *Listed]
Statuses = Annotated[tuple[Status, ...], *Listed]
Triggers = Annotated[tuple[Trigger, ...], *Listed]
Proposable = Literal[
    ProposalKind.NEW_CONTACT, ProposalKind.NEW_AUTHORISED, ProposalKind.NEW_PRIMARY, ProposalKind.LEAVING
]
Number = Annotated[str, _measure(measures.PLAIN)]
Size = Annotated[str, _measure(measures.BYTES)]
Lasting = Annotated[str, _measure(SECONDS)]


class WordsModel(BaseModel):
    """A mapping of words, of which only those that were written count."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    @field_validator("*", mode="after")
    @classmethod
    def _said(cls, value: Any) -> Any:
        """A key without a value would be as if it were not there: a rule for every mail."""
        if value is None:
            raise ValueError("a value is missing here: write one, or take the line out")
        return value

    def given(self) -> tuple[tuple[str, Any], ...]:
        """What was written, in the order of the fields."""
        return self._given

    @cached_property
    def _given(self) -> tuple[tuple[str, Any], ...]:
        return tuple((name, getattr(self, name)) for name in type(self).model_fields if getattr(self, name))

    @model_serializer(mode="wrap")
    def _compact(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Only what was said: an absent condition must not come back from the database as an empty one."""
        return {name: value for name, value in handler(self).items() if value}


class AttachmentWords(WordsModel):
    """What attachments are asked for."""

    name: Words = Field(default=(), description="Words or patterns for the file's name, like `*.pdf`.")
    type: Words = Field(default=(), description="Words or patterns for its type, like `image/*`.")
    size: Size = Field(default="", description="Its size, as in `> 5 MB`.")
    count: Number = Field(default="", description="How many there are of this kind; 1 or more without it.")

    @model_validator(mode="after")
    def asks_something(self) -> AttachmentWords:
        if not self.given():
            raise ValueError("`name`, `type`, `size` or `count` is missing here: `count: 1..99` is for any at all")
        return self


class PageWords(WordsModel):
    """Who of the staff is told, and by which template."""

    staff: Line = Field(description="A member of staff or a team, by name.")
    template: TemplateName = Field(default="", description="A template of your own; its name starts with `staff-`.")


def _page(value: Any) -> Any:
    """`grace` is short for `{ staff: grace }`."""
    return {"staff": value} if isinstance(value, str) else value


Pages = Annotated[tuple[Annotated[PageWords, BeforeValidator(_page)], ...], *Listed]
