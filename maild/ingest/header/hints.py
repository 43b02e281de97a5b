"""Where a mail was delivered, as the servers on its way noted it: `delivered_to(headers)`. Hints, never trusted."""

from __future__ import annotations

from maild.ingest.header.addresses import normal_address
from maild.ingest.header.headers import Headers

NOTED_IN = ("delivered-to", "x-original-to", "envelope-to")
MOST_OF_EACH = 20


def delivered_to(headers: Headers) -> tuple[str, ...]:
    """Normalised, each once, in the order of the fields."""
    values = [value for name in NOTED_IN for value in headers.all(name)[:MOST_OF_EACH]]
    return tuple(dict.fromkeys(filter(None, (normal_address(value.strip(" \t<>")) for value in values))))
