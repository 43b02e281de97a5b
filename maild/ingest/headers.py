"""Header fields as written become text: unfolded, decoded (RFC 2047 in its broken forms too), on one line.

In: the raw (name, value) pairs of a parsed part. Out: `Headers`, whose values carry no CR, LF or NUL.
Laws: work is linear in the length of a value; a value beyond `limits.HEADER_VALUE` is cut and named in `defects`.
Sightings: raw 8-bit headers keep their letters (mail-parser 4.8 makes `'gre'` of `grüße`); an encoded word may
decode to CR LF; Outlook folds inside message ids.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator

from maild.cleaning import clean_header
from maild.ingest import charsets
from maild.ingest.limits import HEADER_VALUE

MOST_PIECES = 100_000
# A bare question mark belongs to the text unless "=" stands on either side of it; "?=20" goes on if the word does.
_ENCODED_WORD = re.compile(
    r"=\?[ ]?([^?\s*]{0,64})(?:\*[^?\s]{0,40})?[ ]?\?(?:([bB])\?([^?]*)|"
    r"([qQ])\?((?:[^?]++|(?<!=)\?(?!=)|(?<!=)\?(?==[0-9A-Fa-f]{2}[^\s?]*\?=))*+))\?="
)
_GAP = re.compile(r"[ \t\r\n]*")
_MESSAGE_ID = re.compile(r"<([^<>]{1,900})>")
_ONE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_WORD = re.compile(r"[^\s<>,;:\"()]+")
_SPACE = re.compile(r"\s+")


class Headers:
    """The fields of one part by lower-case name, in their order, unfolded but not yet decoded."""

    __slots__ = ("_fields", "defects")

    def __init__(self, pairs: Iterable[tuple[str, str]], declared: str = "") -> None:
        self._fields: dict[str, list[str]] = {}
        self.defects: list[str] = []
        for name, value in pairs:
            self._fields.setdefault(name.strip().lower(), []).append(self._readable(name, value, declared))

    def _readable(self, name: str, value: str, declared: str) -> str:
        if len(value) > HEADER_VALUE:
            self.defects.append(f"{name.strip()[:40]}: value cut at {HEADER_VALUE} characters")
            value = value[:HEADER_VALUE]
        if not value.isascii():
            value = _raw_letters(value.encode("utf-8", "surrogateescape"), declared)
            self.defects.append(f"{clean_header(name)[:40]}: raw 8-bit letters")
        if "\n" in value or "\r" in value:
            value = value.replace("\r", "").replace("\n", "")
        return value.strip()

    def all(self, name: str) -> list[str]:
        """Every value of the field, undecoded: for structured fields, whose grammar comes before RFC 2047."""
        return self._fields.get(name, [])

    def first(self, name: str) -> str:
        values = self._fields.get(name)
        return values[0] if values else ""

    def text(self, name: str) -> str:
        """The first value, decoded, on one line."""
        return decoded(self.first(name))

    def names(self) -> Iterator[str]:
        return iter(self._fields)


def _raw_letters(data: bytes, declared: str) -> str:
    """UTF-8 is what raw headers are meant to be (RFC 6532); else the charset that the mail names elsewhere."""
    try:
        return data.decode("utf-8")
    except UnicodeError:
        return charsets.decode(data, declared, guess=False)


def decoded(value: str) -> str:
    """RFC 2047 decoding of unstructured text, and cleaning."""
    return clean_header(decode_words(value)) if "=?" in value else clean_header(value)


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


def message_ids(value: str) -> tuple[str, ...]:
    """Canonical `<left@right>` ids in their order, each once. White space inside (folding) is no part of an id."""
    if _ONE_ID.fullmatch(value):
        return (value,)
    found = [_SPACE.sub("", inner) for inner in _MESSAGE_ID.findall(value)]
    if not found:
        found = [word for word in _WORD.findall(value) if "@" in word]
    return tuple(dict.fromkeys(f"<{inner}>" for inner in found if inner.isascii() and inner.isprintable() and inner))
