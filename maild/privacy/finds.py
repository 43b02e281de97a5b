"""Personal data in a text: `finds(text, sought)`. Pure.

In: what somebody wrote, and what is looked for (`Sought`); out: kinds and places, with a mask to be shown instead.
Laws: what was found leaves here as a place alone; linear in the text, which is read to `LONGEST`; nothing counts that
stands in an address of the web; below a mail's closing, beside the words of a company's footer, and right behind such
as "call me at", telephone numbers, mail addresses and IBANs are nobody else's.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from maild.desks.privacy import PersonalData
from maild.patterns.regex import pattern
from maild.patterns.words import sayable
from maild.privacy.dates import is_birth_date
from maild.privacy.digits import CHECKS, Check
from maild.privacy.model import Country, DateCheck, Row

LONGEST = 50_000
"""Characters: more than any mail of ours passes on."""
BEFORE, AFTER = 60, 30
"""Characters in which the words beside a find must stand."""
RIGHT_BEFORE, AROUND = 32, 150
LONGEST_CLOSING = 1_000
"""Characters from the line that closes a mail to its end."""
YOUNGEST = 5
"""Years, where nothing but a name stands beside a date: what is younger is rather the date of a release."""
SHOWN = 2
SHORTEST_SHOWN = 7
OF_WRITERS = frozenset({PersonalData.PHONE, PersonalData.ADDRESS, PersonalData.IBAN})
"""What writers put below their own mails."""
FEWEST_DIGITS = 4
_DIGIT = re.compile(r"[0-9]")
_VALUE = "value"
_URLS = r"/(?:[a-z][a-z0-9+.-]{1,20}:\/\/|\bwww\.)[^\s<>\x22]+/i"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Find:
    """Something personal in a text, from `start` to before `end`. `masked` shows two characters at either end, or
    none."""

    kind: PersonalData
    start: int
    end: int
    masked: str


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: the kinds, as these countries write them. `addresses` (in their normal form) and `domains`
    are those of people who take part anyway. `year` is the present one."""

    countries: tuple[Country, ...]
    kinds: frozenset[PersonalData]
    year: int
    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def rows(self) -> Iterator[Row]:
        return (row for country in self.countries for row in country.rows if row.kind in self.kinds)

    def closings(self) -> tuple[str, ...]:
        return tuple(written for country in self.countries for written in country.closings)


def finds(text: str, sought: Sought, *, signed: bool = True) -> tuple[Find, ...]:
    """All of them, by their place; of two that touch each other the first and longest. `signed`: the text is a mail's,
    which may close with the writer's own data."""
    reading = Reading(sayable(text[:LONGEST]), sought, signed)
    return tuple(_apart(found for row in sought.rows() for found in reading.finds(row)))


def masked(text: str, found: Iterable[Find]) -> str:
    """The text they were found in, with a mask in the place of each."""
    parts, end = list[str](), 0
    for one in found:
        parts += (text[end : one.start], one.masked)
        end = one.end
    return "".join((*parts, text[end:]))


def _apart(found: Iterable[Find]) -> Iterator[Find]:
    end = 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= end:
            yield one
            end = one.end


def _mask(value: str) -> str:
    return f"{value[:SHOWN]}…{value[-SHOWN:]}" if len(value) >= SHORTEST_SHOWN else "…"


class Reading:
    """A text while it is looked through; places are looked up once for each pattern."""

    def __init__(self, text: str, sought: Sought, signed: bool) -> None:
        self._text, self._sought, self._signed = text, sought, signed
        self._places: dict[tuple[str, ...], list[Span]] = {}

    def finds(self, row: Row) -> Iterator[Find]:
        """What this row finds."""
        if not (self._has_at if row.kind is PersonalData.ADDRESS else self._has_digits):
            return
        for start, end in self._spans(row.find):
            value = self._text[start:end]
            if self._is_real(row, value) and self._counts(row, start, end):
                yield Find(row.kind, start, end, _mask(value))

    def _is_real(self, row: Row, value: str) -> bool:
        if any(pattern(but).search(value) for but in row.but):
            return False
        if row.kind is PersonalData.ADDRESS:
            return self._is_of_others(value.casefold())
        if isinstance(row.check, Check):
            return CHECKS[row.check](value)
        youngest = YOUNGEST if row.check is DateCheck.PAST else 0
        return row.check is None or is_birth_date(value, self._sought.year, youngest=youngest)

    def _is_of_others(self, address: str) -> bool:
        domain = address.rpartition("@")[2]
        return address not in self._sought.addresses and domain not in self._sought.domains

    def _counts(self, row: Row, start: int, end: int) -> bool:
        """Whether it stands where such a thing is what it looks like."""
        if self._stands(row.unless, start - RIGHT_BEFORE, start) or self._in_link(start):
            return False
        if row.kind in OF_WRITERS and (start >= self._closing or self._stands(row.apart, start - AROUND, end + AROUND)):
            return False
        return not row.near or self._stands(row.near, start - BEFORE, end + AFTER)

    def _stands(self, patterns: tuple[str, ...], start: int, end: int) -> bool:
        """Whether one of these begins here."""
        places = self._found(patterns)
        first = bisect_left(places, (start, 0))
        return first < len(places) and places[first][0] < end

    def _in_link(self, place: int) -> bool:
        """Links do not overlap, so the last that begins before it is the one."""
        links = self._found((_URLS,))
        before = bisect_right(links, (place, len(self._text)))
        return before > 0 and links[before - 1][1] > place

    @cached_property
    def _has_at(self) -> bool:
        return "@" in self._text

    @cached_property
    def _has_digits(self) -> bool:
        """Most texts have too few for a date; then nothing else than an address needs to be looked for."""
        return len(_DIGIT.findall(self._text)) >= FEWEST_DIGITS

    @cached_property
    def _closing(self) -> int:
        """Where the writer's own data begin: at the last line that closes a mail, near its end, or at the end."""
        whole = len(self._text)
        closings = self._found(self._sought.closings()) if self._signed else []
        return closings[-1][0] if closings and closings[-1][0] > whole - LONGEST_CLOSING else whole

    def _found(self, patterns: tuple[str, ...]) -> list[Span]:
        if patterns not in self._places:
            self._places[patterns] = sorted(self._spans(patterns))
        return self._places[patterns]

    def _spans(self, patterns: tuple[str, ...]) -> Iterator[Span]:
        """Places of the group `value`, or of all that matched."""
        for written in patterns:
            compiled = pattern(written).compiled
            group = compiled.groupindex.get(_VALUE, 0)
            places = (found.span(group) for found in compiled.finditer(self._text))
            yield from (place for place in places if place[0] >= 0)
