"""Lengths as they are written in a desk's file."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maild.desks.lengths import Length, Span, length

GOOD = (
    ("4 h", Length(timedelta(hours=4))),
    ("4h", Length(timedelta(hours=4))),
    ("1 hour", Length(timedelta(hours=1))),
    ("30 min", Length(timedelta(minutes=30))),
    ("90 minutes", Length(timedelta(minutes=90))),
    ("1 h 30 min", Length(timedelta(minutes=90))),
    (" 8 hours ", Length(timedelta(hours=8))),
    ("1 working day", Length(days=1)),
    ("5 working days", Length(days=5)),
    ("7 calendar days", Length(span=Span(days=7))),
    ("4 calendar weeks", Length(span=Span(days=28))),
    ("1 month", Length(span=Span(months=1))),
    ("3 months to the end of a month", Length(span=Span(months=3, whole=True))),
)


@pytest.mark.parametrize(("written", "meant"), GOOD, ids=[one[0] for one in GOOD])
def test_a_length_is_read(written: str, meant: Length) -> None:
    assert length(written) == meant


BAD = (
    ("", "is no length of time: write it as in `4 h`, `30 min` or `5 working days`"),
    ("4", "is no length of time"),
    ("soon", "is no length of time"),
    ("h", "is no length of time"),
    ("-4 h", "is no length of time"),
    ("1.5 h", "is no length of time"),
    ("30 min 1 h", "is no length of time"),
    ("0 h", "is no time at all"),
    ("0 working days", "is no time at all"),
    ("2 days", "may mean `48 h`, `2 working days` or `2 calendar days`: write the one you mean"),
    ("1 week", "may mean `168 h`, `5 working days` or `7 calendar days`"),
    ("0 months", "is no time at all"),
    ("0 calendar days to the end of a month", "is no time at all"),
    ("13 months", "the most is a year"),
    ("53 calendar weeks", "the most is a year"),
    ("1 month to the end", "is no length of time"),
    ("9000 h", "the most is a year"),
    ("251 working days", "the most is a year"),
)


@pytest.mark.parametrize(("written", "told"), BAD, ids=[one[0] or "nothing" for one in BAD])
def test_what_is_no_length_is_told_with_what_would_be(written: str, told: str) -> None:
    with pytest.raises(ValueError, match=f".*{told.replace('(', '.')}"):
        length(written)
