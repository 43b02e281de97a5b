"""What a desk's YAML file says of its hours: when it is open, in the time of its own place (`Desk.hours`).

In: the mapping `hours`; out: `Hours`, immutable, written out as it was read. What follows from it for an instant says
`calendar`. A time of day is what the clock on the wall there shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
)

from maild.desks.public_holidays import public_holidays
from maild.yaml.suggest import did_you_mean

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SPANS = 12
MOST_DATES = 500
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TRIED = 2026
"""Any year will do to learn whether a region is known."""


def minutes(span: str) -> tuple[int, int]:
    """`09:00-12:30` as minutes since midnight on the clock's face: from, and up to but without; 24:00 is 1440."""
    hour, minute, to_hour, to_minute = (int(part) for part in re.split("[:-]", span))
    return 60 * hour + minute, 60 * to_hour + to_minute


def weekdays(words: str) -> range:
    """`mon`, or `mon-fri`, as numbers; Monday is 0. Raises ValueError with what to do."""
    first, dash, last = words.partition("-")
    for word in (first, last) if dash else (first,):
        if word not in WEEKDAYS:
            near = did_you_mean(word, WEEKDAYS)
            raise ValueError(f"`{word[:20]}` is no day of the week{near}: write one, as in mon, or mon-fri")
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if end < begin:
        raise ValueError(f"`{words}` runs over the end of the week: write {first}-sun and mon-{last}")
    return range(begin, end + 1)


def _days(words: str) -> str:
    weekdays(words)
    return words


def _span(text: str) -> str:
    """The same; ValueError unless it is a span of one day."""
    if not _SPAN.fullmatch(text):
        raise ValueError(
            f"`{text[:40]}` is no span of time: write it as 09:00-17:00, midnight as 00:00 or, at the end, 24:00"
        )
    begin, end = minutes(text)
    if end == begin:
        raise ValueError(f"`{text}` has no minute in it: a whole day is 00:00-24:00, and a closed day is left out")
    if end < begin:
        first, _, last = text.partition("-")
        two = f"{first}-24:00" + (f" here, and 00:00-{last} on the next day" if last != "00:00" else "")
        raise ValueError(f"`{text}` runs over midnight: write {two}")
    return text


def _spans(value: Any) -> Any:
    """One span may stand without a list."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _rows(value: Any) -> Any:
    """A mapping as its rows, which cannot be changed."""
    return tuple(value.items()) if isinstance(value, dict) else value


def _in_order(spans: tuple[str, ...]) -> tuple[str, ...]:
    """Sorted; ValueError where two have a minute in common."""
    ordered = tuple(sorted(spans))
    for one, other in pairwise(ordered):
        if minutes(other)[0] < minutes(one)[1]:
            raise ValueError(f"`{one}` and `{other}` overlap: make one of them")
    return ordered


def _once(rows: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The same; ValueError where a day has its hours from two lines."""
    taken: dict[int, str] = {}
    for words, _ in rows:
        for day in weekdays(words):
            if other := taken.get(day):
                raise ValueError(f"`{WEEKDAYS[day]}` has hours twice, in `{other}` and in `{words}`: keep one")
            taken[day] = words
    return tuple(rows)


def _zone(name: str) -> str:
    """The same; ValueError unless this machine knows the zone's rules."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        near = did_you_mean(name, sorted(available_timezones()))
        raise ValueError(f"`{name[:60]}` is no time zone{near}: write its IANA name, such as Europe/Berlin") from None
    return name


def _region(region: str) -> str:
    public_holidays(region, _TRIED)
    return region


def _date(value: Any) -> Any:
    """A date as it is written in a file, or one."""
    if not isinstance(value, str):
        return value
    try:
        if not _DATE.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"`{value[:40]}` is no date: write it as 2026-12-24") from None


Days = Annotated[str, AfterValidator(_days)]
Spans = Annotated[
    tuple[Annotated[str, AfterValidator(_span)], ...],
    BeforeValidator(_spans),
    Field(max_length=MOST_SPANS),
    AfterValidator(_in_order),
]
Week = Annotated[
    tuple[tuple[Days, Spans], ...],
    BeforeValidator(_rows),
    Field(min_length=1, max_length=len(WEEKDAYS)),
    AfterValidator(_once),
    PlainSerializer(dict),
]
Dates = Annotated[tuple[Annotated[date, BeforeValidator(_date)], ...], Field(max_length=MOST_DATES)]


class Hours(BaseModel):
    """When a desk is open."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: Annotated[str, AfterValidator(_zone)] = Field(
        description="Time zone of all times here, by its IANA name: Europe/Berlin."
    )
    week: Week = Field(
        description="For each day, or days (`mon-fri`), the time it is open, `09:00-17:00`, or a list of such; to the "
        "end of the day is `24:00`. A day that is not named is closed."
    )
    region: Annotated[str, AfterValidator(_region)] = Field(
        default="",
        pattern=r"^([A-Z]{2}(-[A-Za-z0-9][A-Za-z0-9 ]{0,39})?)?$",
        description="Whose public holidays are closed, by ISO 3166: a country, or a part of it such as DE-NW; nobody's "
        "where it is empty.",
    )
    holidays: Dates = Field(default=(), description="Further dates that are closed: 2026-12-24.")
    open: Dates = Field(default=(), description="Public holidays that are open all the same, as their weekday is.")

    @field_validator("open")
    @classmethod
    def _open(cls, dates: tuple[date, ...], info: ValidationInfo) -> tuple[date, ...]:
        for one in dates:
            if complaint := next(_contradictions(one, info.data), ""):
                raise ValueError(complaint)
        return dates


def _contradictions(one: date, said: dict[str, Any]) -> Iterator[str]:
    """Why a date cannot be open, seen what else is said."""
    if one in said.get("holidays", ()):
        yield f"{one} stands in `holidays`, too: take it out of one of them"
    named = {day for words, spans in said.get("week", ()) if spans for day in weekdays(words)}
    if named and one.weekday() not in named:
        yield f"{one} is a {one:%A}, which has no hours in `week`: give that day hours, or take the date out"


ALWAYS = Hours(zone="UTC", week=(("mon-sun", ("00:00-24:00",)),))
"""The hours of a desk that says nothing of them."""
