"""Bounds within which a mail is read: bytes in, `UnparsableMail` with a typed cause out, or nothing.

Laws: the checks before parsing are single passes over the bytes, without recursion and without the email package;
what they cannot see (parts, nesting) is counted while the parser runs (`structure.SealedPart`).
Sightings: 40,000 encoded words take the standard library 17 s, 32,000 addresses 9 s, 100,000 empty parts 9.5 s
(cpython gh-136063); 1,000 nested multiparts end in RecursionError. Postfix: header_size_limit, mime_nesting_limit.
"""

from __future__ import annotations

from enum import StrEnum

from maild.errors import UnparsableMail

KIBIBYTE = 1024
HEADER_BLOCK = 256 * KIBIBYTE
HEADER_FIELDS = 1000
HEADER_VALUE = 16 * KIBIBYTE
PARTS = 500
DEPTH = 50
LINES = 500_000
"""Lines of a whole mail; 25 MiB of base64 has 340,000. The parser needs about 0.6 us for each."""
CODED_TEXT = 1024 * KIBIBYTE
"""Bytes of one text part that are shown as text; the rest stays in the raw mail."""


class Cause(StrEnum):
    """Why a mail is not read; the typed causes of a quarantine."""

    HEADER = "header-too-large"
    PARTS = "too-many-parts"
    DEPTH = "too-deep"
    UNREADABLE = "unreadable"


def beyond(cause: Cause, detail: str) -> UnparsableMail:
    return UnparsableMail(cause.value, detail)


def header_end(raw: bytes, limit: int | None = None) -> int:
    """Offset behind the last header line: before the first empty line, or the end of what was looked at."""
    stop = len(raw) if limit is None else min(limit, len(raw))
    for empty_line in (b"\n\r\n", b"\n\n", b"\r\r"):
        found = raw.find(empty_line, 0, stop)
        if found >= 0:
            stop = found + 1
    return stop


def check_header_block(raw: bytes) -> None:
    """Refuses header blocks no mail server would pass on, before anything structured looks at them."""
    block = raw[: header_end(raw, HEADER_BLOCK + 4)]
    if len(block) > HEADER_BLOCK:
        raise beyond(Cause.HEADER, f"header of more than {HEADER_BLOCK} bytes")
    if block.count(b"\n") <= HEADER_FIELDS and block.count(b"\r") <= HEADER_FIELDS:
        return
    fields = sum(1 for line in block.splitlines() if line[:1] not in (b" ", b"\t", b""))
    if fields > HEADER_FIELDS:
        raise beyond(Cause.HEADER, f"{fields} header fields, limit {HEADER_FIELDS}")


def check_lines(raw: bytes) -> None:
    if len(raw) <= LINES:
        return
    lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    if lines > LINES:
        raise beyond(Cause.UNREADABLE, f"{lines} lines, limit {LINES}")
