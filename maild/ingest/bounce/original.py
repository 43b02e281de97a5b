"""Which mail of ours a report is about: `original_id(parts, text, headers)`, the Message-ID or "".

Asked in order: the returned part (whole or only its header, in any transfer encoding); the report's own field for it;
the copy in its texts, quoted or indented; what the report answers, as many mail servers set In-Reply-To.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from maild.cleaning import clean_header
from maild.ingest.bounce.status import LOOKED_AT
from maild.ingest.header.headers import Headers, message_ids
from maild.ingest.header.scan import noted
from maild.ingest.parts.structure import Part, transferred

RETURNED = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers",
     "message/partial", "text/rfc822", "message/rfc-822"}
)  # fmt: skip
MOST_PARTS = 20
_NAMED = re.compile(r"^[>| \t]{0,40}(?:X-)?Original-Message-Id:\s{0,9}(<[^<>\s]{3,300}>)", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"^[>| \t]{0,40}Message-Id:[>|\s]{0,20}(<[^<>\s]{3,300}>)", re.IGNORECASE | re.MULTILINE)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\r\n]{200,}")


def original_id(parts: list[Part], text: str, headers: Headers) -> str:
    return clean_header(_original_id(parts, text, headers))


def _original_id(parts: list[Part], text: str, headers: Headers) -> str:
    returned = (part for part in parts if part.content_type in RETURNED)
    return (
        _first(found for part in returned for found in _ids_of(part.data))
        or _first(headers.all("x-original-message-id"))
        or _matched(_NAMED, _texts(parts, text))
        or _matched(_QUOTED, _texts(parts, text))
        or _first(message_ids(headers.first("in-reply-to"))[:1])
        or _first(message_ids(headers.first("references"))[-1:])
    )


def _texts(parts: list[Part], text: str) -> Iterator[str]:
    """What can be read: the body, then every part that holds text, the first of which may be the body again."""
    yield text
    yield from (part.text() for part in parts[:MOST_PARTS] if part.content_type.startswith(("text/", "message/")))


def _ids_of(data: bytes) -> list[str]:
    """Of the mail itself; of one whose transfer encoding was not undone, as some reports do not declare it."""
    found = [noted(data)[0]]
    if not found[0] and _BASE64.match(data[:LOOKED_AT].decode("latin-1")):
        found.append(noted(transferred(data[:LOOKED_AT].decode("latin-1"), "base64"))[0])
    return found


def _first(values: Iterable[str]) -> str:
    return next((found for value in values for found in message_ids(value)), "")


def _matched(pattern: re.Pattern[str], texts: Iterable[str]) -> str:
    return next((found[1] for text in texts if (found := pattern.search(text[:LOOKED_AT]))), "")
