r"""What a desk must know before it can begin, as its YAML file says it (`Desk.information`; REQ-M2, A6, A8, H1, H2).

In: the mapping `information`; out: `Information`, immutable, its patterns tried. What a mail says of it is found by
`decide.mail.information`. A field that depends on the situation is for the types, categories and words it names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from maild.cleaning import clean_header
from maild.desks.subjects import SUBJECT, WORDS
from maild.desks.written import check_once, one_or_many
from maild.patterns.regex import is_pattern, pattern
from maild.patterns.words import check_word

MOST_FIELDS = 50
MOST_MODULES = 200
MOST_WORDS = 500
LONGEST_LINE = 200
_LANGUAGE = re.compile(r"[a-z]{2,3}")
VALUE = "value"
"""The group of a pattern that is the value; without one, the whole match is."""


def text_rows(value: Any) -> Any:
    """One text for every language, or a mapping from languages, as rows, which cannot be changed."""
    if isinstance(value, str):
        return (("", value),)
    return tuple(value.items()) if isinstance(value, Mapping) else value


def as_written(rows: tuple[tuple[str, str], ...]) -> str | dict[str, str]:
    """Such rows as a file says them."""
    return rows[0][1] if rows and not rows[0][0] else dict(rows)


def _word_or_pattern(written: str) -> str:
    if is_pattern(written):
        pattern(written)
        return written
    return check_word(written)


def _language(code: str) -> str:
    if code and not _LANGUAGE.fullmatch(code):
        raise ValueError(f"`{code[:40]}` is no language: write its two letters, such as de")
    return code


def _line(text: str) -> str:
    if not text or len(text) > LONGEST_LINE or clean_header(text) != text:
        raise ValueError(f"`{clean_header(text)[:40]}` is no text for here: one line of 1 to {LONGEST_LINE} characters")
    return text


def _pattern(written: str) -> str:
    if not is_pattern(written):
        raise ValueError(f"`{written[:60]}` is no pattern: write it between slashes, as in '/de-\\d+-srv-\\d+/i'")
    if pattern(written).search("") is not None:
        raise ValueError(f"`{written[:60]}` is found in an empty text, so it would always be found: let it need a sign")
    return written


Language = Annotated[str, AfterValidator(_language)]
Line = Annotated[str, AfterValidator(_line)]
Texts = Annotated[
    tuple[tuple[Language, Line], ...],
    BeforeValidator(text_rows),
    Field(min_length=1, max_length=20),
    PlainSerializer(as_written),
]
Words = Annotated[
    tuple[Annotated[str, AfterValidator(_word_or_pattern)], ...],
    BeforeValidator(one_or_many),
    Field(max_length=MOST_WORDS),
]
Patterns = Annotated[
    tuple[Annotated[str, AfterValidator(_pattern)], ...], BeforeValidator(one_or_many), Field(max_length=MOST_WORDS)
]
Names = Annotated[tuple[Line, ...], BeforeValidator(one_or_many), Field(max_length=MOST_WORDS)]


def in_language(texts: tuple[tuple[str, str], ...], *languages: str) -> str:
    """The text in the first of these languages that there is, else the first text; "" where there is none."""
    there = dict(texts)
    wanted = (*languages, "", *there)
    return next((there[one] for one in wanted if one in there), "")


class FieldWanted(BaseModel):
    """A value that the desk needs, or is glad to have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(
        pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="The ticket's field it fills, by a name as rules use them."
    )
    words: Texts = Field(
        description="What the sender is asked for: one text, or one for each language, `{en: the address, de: …}`."
    )
    why: Texts | None = Field(default=None, description="Why it is needed, written behind the words; the same way.")
    find: Patterns = Field(
        default=(),
        description="How it is found in what the sender wrote anew, subject included: a pattern such as "
        r"`'/de-\d+-srv-\d+/i'`, or several; the group `(?P<value>…)` is the value, or else all that matches.",
    )
    attachment: Words = Field(
        default=(), description="Names of attached files that are it, as words or patterns: `*.har`."
    )
    several: bool = Field(default=False, description="Whether all that is found counts, or the first alone.")
    required: bool = Field(default=True, description="Whether it is asked for; if not, it is taken where it is found.")
    types: Names = Field(default=(), description="Only for tickets of these types; for all of them without it.")
    categories: Names = Field(default=(), description="Only for tickets of these categories; for all without it.")
    when: Words = Field(
        default=(), description="Only where one of these words or patterns stands in the subject or the text."
    )
    known: Literal["systems"] | None = Field(
        default=None,
        description="`systems`: compared with the systems of the sender's organisation; another one's is marked for "
        "staff (tag `unknown-system`), the sender learns nothing.",
    )

    @model_validator(mode="after")
    def _can_be_found(self) -> FieldWanted:
        if not self.find and not self.attachment:
            raise ValueError(f"nothing says how `{self.field}` is found: write `find` or `attachment`")
        if self.field == SUBJECT:
            raise ValueError("the subject is no field: write `subject: { required: true }` instead")
        return self

    @property
    def depends(self) -> bool:
        """Whether it is not for every ticket."""
        return bool(self.types or self.categories or self.when)


class SubjectWanted(BaseModel):
    """Whether a subject must say something."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    required: bool = Field(
        default=False, description="Whether the sender is asked for a subject where it is empty or says nothing."
    )
    words: Texts = Field(default=tuple(WORDS.items()), description="How it is asked for, in each language.")
    meaningless: Names = Field(
        default=(), description='Further words that say nothing; "help", "question" and their like are known.'
    )


class ModuleGuess(BaseModel):
    """A part of the product, and the words by which it is guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    module: Line = Field(description="Its name, as rules and staff use it.")
    words: Words = Field(min_length=1, description="Words or patterns, one of which stands in the subject or the text.")


def check_fields(fields: tuple[FieldWanted, ...]) -> tuple[FieldWanted, ...]:
    check_once((one.field for one in fields), "field")
    return fields


def _modules(modules: tuple[ModuleGuess, ...]) -> tuple[ModuleGuess, ...]:
    check_once((one.module for one in modules), "module")
    return modules


class Information(BaseModel):
    """What the desk must know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: SubjectWanted = Field(default=SubjectWanted(), description="What a subject must be.")
    fields: Annotated[tuple[FieldWanted, ...], AfterValidator(check_fields)] = Field(
        default=(),
        max_length=MOST_FIELDS,
        description="Values it needs. What is found fills the ticket's fields; one mail asks for what is missing.",
    )
    modules: Annotated[tuple[ModuleGuess, ...], AfterValidator(_modules)] = Field(
        default=(),
        max_length=MOST_MODULES,
        description="Parts of the product by their words; the first that matches is the ticket's, if no rule says so.",
    )


NOTHING = Information()
"""Of a desk that asks for nothing."""
