"""What a workflow's file says, typed. In: `config/workflows/*.yaml`; out: `Workflow`, immutable.

Each field's description is its documentation. Laws: what cannot be undone takes a confirmation and a second pair of
eyes; the safeguards of a workflow end before it is due.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from maild.cleaning import clean_text
from maild.desks.information import (
    FieldWanted,
    Language,
    Names,
    Texts,
    Words,
    as_written,
    check_fields,
    text_rows,
)
from maild.desks.written import one_or_many

LONGEST = 366
MOST_FACTS = 20
Days = Annotated[int, Field(ge=0, le=LONGEST)]
LONGEST_PROSE = 2_000
NAME = r"^[a-z][a-z0-9-]{0,39}$"
ACCOUNT_MANAGER, ASSIGNEE = "account-manager", "assignee"


def _prose(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_PROSE or clean_text(text) != text:
        raise ValueError(f"a text of 1 to {LONGEST_PROSE} characters is wanted here")
    return text


Prose = Annotated[
    tuple[tuple[Language, Annotated[str, AfterValidator(_prose)]], ...],
    BeforeValidator(text_rows),
    Field(min_length=1, max_length=20),
    PlainSerializer(as_written),
]
"""Some lines, for everybody or in each language."""


class Starter(StrEnum):
    """Whose mail starts it, proven: REGISTERED: any registered contact's. AUTHORISED: only that of somebody who may
    instruct for the organisation. STAFF: nobody's, staff start it."""

    REGISTERED = "registered"
    AUTHORISED = "authorised"
    STAFF = "staff"


class Second(StrEnum):
    """Who must agree besides the requester: NOBODY, another AUTHORISED contact, a member of STAFF, or EITHER."""

    NOBODY = "nobody"
    AUTHORISED = "authorised"
    STAFF = "staff"
    EITHER = "either"


class Refusal(BaseModel):
    """Requests that are never carried out, and what their writer is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: Words = Field(min_length=1, description="Words or patterns, one of which stands in what was written anew.")
    say: Prose = Field(description="Why it is refused, and what is possible instead: one text, or one for a language.")


class Safeguards(BaseModel):
    """What must have happened before it may be carried out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confirm_days: Days | None = Field(
        default=None,
        description="Working days in which the requester must confirm by answering a mail to their registered address "
        "with a word and a number; without it nobody has to.",
    )
    word: Texts = Field(
        default=(("de", "BESTÄTIGEN"), ("en", "CONFIRM"), ("nl", "BEVESTIGEN")),
        description="The word they write, in each language.",
    )
    second: Second = Field(
        default=Second.NOBODY,
        description="Who else must agree: nobody, authorised (another authorised contact), staff or either.",
    )
    second_days: Days = Field(default=2, description="Working days in which they must.")
    inform: bool = Field(
        default=False,
        description="Whether all authorised contacts are told as soon as it is agreed to, and how to stop it.",
    )
    cooling_days: Days = Field(
        default=0, description="Working days that must pass after that, in which each of them may stop it."
    )

    @property
    def has_second(self) -> bool:
        return self.second is not Second.NOBODY

    @property
    def days(self) -> int:
        """Working days that all of them may take together."""
        return (self.confirm_days or 0) + (self.second_days if self.has_second else 0) + self.cooling_days


class Due(BaseModel):
    """By when it is carried out; one of the three, or nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: Annotated[int, Field(ge=1, le=LONGEST)] | None = Field(
        default=None, description="Working days from the mail on with which it was complete."
    )
    first_working_day: bool = Field(
        default=False, description="On the first working day of a month: the next one that leaves the notice."
    )
    notice_days: Days = Field(default=0, description="Working days of notice before that day.")
    field: str = Field(
        default="", pattern=r"^([a-z][a-z0-9_-]{0,39})?$", description="On the date that this field has."
    )
    remind_staff: Annotated[tuple[Days, ...], BeforeValidator(one_or_many)] = Field(
        default=(1,),
        max_length=10,
        description="Working days before it is due on which those who carry it out are reminded.",
    )
    remind_customer: Annotated[tuple[Days, ...], BeforeValidator(one_or_many)] = Field(
        default=(), max_length=10, description="Working days before it is due on which the customer is reminded."
    )

    @property
    def has_date(self) -> bool:
        """Whether it waits for a day, and is not done as soon as possible."""
        return self.first_working_day or bool(self.field)

    @model_validator(mode="after")
    def _one(self) -> Due:
        if sum((self.days is not None, self.first_working_day, bool(self.field))) > 1:
            raise ValueError("it is due in one way: `days`, `first_working_day` or `field`")
        return self


class Workflow(BaseModel):
    """One kind of request with legal weight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workflow: str = Field(pattern=NAME, description="Short name, which rules and the command line use.")
    title: Texts = Field(description="What its mails call it: one text, or one for each language.")
    desks: Names = Field(default=(), description="Desks that have it; all of them without it.")
    start: Starter = Field(
        default=Starter.REGISTERED,
        description="Whose mail may start it, if proven: registered, authorised, or staff alone.",
    )
    irreversible: bool = Field(default=False, description="Whether it cannot be undone: then it must have safeguards.")
    facts: Annotated[tuple[FieldWanted, ...], AfterValidator(check_fields)] = Field(
        default=(),
        max_length=MOST_FACTS,
        description="What it takes, as in a desk's `information`; asked for until it is complete.",
    )
    patience_days: Annotated[int, Field(ge=1, le=LONGEST)] = Field(
        default=30, description="Days after which a request with missing facts is given up."
    )
    objects: Names = Field(
        default=(), description="Fields that say what it is done to; frozen when all facts are there."
    )
    refuse: tuple[Refusal, ...] = Field(
        default=(), max_length=20, description="What is refused, each with `words` and `say`."
    )
    safeguards: Safeguards = Field(default=Safeguards(), description="Who must agree, and how long it waits.")
    due: Due = Field(default=Due(), description="By when it is carried out, and who is reminded.")
    carried_out_by: str = Field(
        default=ASSIGNEE,
        pattern=NAME,
        description="Who does it: assignee, account-manager, or staff or a team by name.",
    )
    webhook: str = Field(
        default="", pattern=r"^([a-z][a-z0-9-]{0,39})?$", description="The system that is told when it may."
    )
    before: Prose | None = Field(
        default=None, description="What the customer should do before it is carried out, for the mail with the date."
    )
    done: Prose | None = Field(default=None, description="What the customer reads when it was carried out.")

    @model_validator(mode="after")
    def _sound(self) -> Workflow:
        for told in filter(None, (_unguarded(self), _late(self), _unnamed(self))):
            raise ValueError(told)
        return self


def _unguarded(it: Workflow) -> str:
    if not it.irreversible:
        return ""
    guards = it.safeguards
    if guards.confirm_days is None or not guards.has_second:
        return "what cannot be undone needs `safeguards` with `confirm_days` and `second`"
    return "" if it.objects else "what cannot be undone needs `objects`: the fields that say what it is done to"


def _late(it: Workflow) -> str:
    if it.due.days is None or it.safeguards.days < it.due.days:
        return ""
    return f"its safeguards may take {it.safeguards.days} working days, and it is due within {it.due.days}"


def _unnamed(it: Workflow) -> str:
    named = {one.field for one in it.facts}
    missing = [name for name in (*it.objects, it.due.field) if name and name not in named]
    return f"`{missing[0]}` is none of its facts: {', '.join(sorted(named)) or 'it has none'}" if missing else ""
