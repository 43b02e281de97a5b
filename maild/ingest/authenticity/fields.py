"""The header of a raw mail, field by field and byte by byte as it was signed: `header_of(raw)`.

In: raw mail; out: its fields from the top down, where its body begins, and why another program may read another header
(`doubt`). Law: a header in doubt proves nothing, so what is accepted here is read alike by `parse`, by the crypto
library and by mail programs. Bounded as `limits` says, linear, never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from maild.ingest.mime.limits import HEADER_BLOCK, HEADER_FIELDS

_END = re.compile(rb"\n\r?\n")
# A field with the lines that continue it. Possessive, so in one pass.
_FIELD = re.compile(rb"([!-9;-~]++):((?:[^\n]*+\n)(?:[ \t][^\n]*+\n)*+)")
_MBOX = re.compile(rb"From [^\n]*+\n")
# Some programs end a line at a lone CR or at one of these, and text at NUL (Composition Kills, 2020).
_ODD = re.compile(rb"\r(?!\n)|[\x00\x0b\x0c]")


@dataclass(frozen=True, slots=True)
class RawField:
    """One field: its name as written, and what stands behind the colon with all its line ends."""

    name: str
    value: bytes

    @property
    def text(self) -> str:
        """Unfolded, undecoded; letters that are no UTF-8 stay recognisably none."""
        return self.value.replace(b"\r", b"").replace(b"\n", b"").decode("utf-8", "surrogateescape").strip()


@dataclass(frozen=True, slots=True)
class RawHeader:
    """The fields from the top down; `body` is the offset behind the empty line; `doubt` is "" for a sound header."""

    fields: tuple[RawField, ...]
    body: int
    doubt: str = ""

    def named(self, name: str) -> list[RawField]:
        return [field for field in self.fields if field.name.lower() == name]


def header_of(raw: bytes) -> RawHeader:
    """The header of one mail; line ends are CR LF or LF."""
    begin = len(raw) - len(raw.lstrip(b"\r\n")) if raw[:1] in (b"\r", b"\n") else 0
    mbox = _MBOX.match(raw, begin)
    begin = mbox.end() if mbox else begin
    end = _END.search(raw, begin, begin + HEADER_BLOCK)
    if end is None and len(raw) - begin > HEADER_BLOCK:
        return RawHeader((), len(raw), f"a header of more than {HEADER_BLOCK} bytes")
    block = raw[begin : end.start() + 1] if end else raw[begin:].rstrip(b"\r\n") + b"\n"
    return _split(block, end.end() if end else len(raw))


def _split(block: bytes, body: int) -> RawHeader:
    fields: list[RawField] = []
    place = 0
    while place < len(block) and len(fields) < HEADER_FIELDS:
        field = _FIELD.match(block, place)
        if field is None:
            return RawHeader(tuple(fields), body, "a header line that is none")
        fields.append(RawField(field[1].decode("ascii"), field[2]))
        place = field.end()
    if place < len(block):
        return RawHeader(tuple(fields), body, f"more than {HEADER_FIELDS} header fields")
    return RawHeader(tuple(fields), body, "odd control characters in the header" if _ODD.search(block) else "")
