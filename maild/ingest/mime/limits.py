"""Bounds within which a mail is read: bytes in, `UnparsableMail` with a typed cause out, or nothing.

Laws: the checks before parsing are single passes over the bytes, without recursion and without the email package;
what they cannot see (parts, nesting) is counted while the parser runs (`sealed.SealedPart`). A header that is
too large because of a few endless values is read with these cut (`fitted`): a list of 40,000 recipients is an honest
mail. No cut leaves half an address, which could be somebody else's.
Sightings: 40,000 encoded words take the standard library 17 s, 32,000 addresses 9 s, 100,000 empty parts 9.5 s
(cpython gh-136063); 1,000 nested multiparts end in RecursionError; 400,000 lines inside 49 multiparts take 4 s, as
every line is held against every boundary; 400,000 fields in the header of a part 4.4 s. Postfix: header_size_limit,
mime_nesting_limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from maild.errors import UnparsableMail

KIBIBYTE = 1024
HEADER_BLOCK = 256 * KIBIBYTE
HEADER_FIELDS = 1000
HEADER_VALUE = 16 * KIBIBYTE
PARTS = 500
PART_FIELDS = 10_000
"""Header fields of all parts together."""
DEPTH = 50
BOUNDARY_TESTS = 5_000_000
"""Lines of a mail times its multiparts: so often the parser asks whether a line is a boundary, at 0.2 us."""
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


@dataclass(frozen=True, slots=True)
class Fitted:
    """A mail whose header can be read, and the names of the fields whose values were cut for that."""

    raw: bytes
    cut: tuple[str, ...] = ()


def header_end(raw: bytes, limit: int | None = None) -> int:
    """Offset behind the last header line: before the first empty line, or the end of what was looked at."""
    stop = len(raw) if limit is None else min(limit, len(raw))
    # An empty line may end in CR, LF or both, as may the line before it; the parser takes all of them.
    for empty_line in (b"\n\r", b"\n\n", b"\r\r"):
        found = raw.find(empty_line, 0, stop)
        if found >= 0:
            stop = found + 1
    return stop


def fitted(raw: bytes) -> Fitted:
    """The mail from its first field on, values of more than HEADER_VALUE bytes cut. Refuses what is still too large."""
    check_lines(raw)
    raw = raw.lstrip(b"\r\n") if raw[:1] in (b"\r", b"\n") else raw
    end = header_end(raw, HEADER_VALUE)
    if end < HEADER_VALUE and raw.count(b"\n", 0, end) + raw.count(b"\r", 0, end) <= HEADER_FIELDS:
        return Fitted(raw)
    fields = list(_fields(raw))
    short = [_short(field) for field in fields]
    if sum(map(len, short)) > HEADER_BLOCK:
        raise beyond(Cause.HEADER, f"header of more than {HEADER_BLOCK} bytes")
    cut = [_name(before) for before, after in zip(fields, short, strict=True) if after is not before]
    if not cut:
        return Fitted(raw)
    return Fitted(b"".join((*short, raw[sum(map(len, fields)) :])), tuple(dict.fromkeys(cut)))


# A field with the lines that continue it. Possessive, so in one pass.
_FIELD = re.compile(rb"(?:From |[!-9;-~]*+[ \t]*+:)[^\r\n]*+(?:\r\n|\r|\n|\Z)(?:[ \t][^\r\n]*+(?:\r\n|\r|\n|\Z))*+")
_LAST_WORD = re.compile(rb"[,;\s][^,;\s]*\Z")
_LONGEST_WORD = 1000
# No grammar reads this as the end of a list: who may stand behind the cut must not vanish (reliability D02).
_MORE_AUTHORS = b", <@"


def _fields(raw: bytes) -> Iterator[bytes]:
    """Field by field until a line that is none: there the parser ends the header, too."""
    end, place = header_end(raw), 0
    for _ in range(HEADER_FIELDS):
        field = _FIELD.match(raw, place, end)
        if field is None:
            return
        yield field[0]
        place = field.end()
    if _FIELD.match(raw, place, end):
        raise beyond(Cause.HEADER, f"more than {HEADER_FIELDS} header fields")


def _short(field: bytes) -> bytes:
    """The field itself, or its beginning; of References its end, where the parent stands (RFC 5322 3.6.4)."""
    if len(field) <= HEADER_VALUE:
        return field
    tail = field.find(b"<", len(field) - HEADER_VALUE + 100) if field[:11].lower() == b"references:" else -1
    if tail > 0:
        return b"References: " + field[tail:]
    kept = field[: HEADER_VALUE - len(_MORE_AUTHORS) - 2]
    word = _LAST_WORD.search(kept, len(kept) - _LONGEST_WORD)
    kept = (kept[: word.start()] if word else kept).rstrip()
    return kept + (_MORE_AUTHORS if _name(field).lower() == "from" else b"") + b"\r\n"


def _name(field: bytes) -> str:
    """For people: "To"."""
    return field.partition(b":")[0][:40].decode("ascii", "replace").strip()


def check_lines(raw: bytes) -> None:
    if len(raw) <= LINES:
        return
    lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    if lines > LINES:
        raise beyond(Cause.UNREADABLE, f"{lines} lines, limit {LINES}")
