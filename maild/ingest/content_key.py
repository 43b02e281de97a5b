"""The key by which one mail is known over all its routes (law 5): `content_key(headers, root)`.

A SHA-256 over the decoded identifying headers and every decoded leaf with its content type and file name.
Laws: transfer encodings, line ends, trailing white space, header folding and trace headers do not count (relays change
them), nor does Postfix's wrapping of lines beyond 998 octets; every other difference does. Fields are length-prefixed,
so no two contents can be arranged into one key.
"""

from __future__ import annotations

import hashlib

from maild.ingest.header.headers import Headers, decoded
from maild.ingest.mime import charsets
from maild.ingest.parts.structure import Part, leaves

IDENTIFYING = ("from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references")
WRAPPED_AT = 990
_ASCII_COMPATIBLE = frozenset({"", "utf-8", "cp1252"})


def content_key(headers: Headers, root: Part) -> str:
    """64 hexadecimal digits."""
    digest = hashlib.sha256(b"maild content key 1")
    for name in IDENTIFYING:
        for value in headers.all(name):
            _add(digest, name.encode(), " ".join(decoded(value).split()).encode("utf-8", "replace"))
    for leaf in leaves(root):
        title = f"{leaf.content_type}\n{leaf.filename}".encode("utf-8", "replace")
        _add(digest, title, _content(leaf))
    return digest.hexdigest()


def lasts(headers: Headers) -> bool:
    """Without Date or Message-ID two honest mails may be equal: then the key counts for 24 hours only."""
    return bool(headers.first("date") and headers.first("message-id"))


def _add(digest: hashlib._Hash, *fields: bytes) -> None:
    for field in fields:
        digest.update(b"%d:" % len(field))
        digest.update(field)


def _content(leaf: Part) -> bytes:
    data = leaf.data.replace(b"\r\n", b"\n") if b"\r" in leaf.data else leaf.data
    if not leaf.content_type.startswith("text/"):
        return data
    if data.isascii() and charsets.codec(leaf.charset) in _ASCII_COMPATIBLE:
        return _normal_text(data)
    return _normal_text(charsets.decode(data, leaf.charset, guess=False).encode("utf-8", "replace"))


def _normal_text(text: bytes) -> bytes:
    if len(text) > WRAPPED_AT and b"\n " in text:
        text = _unwrapped(text)
    if b" \n" in text or b"\t\n" in text:
        text = b"\n".join(line.rstrip() for line in text.split(b"\n"))
    return text.rstrip()


def _unwrapped(text: bytes) -> bytes:
    """Joins lines of WRAPPED_AT octets or more with the next one, where that starts with a space."""
    first, *rest = text.split(b"\n ")
    pieces, last = [first], len(first) - first.rfind(b"\n") - 1
    for piece in rest:
        is_wrapped = last >= WRAPPED_AT
        pieces += (piece,) if is_wrapped else (b"\n ", piece)
        # The space of a line that was not wrapped is its own.
        last = len(piece) - piece.rfind(b"\n") - 1 + (not is_wrapped and b"\n" not in piece)
    return b"".join(pieces)
