"""Dates that programs write by their own rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.header.dates import read_date
from maild.ingest.header.loose_dates import loose_date
from maild.ingest.parse import parse
from tests.ingest.letters import letter


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("16 November 2026 09:30 +0100", "2026-11-16T08:30:00+00:00"),
        ("2026-11-16 09:30:00 +0100", "2026-11-16T08:30:00+00:00"),
        ("2026-11-16T09:30:00.123Z", "2026-11-16T09:30:00+00:00"),
        ("Mon, 16 Nov 2026 09:30:00", "2026-11-16T09:30:00+00:00"),
        ("Mon Nov 16 09:30:00 CET 2026", "2026-11-16T08:30:00+00:00"),
        ("Mon, 16 Nov 2026 09.30.00 +01:00", "2026-11-16T08:30:00+00:00"),
        ("Mon, 16 Nov 2026 09:30:00 GMT+0100", "2026-11-16T08:30:00+00:00"),
        ("Mon, 16 Nov 2026 9:30:00 PM +0100", "2026-11-16T20:30:00+00:00"),
        ("Mo, 16 Mai 2026 12:30:00 AM +0200", "2026-05-15T22:30:00+00:00"),
        ("mar., 17 nov. 2026 09:30:00 +0100", "2026-11-17T08:30:00+00:00"),
        ("=?utf-8?q?Mon,_16_Nov_2026_09:30:00_+0100?=", "2026-11-16T08:30:00+00:00"),
        ("November 16, 2026 9:30 AM", "2026-11-16T09:30:00+00:00"),
        ('Mon, 16 Nov 2026 09:30:00 "GMT"', "2026-11-16T09:30:00+00:00"),
    ],
)
def test_a_date_is_read_and_marked(written: str, iso: str) -> None:
    assert read_date(written) is None
    message = parse(letter("From: a@x.example", f"Date: {written}"))
    assert message.date is not None
    assert message.date.isoformat() == iso
    assert "Date: second reading" in message.defects


@pytest.mark.parametrize(
    "written",
    [
        "11/12/2026 09:30",
        "Mon, 16 Nov 2026 09:30:00 +9999",
        "Mon, 16 Nov 2026 24:00:00 +0100",
        "16 Nov 0026 09:30:00 +0000",
        "the day after tomorrow",
        "31 Feb 2026 09:30:00 +0000",
    ],
)
def test_what_nobody_can_tell_is_no_date(written: str) -> None:
    message = parse(letter("From: a@x.example", f"Date: {written}"))
    assert (message.date, "Date: unreadable" in message.defects) == (None, True)


@given(st.text(st.sampled_from("0123456789:.-+T ZnovmaiMon,GPM"), max_size=60) | st.text(max_size=60))
def test_no_date_raises(value: str) -> None:
    for found in (read_date(value), loose_date(value)):
        assert found is None or found.tzinfo is not None
