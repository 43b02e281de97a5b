"""Which of many words and patterns stand in a text? All of them are looked for in one pass (RE2's sets).

In: words and patterns as rules write them; out: those that may stand in a text: patterns exactly, words wherever their
letters do (their ends are looked at by `words.holds`). Law: never says no where one by one would say yes. A set that
ran out of its memory cannot be told from one that found nothing, so each carries a pattern that always matches: where
even that is missing, the text is searched one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import re2

from maild.patterns.regex import is_pattern, parts, pattern
from maild.patterns.words import Text, holds, stem

LEAST_MEMORY, MOST_MEMORY = 8 << 20, 512 << 20
ALWAYS = r"\A"


class Pass:
    """One pass over one text, for expressions of RE2."""

    def __init__(self, expressions: Sequence[str]) -> None:
        self.sets = list(_sets(expressions, 0)) if expressions else []

    def found(self, text: str) -> list[int] | None:
        """Places of the expressions that match; None where that could not be said."""
        hits: list[int] = []
        for start, compiled in self.sets:
            places = compiled.Match(text)
            if 0 not in places:
                return None
            hits += [start + place - 1 for place in places if place]
        return hits


class Finder:
    """Words and patterns, looked for together."""

    def __init__(self, wanted: Iterable[str]) -> None:
        every = tuple(dict.fromkeys(wanted))
        self.every, patterns = every, [one for one in every if is_pattern(one)]
        self._patterns = [one for one in patterns if expression(one)]
        self._alone = [one for one in patterns if not expression(one)]
        self._stems: dict[str, list[str]] = {}
        for word in every:
            if not is_pattern(word):
                self._stems.setdefault(stem(word), []).append(word)
        self._by_stem = list(self._stems.values())
        self._words = Pass([re2.escape(one) for one in self._stems])
        self._searched = Pass([found for one in self._patterns if (found := expression(one))])

    def present(self, text: Text) -> frozenset[str]:
        """Those that may stand in the text."""
        words, patterns = self._words.found(text.folded), self._searched.found(text.raw)
        if words is None or patterns is None:
            return frozenset(one for one in self.every if _stands(one, text))
        hits = [word for place in words for word in self._by_stem[place]]
        hits += [self._patterns[place] for place in patterns]
        return frozenset((*hits, *(one for one in self._alone if _stands(one, text))))


def expression(written: str) -> str:
    """A pattern as one of many; "" where it must be looked for alone (an open `\\Q` would swallow the end)."""
    body, flags = parts(written)
    one = f"(?m{flags}:{body})"
    try:
        re2.compile(one, _options(LEAST_MEMORY))
    except re2.error:
        return ""
    return one


def _stands(one: str, text: Text) -> bool:
    return pattern(one).search(text.raw) is not None if is_pattern(one) else holds(text, one)


def _sets(expressions: Sequence[str], start: int) -> Iterable[tuple[int, re2.Set]]:
    """As few sets as fit into memory, with the place of the first expression of each."""
    memory = LEAST_MEMORY
    while memory <= MOST_MEMORY:
        compiled = re2.Set.SearchSet(_options(memory))
        for one in (ALWAYS, *expressions):
            compiled.Add(one)
        try:
            compiled.Compile()
        except re2.error:
            memory *= 4
            continue
        yield start, compiled
        return
    half = len(expressions) // 2
    yield from _sets(expressions[:half], start)
    yield from _sets(expressions[half:], start + half)


def _options(memory: int) -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = memory
    options.never_capture = True
    return options
