"""Header fields as written become text: unfolded, decoded (RFC 2047 in its broken forms too), on one line.

In: the raw (name, value) pairs of a parsed part. Out: `Headers`, whose values carry no CR, LF or NUL.
Laws: work is linear in the length of a value; a value beyond `limits.HEADER_VALUE` is cut and named in `defects`.
Sightings: raw 8-bit headers keep their letters (mail-parser 4.8 makes `'gre'` of `grüße`); an encoded word may
decode to CR LF; Outlook folds inside message ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from maild.cleaning import clean_header, clean_text
from maild.ingest.mime import charsets
from maild.ingest.mime.limits import HEADER_VALUE
from maild.ingest.mime.words import decode_words

MOST_FIELDS = 100
_MESSAGE_ID = re.compile(r"<([^<>]{1,900})>")
_ONE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_WORD = re.compile(r"[^\s<>,;:\"()]+")
_SPACE = re.compile(r"\s+")


class Headers:
    """The fields of one part by lower-case name, in their order, unfolded but not yet decoded.

    `guessed` are fields whose raw letters are no UTF-8: what they say is good enough to read, not to know somebody by.
    """

    __slots__ = ("_fields", "defects", "guessed")

    def __init__(self, pairs: Iterable[tuple[str, str]], declared: str = "") -> None:
        self._fields: dict[str, list[str]] = {}
        self.defects: list[str] = []
        self.guessed: set[str] = set()
        for name, value in pairs:
            self._fields.setdefault(name.strip().lower(), []).append(self._readable(name, value, declared))

    def _readable(self, name: str, value: str, declared: str) -> str:
        if len(value) > HEADER_VALUE:
            self.defects.append(f"{name.strip()[:40]}: value cut at {HEADER_VALUE} characters")
            value = value[:HEADER_VALUE]
        if not value.isascii():
            value = self._raw_letters(name, value.encode("utf-8", "surrogateescape"), declared)
            self.defects.append(f"{clean_header(name)[:40]}: raw 8-bit letters")
        if "\n" in value or "\r" in value:
            value = value.replace("\r", "").replace("\n", "")
        return value.strip()

    def _raw_letters(self, name: str, data: bytes, declared: str) -> str:
        """UTF-8 is what raw headers are meant to be (RFC 6532); else the charset that the mail names elsewhere."""
        try:
            return data.decode("utf-8")
        except UnicodeError:
            self.guessed.add(name.strip().lower())
            return charsets.decode(data, declared, guess=False)

    def all(self, name: str) -> list[str]:
        """Every value of the field, undecoded: for structured fields, whose grammar comes before RFC 2047."""
        return self._fields.get(name, [])

    def first(self, name: str) -> str:
        values = self._fields.get(name)
        return values[0] if values else ""

    def text(self, name: str) -> str:
        """The first value, decoded, on one line."""
        return decoded(self.first(name))

    def fields(self) -> tuple[tuple[str, str], ...]:
        """The first hundred fields, undecoded but clean, by name in the order in which the names first stand there."""
        every = ((name, value) for name, values in self._fields.items() for value in values)
        return tuple((clean_text(name), clean_text(value)) for name, value in islice(every, MOST_FIELDS))

    def names(self) -> Iterator[str]:
        return iter(self._fields)


def decoded(value: str) -> str:
    """RFC 2047 decoding of unstructured text, and cleaning."""
    return clean_header(decode_words(value)) if "=?" in value else clean_header(value)


def message_ids(value: str) -> tuple[str, ...]:
    """Canonical `<left@right>` ids in their order, each once. White space inside (folding) is no part of an id."""
    if _ONE_ID.fullmatch(value):
        return (value,)
    found = [_SPACE.sub("", inner) for inner in _MESSAGE_ID.findall(value)]
    if not found:
        found = [word for word in _WORD.findall(value) if "@" in word]
    return tuple(dict.fromkeys(f"<{inner}>" for inner in found if inner.isascii() and inner.isprintable() and inner))
