"""Periods as people write them, and the instants they mean at the desk's own place."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.asked.periods import period, written
from tests.builders import NOON

BERLIN = "Europe/Berlin"
WRITTEN = {
    "2026": "2026..2026",
    "2026-01": "2026-01..2026-01",
    "2026-01 .. 2026-03": "2026-01..2026-03",
    "2026-01..2026-03": "2026-01..2026-03",
    "2026-01 ... 2026-03": "2026-01..2026-03",
    "2026-01 bis 2026-03": "2026-01..2026-03",
    "2026-01 t/m 2026-03": "2026-01..2026-03",
    "2026-01-15 – 2026-02": "2026-01-15..2026-02",
    " 2025 to 2026 ": "2025..2026",
}
NONE = ("", "soon", "2026-13", "2026-02-30", "2026-03 .. 2026-01", "26", "2026-1", "2026-00", "2026..", "2026 2027",
        "2026-01 and 2026-02", "12026", "2026-01-01-01", "٢٠٢٦")  # fmt: skip


@pytest.mark.parametrize("words", WRITTEN)
def test_a_period_is_read_however_it_is_written(words: str) -> None:
    assert written(words) == WRITTEN[words]


@pytest.mark.parametrize("words", NONE)
def test_what_names_no_period_is_none(words: str) -> None:
    assert written(words) is None


@given(st.text(alphabet="0129- .bist/–", max_size=30))
def test_what_is_read_is_always_a_period_that_ends_after_it_begins(words: str) -> None:
    text = written(words)
    if text is not None:
        span = period(text, BERLIN, NOON)
        assert span.begins < span.ends and written(text) == text


MEANT = {
    "2026..2026": ("2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00"),
    "2026-03..2026-03": ("2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00"),
    "2026-12..2026-12": ("2026-12-01T00:00+01:00", "2027-01-01T00:00+01:00"),
    "2028-02..2028-02": ("2028-02-01T00:00+01:00", "2028-03-01T00:00+01:00"),
    "2026-10-25..2026-10-25": ("2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"),
    "": ("2025-11-20T00:00+01:00", "2026-11-20T12:00+00:00"),
}


@pytest.mark.parametrize("text", MEANT)
def test_a_period_has_whole_days_of_the_place_and_its_last_day_is_in_it(text: str) -> None:
    span = period(text, BERLIN, NOON)
    assert (span.begins, span.ends) == tuple(map(datetime.fromisoformat, MEANT[text]))
