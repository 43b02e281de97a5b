"""A glance at raw bytes: which Message-ID a mail has, and which mail it answers. `noted(raw)`.

Used where mail is accepted (law 6), so: no parsing, no email package, at most the first 64 KiB of the header.
The ids are canonical as `headers.message_ids` makes them, so that they meet those of a full parse.
"""

from __future__ import annotations

from maild.ingest.header.headers import message_ids

LOOKED_AT = 64 * 1024
LONGEST_VALUE = 16 * 1024


def noted(raw: bytes) -> tuple[str, str]:
    """(message id, parent id); the parent is the first id of In-Reply-To, else the last of References; "" for none."""
    head = _header(raw.lstrip(b"\r\n") if raw[:1] in (b"\r", b"\n") else raw)
    folded = head.lower()
    own = message_ids(_value(head, folded, b"message-id"))
    parents = message_ids(_value(head, folded, b"in-reply-to"))
    if parents:
        return (own[0] if own else ""), parents[0]
    ancestors = message_ids(_value(head, folded, b"references"))
    return (own[0] if own else ""), (ancestors[-1] if ancestors else "")


def _header(raw: bytes) -> bytes:
    """The header block behind one newline, so that every field starts after one."""
    first = raw.find(b"\n", 0, LOOKED_AT)
    crlf = first > 0 and raw[first - 1 : first] == b"\r"
    end = raw.find(b"\n\r\n" if crlf else b"\n\n", 0, LOOKED_AT)
    return b"\n" + raw[: LOOKED_AT if end < 0 else end]


def _value(head: bytes, folded: bytes, name: bytes) -> str:
    """The first field of this name, with its continuation lines; white space is left to the reader of ids."""
    place = folded.find(b"\n" + name)
    while place >= 0:
        colon = place + 1 + len(name)
        start = folded.find(b":", colon, colon + 20)
        if start >= 0 and not folded[colon:start].strip(b" \t"):
            return _cut(name, head[start + 1 : _value_end(head, start)]).strip().decode("latin-1")
        place = folded.find(b"\n" + name, colon)
    return ""


def _cut(name: bytes, value: bytes) -> bytes:
    """The parent stands at the end of References (RFC 5322 3.6.4), everything else at the beginning."""
    return value[-LONGEST_VALUE:] if name == b"references" else value[:LONGEST_VALUE]


def _value_end(head: bytes, start: int) -> int:
    end = head.find(b"\n", start)
    while end >= 0 and head[end + 1 : end + 2] in (b" ", b"\t"):
        end = head.find(b"\n", end + 1)
    return len(head) if end < 0 else end
