"""Comparisons as an admin writes them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.desks.lengths import DAY, HOUR, SECONDS
from maild.rules.measures import BYTES, PLAIN, compare

HOLDS: tuple[tuple[str, Mapping[str, float], tuple[float, ...], tuple[float, ...]], ...] = (
    # written, units, what lies in it, what does not
    ("5", PLAIN, (5,), (4, 6)),
    ("= 5", PLAIN, (5,), (4, 6)),
    ("> 5", PLAIN, (6,), (5, 4)),
    (">5", PLAIN, (6,), (5,)),
    (">= 5", PLAIN, (5, 6), (4,)),
    ("< 5", PLAIN, (4, 0), (5,)),
    ("<= 5", PLAIN, (5, 4), (6,)),
    ("2..5", PLAIN, (2, 3, 5), (1, 6)),
    (" 2 .. 5 ", PLAIN, (2, 5), (1, 6)),
    ("3..3", PLAIN, (3,), (2, 4)),
    ("0", PLAIN, (0,), (1,)),
    ("1.5", PLAIN, (1.5,), (1, 2)),
    ("> 5 MB", BYTES, (5_000_001,), (5_000_000,)),
    ("<= 5 mb", BYTES, (5_000_000,), (5_000_001,)),
    ("1..2 kB", BYTES, (1000, 2000), (999, 2001)),
    ("1.5GB", BYTES, (1_500_000_000,), (1_500_000_001,)),
    ("> 100 b", BYTES, (101,), (100,)),
    ("> 5 days", SECONDS, (5 * DAY + 1,), (5 * DAY,)),
    (">= 1 day", SECONDS, (DAY,), (DAY - 1,)),
    ("2..5 d", SECONDS, (2 * DAY, 5 * DAY), (2 * DAY - 1, 5 * DAY + 1)),
    ("< 90 minutes", SECONDS, (89 * 60,), (90 * 60,)),
    ("< 90 min", SECONDS, (89 * 60,), (90 * 60,)),
    (">= 1.5 hours", SECONDS, (1.5 * HOUR,), (1.4 * HOUR,)),
    ("> 1 h", SECONDS, (HOUR + 1,), (HOUR,)),
    ("> 2 weeks", SECONDS, (15 * DAY,), (14 * DAY,)),
    ("1 W", SECONDS, (7 * DAY,), (7 * DAY + 1,)),
)


@pytest.mark.parametrize(("written", "units", "within", "without"), HOLDS)
def test_what_lies_in_a_comparison(
    written: str, units: Mapping[str, float], within: tuple[float, ...], without: tuple[float, ...]
) -> None:
    lies_in = compare(written, units).holds
    assert all(map(lies_in, within)) and not any(map(lies_in, without))


WRONG: tuple[tuple[str, Mapping[str, float], str], ...] = (
    ("", PLAIN, "`` is no comparison: write it as in `5`, `> 5`, `<= 5` or `2..5`, without a unit"),
    ("high", PLAIN, "`high` is no comparison"),
    ("-5", PLAIN, "`-5` is no comparison"),
    ("5..", PLAIN, "`5..` is no comparison"),
    ("..5", PLAIN, "`..5` is no comparison"),
    ("2-5", PLAIN, "`2-5` is no comparison"),
    ("=> 5", PLAIN, "`=> 5` is no comparison"),
    ("> 5, < 9", PLAIN, "`> 5, < 9` is no comparison"),
    ("1,5", PLAIN, "`1,5` is no comparison"),
    ("1e9", PLAIN, "`1e9` is no comparison"),
    ("9" * 13, PLAIN, "is no comparison"),
    ("5..2", PLAIN, "nothing lies in `5..2`: the smaller number comes first"),
    ("5 MB", PLAIN, "`MB` is no unit here in `5 MB`: write it as in `5`"),
    ("> 5", BYTES, "a unit is missing in `> 5`: write it as in `> 5 MB`"),
    ("> 5 MiB", BYTES, "`MiB` is no unit here in `> 5 MiB`: write it as in `> 5 MB`"),
    ("0", SECONDS, "a unit is missing in `0`: write it as in `> 5 days`"),
    ("> 5 months", SECONDS, "`months` is no unit here in `> 5 months`"),
    ("> 5 days", BYTES, "in B, kB, MB or GB"),
    ("2 days..5 days", SECONDS, "write it as in `> 5 days`, `<= 5 days` or `2..5 days`"),
)


@pytest.mark.parametrize(("written", "units", "message"), WRONG)
def test_what_is_no_comparison_is_told_with_what_would_be(
    written: str, units: Mapping[str, float], message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        compare(written, units)
    assert message in str(caught.value)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_comparisons_agree_with_each_other(number: int, value: int) -> None:
    holds = {sign: compare(f"{sign} {number}", PLAIN).holds(value) for sign in ("<", "<=", "=", ">=", ">")}
    assert holds["<"] is not holds[">="] and holds[">"] is not holds["<="]
    assert holds["="] is (holds["<="] and holds[">="]) is (number == value)


@given(st.text(max_size=30), st.sampled_from((PLAIN, BYTES, SECONDS)))
def test_any_text_is_a_comparison_or_is_told_to_be_none(written: str, units: Mapping[str, float]) -> None:
    try:
        compare(written, units)
    except ValueError as error:
        assert written in str(error)
