"""Working time, held against a clock that looks at every minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from maild.desks.calendar import is_open
from maild.desks.hours import ALWAYS, Hours
from maild.desks.working_time import ago, closing, due, in_words, worked

HOURS = TypeAdapter(Hours)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def hours(**said: Any) -> Hours:
    usual = {"zone": "Europe/Berlin", "week": {"mon-fri": "09:00-17:00"}, "region": "DE-NW"}
    return HOURS.validate_python(usual | said, strict=False)


NINE_TO_FIVE = hours()
SHIFTS = hours(week={"mon-thu": ["06:00-12:00", "13:00-22:00"], "sat": "00:00-24:00"}, region="DE-BY")
NIGHTS = hours(week={"fri": "20:00-24:00", "sat": ["00:00-04:00", "22:30-24:00"], "sun": "00:00-05:00"}, region="")
ABROAD = hours(zone="America/New_York", region="")
ROUND = hours(week={"mon-sun": "00:00-24:00"}, region="")
EVERY = (NINE_TO_FIVE, SHIFTS, NIGHTS, ABROAD)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


CASES = (
    ("over a weekend and Easter Monday", NINE_TO_FIVE, "2026-04-02T16:00+02:00", 8, "2026-04-07T16:00+02:00"),
    ("to the very end of a day", NINE_TO_FIVE, "2026-11-27T15:00+01:00", 2, "2026-11-27T17:00+01:00"),
    ("from the night", NINE_TO_FIVE, "2026-11-28T03:00+01:00", 1, "2026-11-30T10:00+01:00"),
    ("nothing is due at once, even by night", NINE_TO_FIVE, "2026-11-28T03:00+01:00", 0, "2026-11-28T03:00+01:00"),
    ("a night that has an hour less", NIGHTS, "2026-03-28T22:30+01:00", 4, "2026-03-29T03:30+02:00"),
    ("a night that has an hour more", NIGHTS, "2026-10-24T22:30+02:00", 6, "2026-10-25T03:30+01:00"),
    ("a day that began in the last month, by UTC", ROUND, "2026-12-01T10:00+01:00", 2, "2026-12-01T12:00+01:00"),
    ("a desk that is always open", ALWAYS, "2026-11-27T23:00+00:00", 30, "2026-11-29T05:00+00:00"),
    ("a holiday of one region is none of another", SHIFTS, "2026-11-01T10:00+01:00", 1, "2026-11-02T07:00+01:00"),
)


@pytest.mark.parametrize(("desk", "start", "work", "end"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_so_much_work_is_over_at(desk: Hours, start: str, work: int, end: str) -> None:
    assert due(desk, at(start), work * HOUR) == at(end)
    assert worked(desk, at(start), at(end)) == work * HOUR


INSTANTS = st.integers(0, 13 * 366 * 24 * 60).map(lambda minute: datetime(2024, 1, 1, tzinfo=UTC) + minute * MINUTE)

CLOSINGS = (
    ("the day itself does not count", NINE_TO_FIVE, "2026-11-27T08:00+01:00", 1, "2026-11-30T17:00+01:00"),
    ("neither does a day that is closed", NINE_TO_FIVE, "2026-11-28T12:00+01:00", 1, "2026-11-30T17:00+01:00"),
    ("over Christmas and the new year", NINE_TO_FIVE, "2026-12-24T16:30+01:00", 5, "2027-01-04T17:00+01:00"),
    ("by the date at the desk, not in Greenwich", NINE_TO_FIVE, "2026-11-26T23:30+00:00", 1, "2026-11-30T17:00+01:00"),
    ("the last closing time of the day", SHIFTS, "2026-11-29T12:00+01:00", 1, "2026-11-30T22:00+01:00"),
    ("to the end of the date", SHIFTS, "2026-11-27T12:00+01:00", 1, "2026-11-29T00:00+01:00"),
    ("a date that is always open, to its end", ALWAYS, "2026-11-27T23:00+00:00", 5, "2026-12-03T00:00+00:00"),
    ("a date with a longer night", NIGHTS, "2026-10-24T12:00+02:00", 1, "2026-10-25T05:00+01:00"),
)


@pytest.mark.parametrize(
    ("desk", "start", "days", "end"), [one[1:] for one in CLOSINGS], ids=[one[0] for one in CLOSINGS]
)
def test_so_many_working_days_end_when_the_desk_closes(desk: Hours, start: str, days: int, end: str) -> None:
    assert closing(desk, at(start), days) == at(end)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from((*EVERY, ROUND, ALWAYS)), INSTANTS, st.integers(1, 60 * 60))
def test_counting_back_finds_the_first_instant_since_which_so_much_was_worked(
    desk: Hours, end: datetime, minutes: int
) -> None:
    start = ago(desk, end, minutes * MINUTE)
    assert start is not None and worked(desk, start, end) == minutes * MINUTE
    assert worked(desk, start - MINUTE, end) == (minutes + 1) * MINUTE, "not a minute earlier"


def minute_by_minute(desk: Hours, start: datetime, end: datetime) -> timedelta:
    """Asks the calendar about each minute, one by one."""
    count = int((end - start) / MINUTE)
    return sum(is_open(desk, start + number * MINUTE) for number in range(count)) * MINUTE


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(EVERY), INSTANTS, st.integers(0, 6 * 24 * 60))
def test_what_was_worked_is_what_a_minute_by_minute_count_says(desk: Hours, start: datetime, length: int) -> None:
    end = start + length * MINUTE
    assert worked(desk, start, end) == minute_by_minute(desk, start, end)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from((*EVERY, ALWAYS)), INSTANTS, st.integers(1, 60 * 60))
def test_when_it_is_due_and_what_was_worked_by_then_fit(desk: Hours, start: datetime, minutes: int) -> None:
    end = due(desk, start, minutes * MINUTE)
    assert end is not None and worked(desk, start, end) == minutes * MINUTE
    assert worked(desk, start, end - MINUTE) == (minutes - 1) * MINUTE, "not a minute earlier"


def test_a_desk_that_never_opens_owes_nothing() -> None:
    closed = hours(week={"mon": []}, region="")
    assert due(closed, at("2026-11-27T12:00Z"), HOUR) is None
    assert worked(closed, at("2026-11-27T12:00Z"), at("2027-11-27T12:00Z")) == timedelta(0)
    assert ago(closed, at("2026-11-27T12:00Z"), HOUR) is None and closing(closed, at("2026-11-27T12:00Z"), 1) is None
    assert "does not open within a year" in in_words(closed, at("2026-11-27T12:00Z"), HOUR)


def test_the_arithmetic_is_told_in_words() -> None:
    assert in_words(NINE_TO_FIVE, at("2026-04-02T16:00+02:00"), 8 * HOUR) == (
        "Thu 2026-04-02 16:00 + 8 h working time, Fri 2026-04-03 is closed, Mon 2026-04-06 is closed"
        " → Tue 2026-04-07 16:00 Europe/Berlin"
    )
    assert in_words(ALWAYS, at("2026-11-27T23:00Z"), 90 * MINUTE) == (
        "Fri 2026-11-27 23:00 + 1 h 30 min → Sat 2026-11-28 00:30 UTC"
    )


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(NINE_TO_FIVE, datetime(2026, 1, 1), HOUR)  # noqa: DTZ001 - that is what it is about
