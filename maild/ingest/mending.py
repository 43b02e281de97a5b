"""A header with lines that are none is mended, once: `mended(raw)`; b"" where there is nothing to gain.

The standard library ends the header at such a line, and with it go From and Subject. Mended are fields with a space
before the colon (RFC 5322 4.5 allowed it), continuations that lost their indent, and rubbish above the first field.
Law: done only where a line of the block beneath is a field every mail has, so that no body becomes a header.
"""

from __future__ import annotations

import re

from maild.ingest.limits import HEADER_BLOCK, header_end

_FIELD = re.compile(rb"(?:From |[!-9;-~]+:)")
_SPACED = re.compile(rb"([!-9;-~]{1,70})[ \t]+:")
_EVERY_MAIL = re.compile(rb"^(?:from|to|subject|date|message-id|received)[ \t]*:", re.IGNORECASE | re.MULTILINE)


def mended(raw: bytes) -> bytes:
    end = header_end(raw, HEADER_BLOCK)
    lines = raw[:end].splitlines(keepends=True)
    broken = next((place for place, line in enumerate(lines) if not _sound(line)), len(lines))
    if not _EVERY_MAIL.search(b"".join(lines[broken:])):
        return b""
    kept: list[bytes] = []
    for line in lines:
        line = line if _sound(line) else _mended_line(line)
        if kept or not line.startswith((b" ", b"\t")):
            kept.append(line)
    return b"".join(kept) + raw[end:]


def _sound(line: bytes) -> bool:
    return line[:1] in (b" ", b"\t") or _FIELD.match(line) is not None


def _mended_line(line: bytes) -> bytes:
    spaced = _SPACED.match(line)
    return spaced[1] + b":" + line[spaced.end() :] if spaced else b" " + line
