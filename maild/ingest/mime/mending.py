"""A header with lines that are none is mended, once: `mended(raw)`; b"" where there is nothing to gain.
A multipart whose boundary is not the declared one gets its own: `real_boundary(raw)`.

The standard library ends the header at such a line, and with it go From and Subject. Mended are fields with a space
before the colon (RFC 5322 4.5 allowed it), continuations that lost their indent, and rubbish above the first field.
Law: done only where a line of the block beneath is a field every mail has, so that no body becomes a header.
"""

from __future__ import annotations

import re

from maild.ingest.mime.limits import HEADER_BLOCK, header_end

_FIELD = re.compile(rb"(?:From (?!:)|[!-9;-~]+:)")
_SPACED = re.compile(rb"([!-9;-~]{1,70})[ \t]+:")
_COMPLETE = re.compile(rb"(?:from|to|cc|reply-to|sender|return-path|date|message-id)[ \t]*:", re.IGNORECASE)
LOOKED_AT_FOR_BOUNDARY = 64 * 1024
_DELIMITER = re.compile(rb"\n--([\w'()+,./:=?-]{1,70})[ \t]*\r?\n(?=\r?\n|content-)", re.ASCII | re.IGNORECASE)
_EVERY_MAIL = re.compile(rb"^(?:from|to|subject|date|message-id|received)[ \t]*:", re.IGNORECASE | re.MULTILINE)


def mended(raw: bytes) -> bytes:
    end = header_end(raw, HEADER_BLOCK)
    lines = raw[:end].splitlines(keepends=True)
    broken = next((place for place, line in enumerate(lines) if not _sound(line)), len(lines))
    if not _EVERY_MAIL.search(b"".join(lines[broken:])):
        return b""
    kept: list[bytes] = []
    field = b""
    for line in lines:
        if not _sound(line):
            line = b"" if _is_rubbish(field, line) else _mended_line(line)
        if line[:1] not in (b" ", b"\t", b""):
            field = line
        if line and field:
            kept.append(line)
    return b"".join(kept) + raw[end:]


def is_spaced_author(raw: bytes) -> bool:
    """`From : x` is a field with a space before its colon, and to the standard library the first line of an mbox."""
    return raw.startswith(b"From :") or raw.find(b"\nFrom :", 0, header_end(raw, HEADER_BLOCK)) >= 0


def real_boundary(raw: bytes) -> str:
    """The boundary a multipart uses where its header names none or another: its first line with two dashes at the
    start and a header field or an empty line below, if it comes again. "" if there is none."""
    body = raw[header_end(raw, HEADER_BLOCK) :][:LOOKED_AT_FOR_BOUNDARY]
    found = _DELIMITER.search(body)
    if found is None or body.count(b"\n--" + found[1]) < 2:
        return ""
    return found[1].decode("ascii")


def _sound(line: bytes) -> bool:
    return line[:1] in (b" ", b"\t") or _FIELD.match(line) is not None


def _is_rubbish(field: bytes, line: bytes) -> bool:
    """What holds no address goes on with no field of addresses, and nothing goes on with a date or an id."""
    return b"@" not in line and not _SPACED.match(line) and _COMPLETE.match(field) is not None


def _mended_line(line: bytes) -> bytes:
    spaced = _SPACED.match(line)
    return spaced[1] + b":" + line[spaced.end() :] if spaced else b" " + line
