"""Which people does a text name? Text in, addresses with the names beside them out. Pure, linear in the text's length.

Read are `Eva East <eva@acme.example>`, `Eva East, eva@acme.example` at the start of a line, and bare addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from maild.cleaning import clean_header
from maild.ingest.header.addresses import normal_address
from maild.model import Address

MOST_TEXT = 20_000
MOST_PEOPLE = 20
LONGEST_NAME = 60
_BETWEEN = re.compile(r"[\s<>()\[\]\",;:|]+")
_EDGES = "<>()[],;:|*-–—•\"' "


def people_in(text: str) -> tuple[Address, ...]:
    """Everybody who is named by address, once each, in the order of the text; at most twenty."""
    found: dict[str, Address] = {}
    for line in text[:MOST_TEXT].splitlines():
        for person in _in_line(line.replace("mailto:", "")):
            found.setdefault(person.address, person)
    return tuple(found.values())[:MOST_PEOPLE]


def _in_line(line: str) -> Iterator[Address]:
    before = 0
    for word in _BETWEEN.split(line) if "@" in line else ():
        address = normal_address(word.strip(".'"))
        if address is None:
            continue
        at = line.find(word, before)
        yield Address(_name(line[before:at]), address)
        before = at + len(word)


def _name(before: str) -> str:
    """What stands beside an address, if it can be a name."""
    name = clean_header(before).strip(_EDGES)
    words = name.split()
    is_name = len(name) <= LONGEST_NAME and len(words) <= 4 and not any(char.isdigit() for char in name)
    return name if is_name and all(word[0].isupper() for word in words) else ""
