"""The words of the pages in each language, and whose turn it is: `words_for(accept_language)`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from maild.web.words import de, en, nl
from maild.web.words.shape import Asked, Told, WayIn, Words

LANGUAGES: tuple[Words, ...] = (de.WORDS, en.WORDS, nl.WORDS)
_BY_CODE = {words.code: words for words in LANGUAGES}
_MOST_RANGES = 20

__all__ = ["LANGUAGES", "Asked", "Told", "WayIn", "Words", "day", "is_language", "moment", "size", "words_for"]


def is_language(code: str) -> bool:
    return code in _BY_CODE


def words_for(accept: str, otherwise: str = "en") -> Words:
    """The words a reader likes best (RFC 9110 12.5.4), else those of `otherwise`, else English."""
    liked = sorted(_liked(accept), key=lambda one: -one[1])
    return next((_BY_CODE[code] for code, _ in liked), _BY_CODE.get(otherwise, en.WORDS))


def _liked(accept: str) -> Iterator[tuple[str, float]]:
    """Languages of ours with their weights, in the order written. What cannot be read does not count."""
    for part in accept[:1000].split(",")[:_MOST_RANGES]:
        tag, _, weight = part.partition(";")
        code = tag.strip().lower().partition("-")[0]
        try:
            value = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if code in _BY_CODE and 0 < value <= 1:
            yield code, value


def moment(at: datetime, words: Words) -> str:
    """A moment as one writes it, in UTC: local time belongs to a desk's calendar."""
    return _written(at, words, words.date)


def day(at: datetime, words: Words) -> str:
    """Its day, in UTC."""
    return _written(at, words, words.day)


def _written(at: datetime, words: Words, shape: str) -> str:
    at = at.astimezone(UTC)
    return shape.format(day=at.day, month=words.months[at.month - 1], year=at.year, hour=at.hour, minute=at.minute)


def size(octets: int, words: Words) -> str:
    """A file's size in a unit people use."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if octets >= factor:
            number = octets / factor
            return f"{number:.{1 if number < 10 else 0}f} {unit}".replace(".", words.decimal)
    return f"{octets} B"
