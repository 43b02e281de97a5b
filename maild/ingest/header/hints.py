"""Where a mail was delivered, as the servers on its way noted it: `delivered_to(headers)`. Hints, never trusted."""

from __future__ import annotations

from typing import Final

from maild.ingest.header.addresses import normal_address
from maild.ingest.header.headers import Headers
from maild.model import Hint

NOTED_IN: Final = (
    "delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "x-envelope-to", "x-rcpt-to", "x-forwarded-to",
)  # fmt: skip
"""Postfix, Dovecot, Exim, Fastmail and Google write these; the last two also forwarders and fetchers."""
MOST_OF_EACH = 20


def delivered_to(headers: Headers) -> tuple[Hint, ...]:
    """Normalised addresses with the names of their fields in lower case, each pair once, in the order of the names."""
    values = [(name, value) for name in NOTED_IN for value in headers.all(name)[:MOST_OF_EACH]]
    found = ((name, normal_address(value.strip(" \t<>"))) for name, value in values)
    return tuple(dict.fromkeys(Hint(name, address) for name, address in found if address))
