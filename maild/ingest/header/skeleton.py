"""What a word looks like to the eye: `skeleton(word)` is equal for words that people confuse (after UTS 39, section 4).

In: one label of a domain, or any word; out: lower-case ASCII where the letters have a Latin twin, else those letters.
Where the table comes from: Python's Unicode data take off marks and dress (`ü`, `ｇ`, `𝐚`, `đ`: NFKD, and the names of
Latin letters); twins from other alphabets are named below by hand. Laws: linear; a skeleton is its own skeleton. It is
for comparing only: it says nothing about who somebody is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TWINS = (
    "аa вb сc ԁd ԁd еe єe ғf ԍg һh нh іi јj кk ӏl мm пn оo рp ԛq гr ѕs тt цu ѵv ԝw хx уy үy ьb ҽe ҫc ҳx "  # Cyrillic
    "αa βb ϲc εe ηn ιi ϳj κk μu νv οo ρp σo ςs τt υu χx γy ωw ϝf "  # Greek
    "օo ոn սu հh ցg զq աw յj ւl "  # Armenian
    "ıi ɑa ɡg ɩi ʋv ɯw ŋn ĸk þp ðd ǃl ǀl ʼ' ꞵb ɣy ƨs ƽs ʒ3 ƅb "  # Latin that wears no Latin name
)
_TWIN = {pair[0]: pair[1:] for pair in _TWINS.split()}
_LATIN = re.compile(r"LATIN (?:SMALL|CAPITAL|LETTER SMALL CAPITAL)(?: LETTER)? ([A-Z])(?: WITH .+)?")
_ALIKE = str.maketrans("01i", "oll")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def skeleton(word: str) -> str:
    look = letters_alike(word)
    for pair, one in _PAIRS:
        look = look.replace(pair, one)
    return look


def letters_alike(word: str) -> str:
    """The skeleton of each letter for itself: `rn` is no `m` yet."""
    return bare_letters(word).translate(_ALIKE)


def bare_letters(word: str) -> str:
    """Latin letters without marks in place of whatever looks like them; `0` and `o`, `1` and `l` stay apart."""
    if word.isascii():
        return word.lower()
    return "".join(map(_bare, _undressed(_undressed(word).casefold())))


def _undressed(word: str) -> str:
    return unicodedata.normalize("NFKD", word)


def twins(word: str) -> str:
    """As `bare_letters`, but marks stay and count as letters of their own: `ü` is no twin of `u`."""
    return "".join(_twin(letter) for letter in word.casefold())


def _bare(letter: str) -> str:
    return "" if unicodedata.category(letter) in ("Mn", "Cf") else _twin(letter)


@lru_cache(maxsize=4096)
def _twin(letter: str) -> str:
    if letter.isascii():
        return letter
    named = _LATIN.fullmatch(unicodedata.name(letter, ""))
    return _TWIN.get(letter) or (named[1].lower() if named else letter)
