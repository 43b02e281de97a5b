"""The words of a rule, typed: what an admin may write in `config/rules/*.yaml` (design part 7).

In: YAML or, from the database, JSON; out: `Rule`, frozen plain data that survives a round trip through JSON.
What a condition or action does is told by its function in `conditions` and `actions`; patterns are compiled
elsewhere (`regex`), so that a rule can be stored, compared and hashed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    Tag,
    model_serializer,
    model_validator,
)

from maild.ingest.header.addresses import normal_address
from maild.model import ProposalKind, Register
from maild.rules import actions, conditions
from maild.rules.regex import is_pattern, pattern
from maild.rules.words import check_word
from maild.yaml.suggest import did_you_mean

REGISTER_WORDS = tuple(state.value for state in Register)


def one_or_many(value: Any) -> Any:
    """A list, or the one thing that would stand in it."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def pairs(value: Any) -> Any:
    """A mapping, or the pairs it is stored as."""
    return tuple(tuple(pair) for pair in (value.items() if isinstance(value, dict) else value))


def _checked(plain: Callable[[str], str]) -> AfterValidator:
    def check(written: str) -> str:
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


def _sender(written: str) -> str:
    if written in REGISTER_WORDS:
        return written
    if "@" not in written:
        known = ", ".join(REGISTER_WORDS)
        raise ValueError(
            f"`{written}` is no sender{did_you_mean(written, REGISTER_WORDS)}. "
            f"Write an address, @domain, a /pattern/ or one of {known}"
        )
    return _address(written)


def _template(written: str) -> str:
    actions.placeholders(written)
    return written


def _not_empty(when: When) -> When:
    if not when.model_fields_set:
        raise ValueError("a condition is missing here (a rule for every mail has no `when` at all)")
    return when


def _doc(function: Callable[..., Any]) -> str:
    return " ".join((function.__doc__ or "").split())


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,200}$")]
Listed = (BeforeValidator(one_or_many), Field(min_length=1, max_length=200))
Words = Annotated[tuple[Annotated[str, _checked(check_word)], ...], *Listed]
Senders = Annotated[tuple[Annotated[str, _checked(_sender)], ...], *Listed]
Addresses = Annotated[tuple[Annotated[str, _checked(_address)], ...], *Listed]
Names = Annotated[tuple[Annotated[Line, _checked(str)], ...], *Listed]
Value = Annotated[Line, AfterValidator(_template)]
Proposable = Literal[
    ProposalKind.NEW_CONTACT, ProposalKind.NEW_AUTHORISED, ProposalKind.NEW_PRIMARY, ProposalKind.LEAVING
]
Values = Annotated[tuple[tuple[Name, Value], ...], BeforeValidator(pairs), Field(min_length=1, max_length=50)]


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    def given(self) -> tuple[tuple[str, Any], ...]:
        """What was written, in the order of the fields."""
        return tuple((name, getattr(self, name)) for name in type(self).model_fields if getattr(self, name))

    @model_serializer(mode="wrap")
    def _compact(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Only what was said: an absent condition must not come back from the database as an empty one."""
        return {name: value for name, value in handler(self).items() if value}


class When(_Words):
    """Conditions; all that are written must hold. In a list, one that matches is enough."""

    subject: Words = Field(default=(), description=_doc(conditions.subject))
    text: Words = Field(default=(), description=_doc(conditions.text))
    sender: Senders = Field(default=(), description=_doc(conditions.sender))
    recipient: Addresses = Field(default=(), description=_doc(conditions.recipient))
    desk: Names = Field(default=(), description=_doc(conditions.desk))
    organisation: Names = Field(default=(), description=_doc(conditions.organisation))
    any_: tuple[NestedWhen, ...] = Field(default=(), alias="any", description="A list of which one must hold.")
    all_: tuple[NestedWhen, ...] = Field(default=(), alias="all", description="A list of which all must hold.")
    not_: NestedWhen | None = Field(default=None, alias="not", description="Conditions that must not hold together.")


NestedWhen = Annotated[When, AfterValidator(_not_empty)]
When.model_rebuild()


class Actions(_Words):
    """What a rule does to the ticket that is about to be opened."""

    priority: int | None = Field(default=None, ge=1, le=4, description=_doc(actions.priority))
    category: Line = Field(default="", description=_doc(actions.category))
    assign: Line = Field(default="", description=_doc(actions.assign))
    field: Values = Field(default=(), description=_doc(actions.field))
    tag: Annotated[tuple[Line, ...], *Listed] = Field(default=(), description=_doc(actions.tag))
    propose: Annotated[tuple[Proposable, ...], *Listed] = Field(default=(), description=_doc(actions.propose))
    instruction: bool = Field(default=False, description=_doc(actions.instruction))


class ExampleMail(_Words):
    """A mail in short."""

    from_: str = Field(
        default="somebody@elsewhere.example",
        alias="from",
        description="Its sender; what the directory says of the address counts as proven.",
    )
    to: str = Field(default="", description="The desk's address; without it, that of the first desk.")
    subject: str = Field(default="", max_length=500, description="Its subject.")
    text: str = Field(default="", max_length=10_000, description="Its text.")


def _gives(value: Any) -> str:
    return "nothing" if isinstance(value, str) else "actions"


class Example(_Words):
    """A mail and what this rule, by itself, makes of it. Loading the rules checks it."""

    mail: ExampleMail = Field(description="The mail.")
    gives: Annotated[
        Annotated[Literal["nothing"], Tag("nothing")] | Annotated[Actions, Tag("actions")], Discriminator(_gives)
    ] = Field(
        description="`nothing` where the rule must not match, else what it sets: each word named here is compared."
    )


class Rule(_Words):
    """One rule. Rules run in the order of their files' names, then as written; a later one may overwrite."""

    rule: Line = Field(description="Its name, as reasons and the ticket's history show it.")
    when: NestedWhen = Field(default=When(), description="Conditions; without them the rule is for every mail.")
    then: Actions = Field(default=Actions(), description="What it does.")
    stop: bool = Field(default=False, description="Whether the rules after it are left out when it matches.")
    shadow: bool = Field(default=False, description="Only tell in the reasons what it would do, do nothing.")
    examples: tuple[Example, ...] = Field(default=(), max_length=100, description="Mails that prove the rule.")

    @model_validator(mode="after")
    def does_something(self) -> Rule:
        if not self.then.given() and not self.stop:
            raise ValueError("this rule does nothing: it needs `then` with an action, or `stop: true`")
        return self
