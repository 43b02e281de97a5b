"""Numbers that check themselves: the right ones are known, and one wrong digit is seen."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.privacy.dates import is_birth_date
from maild.privacy.digits import CHECKS, Check
from tests.privacy.numbers import a_bsn, a_health_number, a_pension_number, a_tax_id, an_iban, in_groups

MAKERS: dict[Check, tuple[Callable[[Random], str], tuple[int, ...]]] = {
    Check.TAX_ID: (a_tax_id, (2, 3)),
    Check.HEALTH_INSURANCE: (a_health_number, (1, 3)),
    Check.PENSION_INSURANCE: (a_pension_number, (2, 6, 1, 3)),
    Check.BSN: (a_bsn, (4, 2, 3)),
    Check.IBAN: (an_iban, (4,)),
}
# Worked out by hand, so that makers and checks cannot be wrong together.
RIGHT = (
    (Check.TAX_ID, "02345678912", False),  # starts with 0
    (Check.TAX_ID, "12345678903", False),  # no digit stands twice
    (Check.TAX_ID, "11234567890", True),
    (Check.TAX_ID, "11234567891", False),
    (Check.TAX_ID, "11123456784", False),  # three times in a row
    (Check.TAX_ID, "11223456780", False),  # two digits stand twice
    (Check.TAX_ID, "1123456789", False),
    (Check.HEALTH_INSURANCE, "A123456780", True),
    (Check.HEALTH_INSURANCE, "A123456781", False),
    (Check.HEALTH_INSURANCE, "B000000004", True),
    (Check.HEALTH_INSURANCE, "a123456780", False),
    (Check.HEALTH_INSURANCE, "1123456780", False),
    (Check.PENSION_INSURANCE, "15070649C103", True),
    (Check.PENSION_INSURANCE, "15 070649 C 10 3", True),
    (Check.PENSION_INSURANCE, "15070649C104", False),
    (Check.PENSION_INSURANCE, "15071349C103", False),  # the thirteenth month
    (Check.PENSION_INSURANCE, "00070649C103", False),
    (Check.BSN, "111222333", True),
    (Check.BSN, "1112.22.333", True),
    (Check.BSN, "111222334", False),
    (Check.BSN, "000000000", False),
    (Check.BSN, "010000008", True),
    (Check.BSN, "10000009", False),  # eight digits: 8 times 1, less 9
    (Check.BSN, "10000008", True),
    (Check.IBAN, "DE68210501700012345678", True),
    (Check.IBAN, "DE68 2105 0170 0012 3456 78", True),
    (Check.IBAN, "DE69210501700012345678", False),
    (Check.IBAN, "DE6821050170001234567", False),  # too short
    (Check.IBAN, "XX68210501700012345678", False),
    (Check.IBAN, "de68 2105 0170 0012 3456 78", True),
    (Check.IBAN, "", False),
)
KINDS = list(MAKERS)


@pytest.mark.parametrize(("check", "number", "right"), RIGHT)
def test_a_number_is_what_its_scheme_says(check: Check, number: str, right: bool) -> None:
    assert CHECKS[check](number) is right


@pytest.mark.parametrize("check", KINDS)
@given(seed=st.integers(0, 10**9))
def test_every_number_that_is_made_by_the_scheme_is_a_right_one(check: Check, seed: int) -> None:
    make, sizes = MAKERS[check]
    number = make(Random(seed))
    assert CHECKS[check](number) and CHECKS[check](in_groups(number, *sizes))


@pytest.mark.parametrize("check", KINDS)
@given(seed=st.integers(0, 10**9), place=st.integers(0, 40), more=st.integers(1, 9))
def test_one_wrong_digit_makes_it_a_wrong_one(check: Check, seed: int, place: int, more: int) -> None:
    number = MAKERS[check][0](Random(seed))
    digits = [at for at, sign in enumerate(number) if sign.isdigit()]
    at = digits[place % len(digits)]
    assert not CHECKS[check](f"{number[:at]}{(int(number[at]) + more) % 10}{number[at + 1 :]}")


@pytest.mark.parametrize("check", KINDS)
@given(text=st.text(max_size=40))
def test_any_text_at_all_has_an_answer(check: Check, text: str) -> None:
    assert CHECKS[check](text) in (True, False)


@given(number=st.text(alphabet="٠١٢٣٤٥٦٧٨٩²③", min_size=8, max_size=11))
def test_digits_of_other_scripts_are_none(number: str) -> None:
    assert not any(check(number) for check in CHECKS.values())


DATES = (
    ("12.03.1984", 0, True),
    ("1984-03-12", 0, True),
    ("3/25/1984", 0, True),
    ("25/3/84", 0, True),
    ("1.1.25", 0, True),
    ("12. März 1984", 0, True),
    ("March 12, 1984", 0, True),
    ("32.03.1984", 0, False),
    ("13/13/1984", 0, False),
    ("0.3.1984", 0, False),
    ("12.03.1884", 0, False),
    ("12.03.2030", 0, False),
    ("12.03.2025", 2, False),
    ("12.03.2024", 2, True),
    ("99. März 1984", 0, False),
    ("12031984", 0, True),
    ("19840312", 0, True),
    ("20122012", 0, True),
    ("32131984", 0, False),
    ("yesterday", 0, False),
)


@pytest.mark.parametrize(("written", "youngest", "right"), DATES)
def test_a_birth_date_is_a_date_of_a_life(written: str, youngest: int, right: bool) -> None:
    assert is_birth_date(written, 2026, youngest=youngest) is right
