"""A part of what `python -m tests.desks.oracle` compares: working time, and a count of every minute."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.desks.oracle import (
    CLOSED,
    MOVED,
    NIGHTS,
    OPEN,
    USUAL,
    ZONES,
    Place,
    around,
    every_day,
    switches,
    with_margins,
)

SEASONS = (
    ("Europe/Berlin", "NW", date(2026, 3, 15)),
    ("America/New_York", "SN", date(2028, 10, 1)),
    ("Australia/Lord_Howe", "BY", date(2033, 9, 15)),
)


@pytest.mark.parametrize(("zone", "region", "first"), SEASONS)
def test_working_time_is_what_a_count_of_every_minute_says(zone: str, region: str, first: date) -> None:
    after = first + timedelta(days=60)
    tally = every_day(Place(zone, region, USUAL, CLOSED, OPEN), with_margins(zone, first, after), first, after)
    assert tally.compared == 900 and not tally.differing, tally.differing[:5]


@pytest.mark.parametrize("zone", ZONES)
def test_nights_in_which_clocks_are_moved_are_counted_as_they_are(zone: str) -> None:
    for number, moved in enumerate(switches(zone, range(2026, 2028))):
        tally = around(zone, moved, NIGHTS[number % len(NIGHTS)], step=7)
        assert tally.compared > 500 and not tally.differing, tally.differing[:5]


def test_the_whole_looks_at_every_move_of_the_clock() -> None:
    assert len(switches("Europe/Berlin", MOVED)) == 2 * len(MOVED)
