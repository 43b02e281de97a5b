"""The words of a rule, typed: what an admin may write in `config/rules/*.yaml` (design part 7).

In: YAML or, from the database, JSON; out: `Rule`, frozen plain data that survives a round trip through JSON.
What a condition or action does is told by its function in `conditions` and `actions`; patterns are compiled
elsewhere (`regex`), so that a rule can be stored, compared and hashed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from maild.model import Status
from maild.rules import actions
from maild.rules.conditions import CONDITIONS
from maild.rules.example_mail import ExampleMail
from maild.rules.kinds import (
    Addresses,
    AttachmentWords,
    FieldWords,
    HeaderWords,
    Lasting,
    Line,
    Listed,
    Machines,
    Name,
    Names,
    Number,
    Pages,
    Pairs,
    People,
    Proofs,
    Proposable,
    Senders,
    Statuses,
    TagName,
    TemplateName,
    Triggers,
    Words,
    WordsModel,
)
from maild.rules.view import Trigger


def _template(written: str) -> str:
    actions.placeholders(written)
    return written


def _not_empty(when: When) -> When:
    if not when.model_fields_set:
        raise ValueError("a condition is missing here (a rule for every mail has no `when` at all)")
    return when


def _some(whens: tuple[When, ...]) -> tuple[When, ...]:
    """An empty list would be as if it were not there: a rule for every mail."""
    if not whens:
        raise ValueError("a condition is missing here: start each with `- `, or take the line out")
    return whens


def _doc(function: Callable[..., Any]) -> str:
    return " ".join((function.__doc__ or "").split())


def _condition(name: str, default: Any = ()) -> Any:
    return Field(default=default, description=_doc(CONDITIONS[name]))


def _action(function: Callable[..., Any], default: Any = (), **bounds: Any) -> Any:
    return Field(default=default, description=_doc(function), **bounds)


Value = Annotated[Line, AfterValidator(_template)]
Values = Annotated[tuple[tuple[Name, Value], ...], *Pairs]


class When(WordsModel):
    """Conditions; all that are written must hold. In a list, one that matches is enough."""

    subject: Words = _condition("subject")
    text: Words = _condition("text")
    full_text: Words = _condition("full_text")
    header: HeaderWords = _condition("header")
    attachment: AttachmentWords | None = _condition("attachment", None)
    language: Names = _condition("language")
    sender: Senders = _condition("sender")
    proof: Proofs = _condition("proof")
    organisation: Names = _condition("organisation")
    recipient: Addresses = _condition("recipient")
    recipients: Number = _condition("recipients", "")
    desk: Names = _condition("desk")
    hours: Literal["inside", "outside"] | None = _condition("hours", None)
    automatic: Machines = _condition("automatic")
    status: Statuses = _condition("status")
    priority: Number = _condition("priority", "")
    type: Names = _condition("type")
    category: Names = _condition("category")
    module: Names = _condition("module")
    tag: Names = _condition("tag")
    field: FieldWords = _condition("field")
    age: Lasting = _condition("age", "")
    quiet: Lasting = _condition("quiet", "")
    any_: NestedWhens = Field(default=(), alias="any", description="A list of which one must hold.")
    all_: NestedWhens = Field(default=(), alias="all", description="A list of which all must hold.")
    not_: NestedWhen | None = Field(default=None, alias="not", description="Conditions that must not hold together.")


NestedWhen = Annotated[When, AfterValidator(_not_empty)]
NestedWhens = Annotated[tuple[NestedWhen, ...], AfterValidator(_some)]
When.model_rebuild()


class Actions(WordsModel):
    """What a rule does to the ticket."""

    priority: int | None = _action(actions.priority, None, ge=1, le=4)
    type: Line = _action(actions.type, "")
    category: Line = _action(actions.category, "")
    module: Line = _action(actions.module, "")
    assign: Line = _action(actions.assign, "")
    field: Values = _action(actions.field)
    tag: Annotated[tuple[TagName, ...], *Listed] = _action(actions.tag)
    status: Status | None = _action(actions.status, None)
    participant: People = _action(actions.participant)
    notify: Pages = _action(actions.notify)
    forward: Annotated[tuple[Line, ...], *Listed] = _action(actions.forward)
    answer: TemplateName = _action(actions.answer, "")
    ask: Annotated[tuple[tuple[Name, Line], ...], *Pairs] = _action(actions.ask)
    review: Line = _action(actions.review, "")
    ignore: Line = _action(actions.ignore, "")
    webhook: Annotated[tuple[Name, ...], *Listed] = _action(actions.webhook)
    propose: Annotated[tuple[Proposable, ...], *Listed] = _action(actions.propose)
    instruction: bool = _action(actions.instruction, default=False)
    workflow: Line = _action(actions.workflow, "")


def _gives(value: Any) -> str:
    return "nothing" if isinstance(value, str) else "actions"


def _promises(gives: Actions) -> Actions:
    if not gives.given():
        raise ValueError("an action is missing here: say what the rule gives, or `nothing`")
    return gives


class Example(WordsModel):
    """A mail and what this rule, by itself, makes of it. Loading the rules checks it."""

    mail: ExampleMail = Field(description="The mail.")
    gives: Annotated[
        Annotated[Literal["nothing"], Tag("nothing")] | Annotated[Actions, AfterValidator(_promises), Tag("actions")],
        Discriminator(_gives),
    ] = Field(
        description="`nothing` where the rule must not match, else what it sets: each word named here is compared."
    )


class Rule(WordsModel):
    """One rule. Rules run in the order of their files' names, then as written; a later one may overwrite."""

    rule: Line = Field(description="Its name, as reasons and the ticket's history show it.")
    on: Triggers = Field(
        default=(Trigger.NEW,),
        description="When it is asked: `new` (a mail opens a ticket), `follow-up` (a mail joins one), `reply` (staff "
        "answer) or `time` (it passes); without it: `new`.",
    )
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


class NamedList(WordsModel):
    """Words, patterns or names under one name, which conditions write as `$name`."""

    list_: Name = Field(alias="list", description="Its name.")
    of: Annotated[tuple[Line, ...], *Listed] = Field(
        description="What it holds: words, phrases, patterns, addresses or names, as the conditions that use it take."
    )
