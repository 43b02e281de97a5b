"""Numbers of no living person, with right check digits, made here from a seed."""

from __future__ import annotations

from random import Random

from maild.privacy.digits import IBAN_LENGTHS, PENSION_WEIGHTS, is_bsn, mod_11_10, weighed


def a_tax_id(chance: Random) -> str:
    """One digit stands twice among the first ten, another one not at all."""
    digits = chance.sample("0123456789", 10)
    twice, never = digits[0], digits[1]
    body = [twice if digit == never else digit for digit in digits]
    while body[0] == "0":
        chance.shuffle(body)
    first = "".join(body)
    return first + mod_11_10(first)


def a_health_number(chance: Random) -> str:
    letter, digits = chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), _digits(chance, 8)
    return letter + digits + weighed(f"{ord(letter) - 64:02}{digits}", (1, 2) * 5)


def a_pension_number(chance: Random) -> str:
    office, letter, serial = f"{chance.randint(10, 89)}", chance.choice("ABCDEFGHKLMNOPRSTUVWZ"), _digits(chance, 2)
    born = f"{chance.randint(1, 28):02}{chance.randint(1, 12):02}{chance.randint(0, 99):02}"
    check = weighed(f"{office}{born}{ord(letter) - 64:02}{serial}", PENSION_WEIGHTS)
    return f"{office}{born}{letter}{serial}{check}"


def a_bsn(chance: Random) -> str:
    while not is_bsn(number := str(chance.randint(100_000_000, 299_999_999))):
        pass
    return number


def an_iban(chance: Random, country: str = "DE") -> str:
    """With a bank of four letters where the country's have one."""
    bank = chance.choice(("ABNA", "INGB", "RABO")) if country in ("NL", "GB") else ""
    account = bank + _digits(chance, IBAN_LENGTHS[country] - 4 - len(bank))
    rest = int("".join(str(int(sign, 36)) for sign in f"{account}{country}00")) % 97
    return f"{country}{98 - rest:02}{account}"


def in_groups(number: str, *sizes: int, by: str = " ") -> str:
    """The number in groups of these sizes; the last size counts for all that follow."""
    parts, at, sizes = [], 0, sizes or (4,)
    while at < len(number):
        size = sizes[min(len(parts), len(sizes) - 1)]
        parts.append(number[at : at + size])
        at += size
    return by.join(parts)


def _digits(chance: Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))
