"""A help article, as far as a mail is compared with it, and the head of its file (REQ-D4). Pure.

In: what a Markdown file says; out: `HelpArticle`, small enough to be part of the policy: its title, where it is read,
and the stems of its words, each with its weight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from maild.desks.article_words import stems_of

IN_TITLE, IN_TEXT = 30, 22
"""Weight of a word of the title, and of one that is said to lead to the article; and the most that a word of the text
may come to. So that they are whole numbers, all weights are ten times what they count."""
MOST_STEMS = 80
LONGEST_TEXT = 20_000
"""Characters of an article that are looked at."""


def _listed(value: Any) -> Any:
    """A list may be written as one line with commas."""
    if isinstance(value, str):
        return tuple(filter(None, (word.strip() for word in value.split(","))))
    return tuple(value) if isinstance(value, list) else value


Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,200}$")]
Lines = Annotated[tuple[Line, ...], BeforeValidator(_listed), Field(max_length=200)]


class Head(BaseModel):
    """The lines right below the title, up to the first empty one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    link: str = Field(
        default="",
        pattern=r"^(https?://[!-;=?-~]{1,500})?$",
        description="Where customers read it, such as https://help.desk.example/passwords; without it, it is never "
        "offered.",
    )
    words: Lines = Field(
        default=(), description="Words that lead to it besides those of the title, with commas between them."
    )
    language: str = Field(
        default="",
        pattern=r"^([a-z]{2,3})?$",
        description="Its language, such as en; without it, the one that its text seems to be in.",
    )
    desks: Lines = Field(default=(), description="Short names of the desks that offer it; without it, all of them.")


class HelpArticle(BaseModel):
    """An article that may be offered. `stems`: each once, with its weight, the weightiest first. `desks`: () for
    all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    link: str
    language: str
    desks: tuple[str, ...] = ()
    stems: tuple[tuple[str, int], ...] = ()


def help_article(title: str, head: Head, text: str, language: str) -> HelpArticle:
    """The article as the policy holds it."""
    stems = _weights(stems_of(text[:LONGEST_TEXT])) | dict.fromkeys(stems_of(title), IN_TITLE)
    stems |= dict.fromkeys(_in_all(head.words), IN_TITLE)
    weightiest = sorted(stems.items(), key=lambda one: (-one[1], one[0]))[:MOST_STEMS]
    return HelpArticle(
        title=title, link=head.link, language=language, desks=tuple(sorted(head.desks)), stems=tuple(weightiest)
    )


def _in_all(words: Iterable[str]) -> list[str]:
    return [stem for words_given in words for stem in stems_of(words_given)]


def _weights(stems: list[str]) -> dict[str, int]:
    """How much each word of the text counts: more where it stands often, less in a long text (BM25, with its usual
    constants 1.2 and 0.75, and 100 words for an average text)."""
    lengthy = 1.2 * (0.25 + 0.75 * len(stems) / 100)
    return {stem: round(IN_TEXT * often / (often + lengthy)) for stem, often in Counter(stems).items()}
