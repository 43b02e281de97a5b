"""What somebody must write to confirm, and what stops everything: text in, yes or no out. Pure.

Laws: only new text is asked, never a quotation. What confirms is a word followed by digits that our mail shows as the
end of a longer number: nothing in that mail, however often it is quoted, confirms anything (FAULT-D20). What stops is
one word anywhere: stopping is cheap, destroying is dear.
"""

from __future__ import annotations

from itertools import pairwise

from maild.patterns.words import fold

ASKED = 4
"""Digits that are asked for: the last ones of the number in our mail."""
LONGEST = 4_000
"""Characters of an answer that are looked through."""
# Not "halt", which Germans say in passing, nor "cancel", by which people mean an account.
STOP = frozenset(
    {
        *("stop", "stopp", "veto", "withdraw", "revoke", "abort"),
        *("stoppen", "abbrechen", "abbruch", "widerruf", "widerrufe", "widerrufen", "zurückziehen"),
        *("annuleer", "annuleren", "intrekken", "herroepen"),
    }
)


def confirms(text: str, words: tuple[str, ...], code: str) -> bool:
    """Whether the word and the last digits of the number stand in the text, one right behind the other."""
    wanted = {fold(word) + code[-ASKED:] for word in words}
    said = _words(text)
    pairs = {first + second for first, second in pairwise(said)}
    return bool(code) and not wanted.isdisjoint(pairs | set(said))


def stops(text: str) -> bool:
    """Whether one of the words that stop stands in the text."""
    return not STOP.isdisjoint(_words(text))


def _words(text: str) -> list[str]:
    folded = fold(text[:LONGEST])
    return "".join(char if char.isalnum() else " " for char in folded).split()
