"""Letters that do not belong together, and characters that no screen shows: `is_mixed(label)`, `hides(text)`.

In: one label of an address; any text of a From. Laws: linear, ASCII costs nothing; what honest people write passes:
Latin beside Han, Kana, Hangul or Bopomofo (UTS 39, 5.2 "highly restrictive"), the marks of direction in Arabic and
Hebrew names, joiners in emoji and in the scripts that need them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TOGETHER = tuple(frozenset({"LATIN", "CJK", *more}) for more in (("HIRAGANA", "KATAKANA"), ("HANGUL",), ("BOPOMOFO",)))
# Latin in dress: they belong to no script of their own.
_NO_SCRIPT = frozenset(
    {"MODIFIER", "FEMININE", "MASCULINE", "MICRO", "OHM", "KELVIN", "ANGSTROM", "FULLWIDTH", "SCRIPT"}
)
# Overrides, embeddings and isolates; zero-width space and word joiner; invisible operators; soft hyphen; fillers; tags.
_NEVER = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_DIRECTION = re.compile("[\u200e\u200f\u061c]")
_JOINED_WRONGLY = re.compile("(?:^|[\x00-\u058f\u1e00-\u1fff])[\u200c\u200d]")


def is_mixed(label: str) -> bool:
    """Whether the letters of this label are of scripts that are not written together."""
    if label.isascii():
        return False
    found = frozenset(map(_script, label)) - {""}
    return len(found) > 1 and not any(found <= together for together in _TOGETHER)


def scripts(label: str) -> frozenset[str]:
    """The scripts of its letters, by their Unicode names."""
    return frozenset(map(_script, label)) - {""}


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """ "" for what is no letter."""
    if letter.isascii():
        return "LATIN" if letter.isalpha() else ""
    word = unicodedata.name(letter, "").partition(" ")[0]
    return word if unicodedata.category(letter).startswith("L") and word not in _NO_SCRIPT else ""


def hides(text: str) -> bool:
    """Whether it holds characters that nobody sees, or that turn the direction of others."""
    if text.isascii():
        return False
    if _NEVER.search(text):
        return True
    if _DIRECTION.search(text) and not any(unicodedata.bidirectional(each) in ("R", "AL") for each in _letters(text)):
        return True
    return bool(_JOINED_WRONGLY.search(text))


def _letters(text: str) -> str:
    return _DIRECTION.sub("", text)
