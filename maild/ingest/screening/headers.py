"""Headers of the server in front -> verdicts: `said_in_headers(configured, raw)`. Pure.

Laws: only the topmost field of a name counts: servers write on top, and ours has removed what came from outside. At
most HEADER_BLOCK bytes of header are looked at, in linear time (RE2); what has no such field has no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from maild.cleaning import clean_header
from maild.ingest.header.headers import decoded
from maild.ingest.mime.limits import HEADER_BLOCK, header_end
from maild.model import Finding, Verdict
from maild.patterns.regex import pattern
from maild.settings import SpamHeader

LONGEST_VALUE = 4096
LONGEST_TEXT = 200
_FOLD = re.compile(rb"\r\n|[\r\n]")


def said_in_headers(configured: Sequence[SpamHeader], raw: bytes) -> tuple[Verdict, ...]:
    """One verdict for each header that is there and means something. Patterns have been checked at loading."""
    if not configured:
        return ()
    raw = raw.lstrip(b"\r\n")
    return tuple(_verdicts(configured, raw[: header_end(raw, HEADER_BLOCK)]))


def _verdicts(configured: Sequence[SpamHeader], head: bytes) -> Iterator[Verdict]:
    for header in configured:
        value = topmost(head, header.name)
        if value is not None and pattern(header.value).search(value):
            yield Verdict(f"header {header.name}", Finding(header.means), shortened(value))


def topmost(head: bytes, name: str) -> str | None:
    """The value of the first field of this name, unfolded and decoded; None where there is none."""
    found = _field(name.lower()).search(head)
    if found is None:
        return None
    return decoded(_FOLD.sub(b"", found[1][:LONGEST_VALUE]).decode("utf-8", "replace").strip())


@lru_cache(maxsize=64)
def _field(name: str) -> re.Pattern[bytes]:
    # A field with the lines that continue it. Possessive, so in one pass.
    written = rb"(?:\A|[\r\n])%b[ \t]*:([^\r\n]*+(?:(?:\r\n|[\r\n])[ \t][^\r\n]*+)*+)" % re.escape(name.encode())
    return re.compile(written, re.IGNORECASE)


def shortened(text: str) -> str:
    """What somebody else wrote, as it may stand in a reason."""
    return clean_header(text)[:LONGEST_TEXT].rstrip()
