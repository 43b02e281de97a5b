"""What a country's part of countries.yaml says, typed. In: YAML; out: `Country`, immutable, its patterns tried. Pure.

Law: plain data, part of the policy; patterns are those of rules, so that no text can make a search long.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from maild.desks.privacy import PersonalData
from maild.desks.written import one_or_many
from maild.patterns.regex import TRIED, pattern
from maild.privacy.digits import Check

ANYWHERE = "anywhere"
"""In place of a country: what counts at every desk."""


class DateCheck(StrEnum):
    """BIRTH: a date of the last 120 years. PAST: the same, but not of the last five."""

    BIRTH = "birth"
    PAST = "past"


def _pattern(written: str, info: ValidationInfo) -> str:
    if info.context is not TRIED:
        pattern(written)
    return written


Patterns = Annotated[tuple[Annotated[str, AfterValidator(_pattern)], ...], BeforeValidator(one_or_many)]


class Row(BaseModel):
    """One way in which something personal is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: PersonalData = Field(description="What it is.")
    find: Patterns = Field(min_length=1, description="How it is written; the group `value` is it, or all that matches.")
    check: Check | DateCheck | None = Field(default=None, description="What is true of a real one.")
    near: Patterns = Field(default=(), description="Words one of which stands beside it.")
    unless: Patterns = Field(
        default=(), description="Words right before it that make it the writer's own, or another thing."
    )
    apart: Patterns = Field(default=(), description="Words around it that make it a company's.")
    but: Patterns = Field(default=(), description="Values that are none.")


class Country(BaseModel):
    """All that is looked for because of one country. `country` is two letters, or ANYWHERE."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: str = Field(pattern=rf"^([a-z]{{2}}|{ANYWHERE})$", description="Its two letters.")
    closings: Patterns = Field(default=(), description="Lines that close a mail: below them are the writer's own data.")
    rows: tuple[Row, ...] = Field(default=(), description="What is looked for.")
