"""Words that must go, and what stands in their place: `scrub_of(…)` in, `Scrub.apply(text)` out.

Laws: upper and lower case are the same, and so is any white space with marks of quotation in it, since mail programs
fold lines and quote them. A person's address is found as a whole only: `da@acme.example` is no part of
`ada@acme.example`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

GONE = "[erased]"
SHORTEST = 3
"""Characters: what is shorter would tear holes everywhere."""
_ROUNDS = 5
_BETWEEN = r"(?:[\s>]|\\[nrt])+"
"""Between two words: white space, also as JSON writes it, and marks of quotation."""
_ASCII = re.compile(r"[A-Za-z0-9@._+-]+")


@dataclass(frozen=True)
class Scrub:
    """Words and what takes the place of each; `whole`: only where they stand alone, not inside of other words."""

    words: tuple[tuple[str, str], ...]
    whole: bool = False

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted((word for word, _ in self.words), key=len, reverse=True)
        return re.compile("|".join(_expression(word, self.whole) for word in longest_first) or r"(?!)", re.IGNORECASE)

    @cached_property
    def _instead(self) -> Mapping[str, str]:
        return {_folded(word): instead for word, instead in self.words}

    def found(self, text: str) -> bool:
        """Whether any of the words stands in it."""
        return self._pattern.search(text) is not None

    def apply(self, text: str) -> str:
        """The text without them. What is taken out may let another one stand alone, so it is looked at again."""
        for _ in range(_ROUNDS):
            text, hits = self._pattern.subn(lambda hit: self._instead.get(_folded(hit[0]), GONE), text)
            if not hits:
                break
        return text

    @property
    def anchors(self) -> tuple[str, ...]:
        """One piece of each word, in small ASCII letters, for a database to find texts by; "" finds all."""
        return tuple(sorted({max(_ASCII.findall(word), key=len, default="").lower() for word, _ in self.words}))


def scrub_of(words: Iterable[str], instead: str = GONE) -> Scrub:
    """Every one of these words goes. Raises ValueError for one that is too short."""
    wanted = tuple(dict.fromkeys(filter(None, (" ".join(word.replace(">", " ").split()) for word in words))))
    if short := [word for word in wanted if len(word) < SHORTEST]:
        raise ValueError(f"a text of {len(short[0])} characters would be found everywhere: give {SHORTEST} at least")
    return Scrub(tuple((word, instead) for word in wanted))


def _folded(word: str) -> str:
    return " ".join(word.replace(">", " ").split()).lower()


def _expression(word: str, whole: bool) -> str:
    body = _BETWEEN.join(map(re.escape, word.replace(">", " ").split()))
    if not whole:
        return body
    if "@" in word:
        return rf"(?<![\w.+-]){body}(?![\w-]|\.\w)"
    return rf"(?<!\w){body}(?!\w)"
