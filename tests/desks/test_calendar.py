"""A desk's hours: what the clock on its wall shows, holidays, and the two nights on which that clock is moved."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maild.config import check, load_policy, load_settings
from maild.decide.policy import Policy
from maild.desks.calendar import Span, is_open, next_opening, open_spans
from maild.desks.hours import ALWAYS, WEEKDAYS, Hours
from tests.builders import NOON, a_desk, a_policy
from tests.config.site import S, change, said, site

__all__ = ["site"]

MINUTE = timedelta(minutes=1)
OFFICE = {"mon-thu": ("09:00-12:00", "13:00-17:00"), "fri": "09:00-14:00"}


def some_hours(**changes: Any) -> Hours:
    return Hours(**({"zone": "Europe/Berlin", "week": OFFICE} | changes))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def spans_of(hours: Hours, day: str) -> list[str]:
    """As `07:00-10:00`, in UTC."""
    return [f"{span.begin:%H:%M}-{span.end:%H:%M}" for span in open_spans(hours, date.fromisoformat(day))]


# ---- ordinary days -------------------------------------------------------------------------------

ORDINARY = (
    # UTC, open?, and when it opens next. Berlin is an hour ahead in winter and two in summer.
    ("2026-11-23 07:59", False, "2026-11-23 08:00"),
    ("2026-11-23 08:00", True, "2026-11-23 08:00"),
    ("2026-11-23 10:59", True, "2026-11-23 10:59"),
    ("2026-11-23 11:00", False, "2026-11-23 12:00"),
    ("2026-11-23 16:00", False, "2026-11-24 08:00"),
    ("2026-11-27 13:00", False, "2026-11-30 08:00"),
    ("2026-07-06 06:59", False, "2026-07-06 07:00"),
    ("2026-07-06 07:00", True, "2026-07-06 07:00"),
)


@pytest.mark.parametrize(("instant", "opened", "opens"), ORDINARY)
def test_a_desk_is_open_by_the_clock_on_its_own_wall(instant: str, opened: bool, opens: str) -> None:
    assert is_open(some_hours(), utc(instant)) is opened
    assert next_opening(some_hours(), utc(instant)) == utc(opens)


def test_whoever_says_nothing_of_hours_is_always_open() -> None:
    assert a_desk().hours == ALWAYS
    assert is_open(ALWAYS, NOON) and next_opening(ALWAYS, NOON) == NOON
    midnight = utc("2026-11-20 00:00")
    assert open_spans(ALWAYS, date(2026, 11, 20)) == (Span(midnight, midnight + timedelta(days=1)),)


def test_instants_of_any_zone_are_understood_and_utc_comes_back() -> None:
    there = utc("2026-11-23 06:00").astimezone(ZoneInfo("Asia/Tokyo"))
    opens = next_opening(some_hours(), there)
    assert opens == utc("2026-11-23 08:00") and opens.tzinfo is UTC
    with pytest.raises(ValueError, match="without a time zone"):
        is_open(some_hours(), datetime(2026, 11, 23, 9))  # noqa: DTZ001 - that is what is refused


def test_a_desk_that_never_opens_says_so() -> None:
    closed = some_hours(week={"mon": ()})
    assert not is_open(closed, NOON) and next_opening(closed, NOON) is None


# ---- the two nights ------------------------------------------------------------------------------

NIGHTS = (
    # zone, date, hours, what is open in UTC
    ("Europe/Berlin", "2026-03-29", "00:00-24:00", ["23:00-22:00"]),
    ("Europe/Berlin", "2026-03-29", "01:30-04:00", ["00:30-02:00"]),
    ("Europe/Berlin", "2026-03-29", "02:10-02:50", []),
    ("Europe/Berlin", "2026-03-29", "02:30-03:30", ["01:00-01:30"]),
    ("Europe/Berlin", "2026-10-25", "00:00-24:00", ["22:00-23:00"]),
    ("Europe/Berlin", "2026-10-25", "01:00-02:30", ["23:00-00:30", "01:00-01:30"]),
    ("Europe/Berlin", "2026-10-25", "02:15-02:45", ["00:15-00:45", "01:15-01:45"]),
    ("Europe/Berlin", "2026-10-25", "02:00-03:00", ["00:00-02:00"]),
    ("Europe/Berlin", "2026-10-25", "09:00-17:00", ["08:00-16:00"]),
    ("Europe/Berlin", "2026-10-24", "09:00-17:00", ["07:00-15:00"]),
    ("America/New_York", "2026-11-01", "01:00-02:00", ["05:00-07:00"]),
    ("Australia/Lord_Howe", "2026-04-05", "01:00-02:00", ["14:00-15:30"]),
    ("Pacific/Apia", "2011-12-30", "00:00-24:00", []),
)


@pytest.mark.parametrize(("zone", "day", "written", "opened"), NIGHTS)
def test_what_the_clock_skips_is_never_open_and_what_it_shows_twice_is_open_twice(
    zone: str, day: str, written: str, opened: list[str]
) -> None:
    assert spans_of(some_hours(zone=zone, week={"mon-sun": written}), day) == opened


def test_the_next_opening_of_a_skipped_time_is_the_next_day() -> None:
    hours = some_hours(week={"sun": "02:10-02:50", "mon": "02:10-02:50"})
    assert next_opening(hours, utc("2026-03-28 12:00")) == utc("2026-03-30 00:10")


def test_a_clock_that_is_put_back_over_midnight_shows_the_evening_once_more() -> None:
    """St. John's, until 2011: one minute after midnight it was 23:01 again."""
    late = some_hours(zone="America/St_Johns", week={"mon-sun": "23:30-24:00"})
    assert spans_of(late, "2010-11-06") == ["02:00-02:30", "03:00-03:30"]
    assert next_opening(late, utc("2010-11-07 02:30:30")) == utc("2010-11-07 03:00")


# ---- holidays ------------------------------------------------------------------------------------

HOLIDAYS = (
    # region, date, open?  All of them are weekdays.
    ("DE-NW", "2026-06-04", False),  # Corpus Christi, in the west and south
    ("DE-BE", "2026-06-04", True),
    ("DE-BE", "2027-03-08", False),  # Women's Day, in Berlin
    ("DE-NW", "2027-03-08", True),
    ("DE", "2026-06-04", True),
    ("DE", "2026-12-25", False),
    ("", "2026-12-25", True),
    ("FR", "2026-07-14", False),
    ("US", "2027-12-31", False),  # the new year's day that falls on a Saturday, kept the day before
)


@pytest.mark.parametrize(("region", "day", "opened"), HOLIDAYS)
def test_public_holidays_are_those_of_the_region(region: str, day: str, opened: bool) -> None:
    assert bool(spans_of(some_hours(region=region), day)) is opened
    assert is_open(some_hours(region=region), utc(f"{day} 09:00")) is opened


def test_who_names_no_region_does_not_pay_for_the_library() -> None:
    look = "import sys, maild.desks.policy, maild.desks.calendar; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], timeout=60).returncode == 0


def test_own_days_close_and_open_in_spite() -> None:
    plain = some_hours(region="DE-NW")
    own = some_hours(region="DE-NW", holidays=("2026-12-24",), open=("2026-06-04",))
    assert spans_of(plain, "2026-12-24") and not spans_of(own, "2026-12-24")
    assert spans_of(own, "2026-06-04") == ["07:00-10:00", "11:00-15:00"]
    # Thursday the 24th is closed, Friday is Christmas: nobody is there before Monday.
    assert next_opening(own, utc("2026-12-23 18:00")) == utc("2026-12-28 08:00")


# ---- against an oracle that looks at the clock every minute --------------------------------------

ZONES = ("Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "UTC")
MOVED = ("2026-03-29", "2026-10-25", "2026-11-01", "2026-03-08", "2026-04-05", "2026-10-04", "2026-09-06", "2026-02-14")


def shown(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def a_day(draw: st.DrawFn) -> tuple[str, ...]:
    """Spans of a day without a minute in common."""
    marks = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(f"{shown(begin)}-{shown(end)}" for begin, end in list(pairwise(marks))[::2])


def oracle(week: dict[str, tuple[str, ...]], closed: str, zone: str, instant: datetime) -> bool:
    wall = instant.astimezone(ZoneInfo(zone))
    if f"{wall:%Y-%m-%d}" == closed:
        return False
    return any(span[:5] <= f"{wall:%H:%M}" < span[6:] for span in week[f"{wall:%a}".lower()])


@settings(max_examples=20)
@given(
    week=st.fixed_dictionaries({day: a_day() for day in WEEKDAYS}),
    zone=st.sampled_from(ZONES),
    around=st.sampled_from(MOVED),
    closed=st.sampled_from(("", *MOVED)),
)
@example(dict.fromkeys(WEEKDAYS, ("23:30-24:00",)), "America/Havana", "2026-11-01", "")
@example(dict.fromkeys(WEEKDAYS, ("00:00-00:30", "23:00-23:01")), "America/Santiago", "2026-04-05", "")
def test_hours_are_what_a_look_at_the_clock_every_minute_finds(
    week: dict[str, tuple[str, ...]], zone: str, around: str, closed: str
) -> None:
    hours = some_hours(zone=zone, week=week, holidays=(closed,) if closed else ())
    middle, half = utc(around), 15 * 60
    looks = [middle + number * MINUTE for number in range(-half, half)]
    opened = [look for look in looks if oracle(week, closed, zone, look)]
    assert [look for look in looks if is_open(hours, look)] == opened
    days = [middle.date() + timedelta(days=number) for number in range(-2, 3)]
    spans = [span for day in days for span in open_spans(hours, day)]
    assert [look for look in looks if any(span.begin <= look < span.end for span in spans)] == opened
    if opened:
        assert next_opening(hours, looks[0]) == opened[0]


# ---- the file ------------------------------------------------------------------------------------

BROKEN = (
    # hours, the text whose line is to be named, what is to be said
    ("zone: Europe/Berlim\n  week: {mon: '09:00-17:00'}", "Europe/Berlim", "did you mean `Europe/Berlin`?"),
    ("zone: ../etc/passwd\n  week: {mon: '09:00-17:00'}", "../etc", "is no time zone"),
    ("zone: UTC\n  week:\n    mon: 22:00-06:00", "22:00", "write 22:00-24:00 here, and 00:00-06:00 on the next day"),
    ("zone: UTC\n  week:\n    mon: 22:00-00:00", "22:00", "runs over midnight: write 22:00-24:00"),
    ("zone: UTC\n  week:\n    mon: 9-17", "9-17", "write it as 09:00-17:00"),
    ("zone: UTC\n  week:\n    mon: 09:00-24:30", "24:30", "is no span of time"),
    ("zone: UTC\n  week:\n    mon: 09:00-09:00", "09:00", "has no minute in it"),
    ("zone: UTC\n  week:\n    mon:\n      [09:00-12:00, 11:00-17:00]", "[09", "overlap"),
    ("zone: UTC\n  week:\n    mon: 900", "900", "a list is expected here"),
    ("zone: UTC\n  week:\n    mom: 09:00-17:00", "mom", "did you mean `mon`?"),
    ("zone: UTC\n  week:\n    fri-mon: 09:00-17:00", "fri-mon", "write fri-sun and mon-mon"),
    ("zone: UTC\n  week:\n    mon-fri: 09:00-17:00\n    wed: 09:00-12:00", "mon-fri", "`wed` has hours twice"),
    ("zone: UTC\n  week: {}", "week:", "too short"),
    ("zone: UTC", "zone:", "`week` is missing here"),
    ("zone: UTC\n  week: {mon: '09:00-17:00'}\n  region: XX", "XX", "is no country"),
    ("zone: UTC\n  week: {mon: '09:00-17:00'}\n  region: DE-NV", "DE-NV", "known here: BB, BE, "),
    ("zone: UTC\n  week: {mon: '09:00-17:00'}\n  region: germany", "germany", "by ISO 3166"),
    ("zone: UTC\n  week: {mon: '09:00-17:00'}\n  holidays: [24.12.2026]", "24.12.", "write it as 2026-12-24"),
    ("zone: UTC\n  week: {mon: '09:00-17:00'}\n  holidays: [2026-02-30]", "2026-02", "is no date"),
    ("zone: UTC\n  week: {mon: '09:00-17:00'}\n  open: [2026-12-26]", "2026-12-26", "a Saturday, which has no hours"),
    ("zone: UTC\n  week: {thu: '09:00-17:00'}\n  holidays: [2026-12-24]\n  open: [2026-12-24]", "open:", "stands in"),
    ("zone: UTC\n  week: {mon: '09:00-17:00'}\n  holiday: []", "holiday:", "did you mean `holidays`?"),
)


@pytest.mark.parametrize(("written", "at", "message"), BROKEN, ids=[row[2] for row in BROKEN])
def test_a_mistake_in_the_hours_is_told_with_its_line(site: Path, written: str, at: str, message: str) -> None:
    text = change(site, S, "prefix: SD", f"hours:\n  {written}\nprefix: SD")
    near = text.count("\n", 0, text.index(at, text.index("\nhours:"))) + 1
    fitting = [one for one in check(site / "maild.yaml") if one.file == str(site / S) and message in one.message]
    assert fitting, said(site)
    assert all(near - 1 <= one.line <= near and one.column > 0 for one in fitting), (near, said(site))


GOOD = """\
hours:
  zone: Europe/Berlin
  week:
    mon-thu: [13:00-17:00, 09:00-12:00]
    fri: 09:00-14:00
  region: DE-NW
  holidays: [2026-12-24]
  open: [2026-06-04]
"""


def test_hours_may_be_written_short(site: Path) -> None:
    change(site, S, "prefix: SD", f"{GOOD}prefix: SD")
    assert not check(site / "maild.yaml"), said(site)


def test_the_example_that_is_commented_out_is_right(site: Path) -> None:
    lines = (site / S).read_text(encoding="utf-8").splitlines()
    first = lines.index("# hours:")
    last = next(number for number in range(first, len(lines)) if not lines[number].startswith("#"))
    lines[first:last] = [line.removeprefix("# ") for line in lines[first:last]]
    (site / S).write_text("\n".join(lines), encoding="utf-8")
    assert not check(site / "maild.yaml"), said(site)
    (desk,) = load_policy(load_settings(site / "maild.yaml")).desks
    assert not open_spans(desk.hours, date(2026, 12, 24)) and open_spans(desk.hours, date(2026, 6, 4))


def test_the_database_gives_the_hours_back_as_they_were() -> None:
    hours = some_hours(region="DE-NW", holidays=("2026-12-24",), open=("2026-06-04",))
    policy = a_policy(desks=(a_desk(hours=hours),))
    written = policy.model_dump_json()
    assert Policy.model_validate_json(written) == policy
    assert json.loads(written)["desks"][0]["hours"]["week"]["fri"] == ["09:00-14:00"]
    assert hash(hours) == hash(Policy.model_validate_json(written).desks[0].hours)
