r"""Words as an admin means them: `down` is found in "System DOWN!", not in "download".

In: two texts; out: whether one holds the other. The law of a match: case does not count (Unicode case folding:
STRASSE is straße), any run of blanks and line ends is one space, composed and decomposed letters are equal
(NFC), and no letter or digit touches the word's ends. A `*` at an end lifts that last condition there: `*ausfall`
is found in "Totalausfall", `*ausfall*` in "Totalausfalls" too. Elsewhere a `*` is just a star.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Text:
    """A text as patterns see it, and as words see it. `present`: the only ones of the rules' words that may stand in
    it, None where they have not been looked for together."""

    raw: str
    folded: str
    present: frozenset[str] | None = None


def text_of(written: str, limit: int) -> Text:
    """Prepare the first `limit` characters of a text from outside."""
    raw = sayable(written[:limit])
    return Text(raw, fold(raw))


def sayable(text: str) -> str:
    """The text with `?` for half surrogate pairs, which no pattern could be looked for in."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def fold(text: str) -> str:
    """The form in which texts are compared."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def check_word(written: str) -> str:
    """A word as a rule may hold it, unchanged. ValueError where it would match everything or nothing."""
    if len(written) > LONGEST:
        raise ValueError(f"a word or phrase has at most {LONGEST} characters, this one has {len(written)}")
    if not stem(written):
        raise ValueError("a word needs at least one letter, digit or sign; leave the condition out to match everything")
    return written


def holds(text: Text, written: str) -> bool:
    """Whether the word or phrase occurs in the text, by the law above; linear in the text's length."""
    word = stem(written)
    left, right = not written.startswith("*"), not written.endswith("*")
    start = text.folded.find(word)
    while start >= 0:
        if _free(text.folded, start, start + len(word), left, right):
            return True
        start = text.folded.find(word, start + 1)
    return False


def stem(written: str) -> str:
    """The letters of a word that must stand in the text, in the form in which texts are compared."""
    return fold(written.removeprefix("*").removesuffix("*"))


def _free(text: str, start: int, end: int, left: bool, right: bool) -> bool:
    touched_left = left and start > 0 and text[start - 1].isalnum()
    touched_right = right and end < len(text) and text[end].isalnum()
    return not (touched_left or touched_right)
