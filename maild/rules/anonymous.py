"""A mail's words without the people in them, so that they may stand in a rule's example.

In: text, and the names of those whom it may speak of; out: text of the same shape. Addresses become one of nobody's,
names `Somebody`, digits of phone numbers, accounts and other long numbers zeros. Pure. What no list of names knows
stays: whoever keeps the example looks it through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from maild.directory.shared import is_shared
from maild.model import Address

STRANGER = "somebody@elsewhere.example"
SOMEBODY = "Somebody"
SHORTEST_NAME = 3
ADDRESS = re.compile(r"[^\s<>()\[\]{},;:\"'`]+@[^\s<>()\[\]{},;:\"'`]*\w")
ACCOUNT = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?(?!\w)")
"""The form of an IBAN (ISO 13616); the words `no12 this that` have it too, but not its digits."""
NUMBER = re.compile(r"\d(?:[\d ()/.\-]*\d)?")
LONG_RUN = re.compile(r"\d{5}")
MANY_DIGITS = 7
NAME = re.compile(r"[^\W\d_]+")
AGAIN = re.compile(rf"{SOMEBODY}(?:[ -]{SOMEBODY})+")


def anonymous(text: str, names: frozenset[str]) -> str:
    """The text without addresses, these names and long numbers."""
    text = ADDRESS.sub(STRANGER, text)
    text = NUMBER.sub(_blacked, ACCOUNT.sub(_blacked_account, text))
    return AGAIN.sub(SOMEBODY, NAME.sub(lambda word: SOMEBODY if word[0] in names else word[0], text))


def names_of(people: Iterable[Address]) -> frozenset[str]:
    """The parts of their names, and those that their addresses tell: `Archer`, of `ada.archer@acme.example` too."""
    return frozenset(name for one in people for name in _names(one) if len(name) >= SHORTEST_NAME)


def _names(one: Address) -> Iterator[str]:
    yield from NAME.findall(one.name)
    if one.address and not is_shared(one.address):
        yield from (part.capitalize() for part in NAME.findall(one.address.partition("@")[0]))


def _blacked(found: re.Match[str]) -> str:
    """Zeros in place of digits, so that a pattern for so many digits still finds them."""
    long = LONG_RUN.search(found[0]) or sum(map(str.isdigit, found[0])) >= MANY_DIGITS
    return re.sub(r"\d", "0", found[0]) if long else found[0]


def _blacked_account(found: re.Match[str]) -> str:
    if sum(map(str.isdigit, found[0])) < MANY_DIGITS:
        return found[0]
    return re.sub(r"[^\W\d_]", "X", re.sub(r"\d", "0", found[0]))
