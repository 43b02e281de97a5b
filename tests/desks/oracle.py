"""Working time, counted by somebody who looks at the clock on the wall every minute and at nothing else.

`python -m tests.desks.oracle` holds `maild.desks.working_time` against that count: for every day from 2024 to 2036, in
three zones and with the holidays of five German regions, and around every time the clocks of those zones were or will
be moved from 1990 to 2040. It prints what it compared, and ends with 1 where anything differs. The count shares no code
with what it is held against: it knows zoneinfo, the holidays library, and a table of hours.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from time import perf_counter
from zoneinfo import ZoneInfo

import holidays

from maild.desks.hours import Hours
from maild.desks.working_time import ago, closing, due, worked

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
REGIONS = ("NW", "BY", "BE", "SN", "BW")
FIRST, AFTER = date(2024, 1, 1), date(2037, 1, 1)
ASIDE = timedelta(days=40)
MOVED = range(1990, 2041)
DAY = 1440
MINUTE = timedelta(minutes=1)

Table = tuple[tuple[tuple[int, int], ...], ...]
"""For each day of the week, Monday first, when it is open: minutes since midnight, from, and up to but without."""
SPLIT = ((480, 720), (780, 1050))
USUAL: Table = (SPLIT, SPLIT, SPLIT, SPLIT, ((480, 840),), ((1320, 1440),), ((0, 150), (165, 210)))
"""Split days, a short Friday, and a shift in the night in which clocks are moved."""
NIGHTS: tuple[Table, ...] = ((((0, 1440),),) * 7, (((60, 150), (165, 1440)),) * 7, (((90, 125), (1410, 1440)),) * 7)
CLOSED = tuple(date(year, 12, day) for year in range(FIRST.year, AFTER.year) for day in (24, 31))
OPEN = (date(2026, 5, 1), date(2030, 5, 1), date(2034, 5, 1))


@dataclass(frozen=True)
class Place:
    """Where a desk is, and when it is open."""

    zone: str
    region: str
    table: Table
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()

    @property
    def hours(self) -> Hours:
        """As maild is told of it."""
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        week = {name: tuple(map(_written, spans)) for name, spans in zip(names, self.table, strict=True)}
        region = f"DE-{self.region}" if self.region else ""
        return Hours(zone=self.zone, week=week, region=region, holidays=self.closed, open=self.open)


def _written(span: tuple[int, int]) -> str:
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in span)


@dataclass(frozen=True)
class Walls:
    """What the clock of a zone shows, for each minute from an instant on: the date (as an ordinal) and the minute."""

    begin: datetime
    dates: array[int]
    minutes: array[int]


def walls(zone: str, begin: datetime, end: datetime) -> Walls:
    """Looks at the clock, every minute."""
    place, first = ZoneInfo(zone), int(begin.timestamp())
    dates, minutes = array("l"), array("l")
    for second in range(first, int(end.timestamp()), 60):
        wall = datetime.fromtimestamp(second, place)
        dates.append(wall.toordinal())
        minutes.append(60 * wall.hour + wall.minute)
    return Walls(begin, dates, minutes)


@dataclass
class Count:
    """How many minutes were open before each minute, the last open minute of each date, and the dates that have one."""

    walls: Walls
    before: array[int] = field(default_factory=lambda: array("l", [0]))
    last: dict[int, int] = field(default_factory=dict)
    working: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, place: Place, seen: Walls) -> Count:
        self, total, faces = cls(seen), 0, _faces(place, seen)
        for number, (day, minute) in enumerate(zip(seen.dates, seen.minutes, strict=True)):
            if faces[day][minute]:
                total += 1
                self.last[day] = number
            self.before.append(total)
        self.working = sorted(self.last)
        return self

    def worked(self, start: int, end: int) -> int:
        return self.before[end] - self.before[start]

    def due(self, start: int, work: int) -> int:
        return bisect_left(self.before, self.before[start] + work)

    def ago(self, end: int, work: int) -> int:
        return bisect_left(self.before, self.before[end] - work)

    def closing(self, start: int, days: int) -> int:
        number = bisect_right(self.working, self.walls.dates[start]) + days - 1
        return self.last[self.working[number]] + 1


def _faces(place: Place, seen: Walls) -> dict[int, bytes]:
    """For each date, whether each minute on the face of the clock is open."""
    off = set(place.closed)
    if place.region:
        years = range(date.fromordinal(seen.dates[0]).year, date.fromordinal(seen.dates[-1]).year + 1)
        off |= set(holidays.Germany(subdiv=place.region, years=years)) - set(place.open)
    kinds = [bytes(any(first <= one < last for first, last in spans) for one in range(DAY)) for spans in place.table]
    dates = map(date.fromordinal, range(seen.dates[0] - 1, seen.dates[-1] + 2))
    return {day.toordinal(): bytes(DAY) if day in off else kinds[day.weekday()] for day in dates}


@dataclass
class Tally:
    """What was compared, and what differs, in words."""

    compared: int = 0
    differing: list[str] = field(default_factory=list)

    def note(self, what: str, ours: object, theirs: object) -> None:
        self.compared += 1
        if ours != theirs:
            self.differing.append(f"{what}: maild says {ours}, the count says {theirs}")


@dataclass(frozen=True)
class Check:
    """One place, counted; instants are numbers of minutes."""

    hours: Hours
    count: Count
    tally: Tally

    def at(self, number: int) -> datetime:
        return self.count.walls.begin + number * MINUTE

    def same(self, start: int, work: int, days: int) -> None:
        """All functions, for one instant."""
        begin, count, note, hours = self.at(start), self.count, self.tally.note, self.hours
        end = count.due(start, work)
        note(f"{begin} + {work} min", due(hours, begin, work * MINUTE), self.at(end))
        note(f"{begin} to {self.at(end)}", worked(hours, begin, self.at(end)), work * MINUTE)
        later = start + 3 * work + 17
        note(f"{begin} to {self.at(later)}", worked(hours, begin, self.at(later)), count.worked(start, later) * MINUTE)
        note(f"{begin} - {work} min", ago(hours, begin, work * MINUTE), self.at(count.ago(start, work)))
        if days:
            note(f"{begin} + {days} days", closing(hours, begin, days), self.at(count.closing(start, days)))


def every_day(place: Place, seen: Walls, first: date, after: date) -> Tally:
    """Three instants of every day, with lengths of up to a fortnight."""
    tally, dice = Tally(), Random(f"{place.zone} {place.region}")
    check = Check(place.hours, Count.of(place, seen), tally)
    for ahead in range((after - first).days):
        midnight = int((_midnight(first) - seen.begin) / MINUTE) + ahead * DAY
        for moment in (0, 690, dice.randrange(DAY)):
            work = dice.choice((1, 240, 480, 960, dice.randrange(1, 2400)))
            check.same(midnight + moment, work, dice.randrange(1, 11))
    return tally


def with_margins(zone: str, first: date, after: date) -> Walls:
    """These days, with so much around them that no answer lies outside."""
    return walls(zone, _midnight(first) - ASIDE, _midnight(after) + ASIDE)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def switches(zone: str, years: range) -> tuple[datetime, ...]:
    """The first minute of each new offset."""
    place = ZoneInfo(zone)

    def offset(instant: datetime) -> timedelta | None:
        return instant.astimezone(place).utcoffset()

    first, after = (_midnight(date(year, 1, 1)) for year in (years[0], years[-1] + 1))
    days = (first + number * DAY * MINUTE for number in range((after - first).days))
    moved = (day for day in days if offset(day) != offset(day + DAY * MINUTE))
    minutes = ((day, (day + number * MINUTE for number in range(DAY + 1))) for day in moved)
    return tuple(next(one for one in some if offset(one) != offset(day)) for day, some in minutes)


def around(zone: str, moved: datetime, table: Table, step: int = 1) -> Tally:
    """Each minute (or each so many) of the two hours before a clock is moved, and of the two after."""
    tally, reach = Tally(), timedelta(days=4)
    seen = walls(zone, moved - reach, moved + reach)
    check = Check(Place(zone, "", table).hours, Count.of(Place(zone, "", table), seen), tally)
    middle = int(reach / MINUTE)
    for number in range(middle - 120, middle + 121, step):
        for work in (1, 31, 61, 150):
            check.same(number, work, 0)
    return tally


def main(say: Callable[[str], object] = print) -> int:
    """All of it. Returns how many answers differ."""
    total, begun = Tally(), perf_counter()
    for zone in ZONES:
        seen = with_margins(zone, FIRST, AFTER)
        for region in REGIONS:
            tally = every_day(Place(zone, region, USUAL, CLOSED, OPEN), seen, FIRST, AFTER)
            _told(say, total, tally, f"{zone}, DE-{region}, every day {FIRST} to {AFTER}")
    for zone in ZONES:
        found = switches(zone, MOVED)
        tally = _sum(around(zone, moved, table) for moved in found for table in NIGHTS)
        _told(say, total, tally, f"{zone}, {len(found)} moves of the clock {MOVED[0]}-{MOVED[-1]}")
    took = perf_counter() - begun
    say(f"{total.compared:,} answers compared in {took:.0f} s; {len(total.differing)} differ")
    return len(total.differing)


def _told(say: Callable[[str], object], total: Tally, tally: Tally, name: str) -> None:
    say(f"{name}: {tally.compared:,} answers, {len(tally.differing)} differ")
    for line in tally.differing[:5]:
        say(f"  {line}")
    total.compared += tally.compared
    total.differing += tally.differing


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for one in tallies:
        total.compared += one.compared
        total.differing += one.differing
    return total


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
