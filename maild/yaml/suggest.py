"""Did you mean …? In: a word that is not known, and those that are; out: the end of a sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`: did you mean …?`, or what is known where that is little, or "" where nothing comes near."""
    choices = sorted(set(known))
    by_folded = {choice.casefold(): choice for choice in reversed(choices)}
    close = get_close_matches(word.casefold()[:100], by_folded, n=1, cutoff=0.6)
    if close:
        return f": did you mean `{by_folded[close[0]]}`?"
    if 0 < len(choices) <= 12:
        return f"; known here: {', '.join(f'`{choice}`' for choice in choices)}"
    return ""
