"""Numbers that check themselves: is this a real one? In: a number as it is written; out: yes or no. Pure.

Laws: blanks and dots between the digits do not count; whatever has another form than the scheme's is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

_BETWEEN = re.compile(r"[\s.\u00a0-]+")
_TAX_ID = re.compile(r"[1-9][0-9]{10}")
_HEALTH = re.compile(r"[A-Z][0-9]{9}")
_PENSION = re.compile(r"(?!0[01])[0-9]{2}(?P<day>[0-9]{2})(?P<month>[0-9]{2})[0-9]{2}[A-Z][0-9]{3}")
_BSN = re.compile(r"[0-9]{8,9}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
PENSION_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
# ISO 13616, from the registry of those who use it in Europe and around: the letters of a country and the length.
IBAN_LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("NO",), 15),
        **dict.fromkeys(("BE",), 16),
        **dict.fromkeys(("DK", "FI", "FO", "GL", "NL"), 18),
        **dict.fromkeys(("MK", "SI"), 19),
        **dict.fromkeys(("AT", "BA", "EE", "LT", "LU", "XK"), 20),
        **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
        **dict.fromkeys(("BG", "DE", "GB", "GE", "IE", "ME", "RS"), 22),
        **dict.fromkeys(("AE", "GI", "IL"), 23),
        **dict.fromkeys(("AD", "CZ", "ES", "MD", "RO", "SA", "SE", "SK"), 24),
        **dict.fromkeys(("PT",), 25),
        **dict.fromkeys(("IS", "TR"), 26),
        **dict.fromkeys(("FR", "GR", "IT", "MC", "SM"), 27),
        **dict.fromkeys(("AL", "AZ", "CY", "HU", "LB", "PL"), 28),
        **dict.fromkeys(("UA",), 29),
        **dict.fromkeys(("MT",), 31),
    }
)


class Check(StrEnum):
    """The scheme of a number."""

    TAX_ID = "tax-id"
    HEALTH_INSURANCE = "health-insurance"
    PENSION_INSURANCE = "pension-insurance"
    BSN = "bsn"
    IBAN = "iban"


def is_tax_id(written: str) -> bool:
    """A German Steuer-ID: eleven digits, the last by ISO 7064 MOD 11,10. Of the first ten, one digit stands twice or
    three times, though never three times in a row, and no other stands twice."""
    number = plain(written)
    return bool(_TAX_ID.fullmatch(number)) and _repeats_well(number[:10]) and mod_11_10(number[:10]) == number[10]


def is_health_insurance(written: str) -> bool:
    """A German Krankenversichertennummer (section 290 SGB V), its part that lasts for life: a letter, eight digits, and
    a check digit by the formula of Luhn with the weights 1 and 2; the letter counts as its place, 01 to 26."""
    number = plain(written)
    return bool(_HEALTH.fullmatch(number)) and weighed(_of_letter(number[0]) + number[1:9], (1, 2) * 5) == number[9]


def is_pension_insurance(written: str) -> bool:
    """A German Rentenversicherungsnummer (VKVV, section 2): office, birth date, letter, serial number, check digit."""
    number = plain(written)
    found = _PENSION.fullmatch(number)
    # 32 and more is added to the day where all numbers of a day are used up.
    if found is None or not 1 <= int(found["month"]) <= 12 or int(found["day"]) == 0:
        return False
    return weighed(number[:8] + _of_letter(number[8]) + number[9:11], PENSION_WEIGHTS) == number[11]


def is_bsn(written: str) -> bool:
    """A Dutch burgerservicenummer: nine digits, or eight where the first would be 0, and the sum of digits by their
    place, the last one counted as -1, is a multiple of eleven."""
    number = plain(written).zfill(9)
    if not _BSN.fullmatch(number) or not int(number):
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 11 == 0


def is_iban(written: str) -> bool:
    """ISO 13616: as long as its country's are, and 1 modulo 97 with the first four signs at the end, A to Z as 10 to
    35 (ISO 7064 MOD 97-10). Small letters are capitals."""
    number = plain(written).upper()
    if not _IBAN.fullmatch(number) or IBAN_LENGTHS.get(number[:2]) != len(number):
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


CHECKS: Mapping[Check, Callable[[str], bool]] = MappingProxyType(
    {
        Check.TAX_ID: is_tax_id,
        Check.HEALTH_INSURANCE: is_health_insurance,
        Check.PENSION_INSURANCE: is_pension_insurance,
        Check.BSN: is_bsn,
        Check.IBAN: is_iban,
    }
)


def plain(written: str) -> str:
    """The number without what only parts it for the eye."""
    return _BETWEEN.sub("", written)


def mod_11_10(digits: str) -> str:
    """The check digit of ISO 7064 MOD 11,10 for these digits."""
    product = 10
    for digit in digits:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def weighed(digits: str, weights: tuple[int, ...]) -> str:
    """The last digit of the sum of the products' digits."""
    products = (int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return str(sum(product // 10 + product % 10 for product in products) % 10)


def _of_letter(letter: str) -> str:
    return f"{ord(letter) - ord('A') + 1:02}"


def _repeats_well(ten: str) -> bool:
    times = Counter(ten)
    often = [digit for digit, count in times.items() if count > 1]
    return len(often) == 1 and times[often[0]] <= 3 and often[0] * 3 not in ten
