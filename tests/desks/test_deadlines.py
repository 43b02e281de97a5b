"""Deadlines as laws and contracts count them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.desks.deadlines import end_of, last_day, spanned
from maild.desks.lengths import length
from maild.desks.months import month_of

DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))
YEARS = (datetime(1990, 1, 1), datetime(2040, 1, 1))  # noqa: DTZ001 - what a wall shows; the zone comes with it


def after(written: str, day: str) -> str:
    span = length(written).span
    assert span is not None and spanned(span) in (written, f"{span.days} calendar days")
    return last_day(date.fromisoformat(day), span).isoformat()


LAST_DAYS = (
    ("7 calendar days", "2026-11-23", "2026-11-30", "BGB 187: the day itself does not count"),
    ("4 calendar weeks", "2026-11-23", "2026-12-21", "BGB 188: the same weekday"),
    ("60 calendar days", "2026-12-31", "2027-03-01", "over a year's end"),
    ("1 month", "2026-11-23", "2026-12-23", "BGB 188: the day of the same number"),
    ("1 month", "2027-01-31", "2027-02-28", "BGB 188: or the last day"),
    ("1 month", "2028-01-30", "2028-02-29", "in a leap year"),
    ("1 month", "2026-02-28", "2026-03-28", "the last day is no rule of its own"),
    ("1 month to the end of a month", "2026-11-23", "2026-12-31", "a termination"),
    ("1 month to the end of a month", "2026-11-30", "2026-12-31", "on the last day that is in time"),
    ("1 month to the end of a month", "2026-12-01", "2027-01-31", "a day too late: a month later"),
    ("3 months to the end of a month", "2026-11-30", "2027-02-28", "the last day of a short month"),
    ("14 calendar days to the end of a month", "2026-11-20", "2026-12-31", "days may reach the next month"),
)


@pytest.mark.parametrize(("written", "arrived", "ends", "why"), LAST_DAYS, ids=[one[3] for one in LAST_DAYS])
def test_the_last_day_is_counted_as_the_law_counts_it(written: str, arrived: str, ends: str, why: str) -> None:
    assert after(written, arrived) == ends


@given(DAYS, st.integers(1, 12), st.booleans())
def test_months_end_in_the_month_that_people_would_name(day: date, months: int, whole: bool) -> None:
    span = length(f"{months} months{' to the end of a month' if whole else ''}").span
    assert span is not None
    end = last_day(day, span)
    assert month_of(end) - month_of(day) == months
    is_last = month_of(end + timedelta(days=1)) != month_of(end)
    assert is_last if whole else end.day == day.day or (end.day < day.day and is_last)


@given(DAYS, DAYS, st.sampled_from(("10 calendar days", "1 month", "1 month to the end of a month")))
def test_who_writes_later_never_has_an_earlier_deadline(one: date, other: date, written: str) -> None:
    span = length(written).span
    assert span is not None
    assert last_day(min(one, other), span) <= last_day(max(one, other), span)


@given(st.datetimes(*YEARS), st.sampled_from(("Europe/Berlin", "America/New_York")))
def test_it_ends_with_the_last_minute_of_that_day_whatever_the_clocks_do(local: datetime, zone: str) -> None:
    span = length("7 calendar days").span
    assert span is not None
    at = local.replace(tzinfo=ZoneInfo(zone))
    end = end_of(span, zone, at).astimezone(ZoneInfo(zone))
    assert end.date() == local.date() + timedelta(days=7) and (end.hour, end.minute) == (23, 59)


def test_the_day_is_that_of_the_desk_not_of_greenwich() -> None:
    span = length("1 month to the end of a month").span
    assert span is not None
    late = datetime.fromisoformat("2026-11-30T23:30:00+00:00")
    assert end_of(span, "Europe/Berlin", late).isoformat() == "2027-01-31T22:59:00+00:00"
    assert end_of(span, "UTC", late).isoformat() == "2026-12-31T23:59:00+00:00"
