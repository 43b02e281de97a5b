"""Addresses that stand in texts, so that whoever is erased later is found where nobody can look any more.

In: a text; out: every address that a look for it as a whole would find there (`wording`), in small letters. Law: rather
one too many than one too few: where an address begins is a matter of opinion, so each possible beginning counts. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_LOCAL = 256
"""Characters; RFC 5321, 4.5.3.1.1 allows 64, and mailing lists more."""
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+$")
"""What may stand before the @ without quotation marks: RFC 5322, 3.2.3, and letters of RFC 6531."""
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_BEGINNING = re.compile(r"(?<![\w.+-])(?=.)")


def addresses_in(text: str) -> Iterator[str]:
    """Each @ is looked at, and what stands around it."""
    at = text.find("@")
    while at >= 0:
        local, domain = _LOCAL.search(text, max(0, at - LONGEST_LOCAL), at), _DOMAIN.match(text, at + 1)
        if local and domain:
            for beginning in _BEGINNING.finditer(local[0]):
                yield f"{local[0][beginning.start() :]}@{domain[0]}".lower()
        at = text.find("@", at + 1)
