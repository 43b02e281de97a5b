"""Encoded words (RFC 2047) and base64, in all the forms they really come in: `decode_words`, `base64_bytes`.

In: text of a header, or bytes of a body; out: letters, or bytes. Laws: linear, never raises; what is no encoded word
stays as it is written.
"""

from __future__ import annotations

import binascii
import re

from maild.ingest.mime import charsets

MOST_PIECES = 100_000
# A bare question mark belongs to the text unless "=" stands on either side of it; "?=20" goes on if the word does.
_ENCODED_WORD = re.compile(
    r"=\?[ ]?([^?\s*]{0,64})(?:\*[^?\s]{0,40})?[ ]?\?(?:([bB])\?([^?]*)|"
    r"([qQ])\?((?:[^?]++|(?<!=)\?(?!=)|(?<!=)\?(?==[0-9A-Fa-f]{2}[^\s?]*\?=))*+))\?="
)


def decode_words(value: str) -> str:
    """Encoded words become letters; neighbours of one charset are joined first, as senders split inside a letter."""
    pieces: list[str] = []
    pending: list[bytes] = []
    charset, place = "", 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[place : word.start()]
        if pending and (word[1].lower() != charset or between.strip()):
            pieces.append(charsets.decode(b"".join(pending), charset, guess=False))
            pending = []
        if between.strip() or place == 0:
            pieces.append(between)
        charset, place = word[1].lower(), word.end()
        pending.append(_word_bytes(word[2] or word[4], word[3] or word[5] or "", charset))
    if pending:
        pieces.append(charsets.decode(b"".join(pending), charset, guess=False))
    pieces.append(value[place:])
    return "".join(pieces)


def _word_bytes(encoding: str, text: str, charset: str) -> bytes:
    # No base64 begins with padding: it was meant to be the other encoding.
    if encoding in "bB" and not text.startswith("="):
        return base64_bytes(text.encode("ascii", "replace"))
    # Spaces are not allowed inside, yet common; a2b_qp(header=True) reads "_" as space (RFC 2047 4.2).
    return binascii.a2b_qp(_raw_bytes(text, charset), header=True)


def _raw_bytes(text: str, charset: str) -> bytes:
    """Raw 8-bit letters inside an encoded word (Eudora) are of its charset."""
    try:
        return text.encode("ascii" if text.isascii() else charsets.codec(charset) or "utf-8")
    except UnicodeError:
        return text.encode("utf-8", "surrogateescape")


def base64_bytes(data: bytes) -> bytes:
    """Base64 as it comes: padding missing or in the middle (pieces put together), foreign letters. Never raises."""
    padding = data.find(b"=")
    if not 0 <= padding < len(data.rstrip(b"=\r\n \t")):
        return _base64_piece(data)
    if data.count(b"=") > MOST_PIECES:
        return _base64_piece(data.replace(b"=", b""))
    return b"".join(_base64_piece(piece) for piece in data.split(b"=") if len(piece) > 1)


def _base64_piece(data: bytes) -> bytes:
    for filler in (b"", b"==", b"A=="):
        try:
            return binascii.a2b_base64(data + filler)
        except binascii.Error:
            continue
    return b""
