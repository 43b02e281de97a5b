"""The mail inside an opaque S/MIME signature: `content(data)`, so that signed mail is read like any other.

In: the bytes of an application/pkcs7-mime part (CMS SignedData, RFC 5652 5.1, in BER); out: the signed content, or b""
where there is none, the structure is not that, or the content is encrypted. Nothing is verified.
Laws: only the few elements on the way to the content are looked at; lengths are believed only as far as there are
bytes; pieces of a constructed string are joined, `MOST_PIECES` of them; nothing raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MOST_PIECES = 50_000
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_SEQUENCE, _CONTEXT, _STRING, _STRING_IN_PIECES, _INTEGER, _SET, _IDENTIFIER = 0x30, 0xA0, 0x04, 0x24, 0x02, 0x31, 0x06
_LOOKED_AT = 64
_END = b"\x00\x00"


class _Element(NamedTuple):
    """A BER element: its tag, and where its content starts and ends; `end` is -1 for the indefinite length."""

    tag: int
    start: int
    end: int


def is_signed(data: bytes) -> bool:
    return data[:1] == b"\x30" and _SIGNED_DATA in data[:_LOOKED_AT]


def content(data: bytes) -> bytes:
    if not is_signed(data):
        return b""
    try:
        return b"".join(_pieces(data, _place_of_content(data)))
    except (IndexError, ValueError):
        return b""


def _place_of_content(data: bytes) -> int:
    """ContentInfo { id, [0] { SignedData { version, SET of digests, { id, [0] { content …"""
    place = _inside(data, 0, _SEQUENCE)
    place = _behind(data, place, _IDENTIFIER)
    place = _inside(data, _inside(data, place, _CONTEXT), _SEQUENCE)
    place = _behind(data, place, _INTEGER)
    place = _behind(data, place, _SET)
    place = _inside(data, place, _SEQUENCE)
    if not data.startswith(_DATA, place):
        raise ValueError("signed is something else than data")
    return _inside(data, place + len(_DATA), _CONTEXT)


def _pieces(data: bytes, place: int) -> Iterator[bytes]:
    whole = _element(data, place)
    if whole.tag == _STRING:
        yield data[whole.start : whole.end]
    if whole.tag != _STRING_IN_PIECES:
        return
    place, end = whole.start, whole.end if whole.end >= 0 else len(data)
    for _ in range(MOST_PIECES):
        if place >= end or data.startswith(_END, place):
            return
        piece = _element(data, place)
        if piece.tag != _STRING or piece.end < 0:
            raise ValueError("a string of something else than strings")
        yield data[piece.start : piece.end]
        place = piece.end


def _inside(data: bytes, place: int, tag: int) -> int:
    return _expected(data, place, tag).start


def _behind(data: bytes, place: int, tag: int) -> int:
    element = _expected(data, place, tag)
    if element.end < 0:
        raise ValueError("an indefinite length where nobody uses one")
    return element.end


def _expected(data: bytes, place: int, tag: int) -> _Element:
    element = _element(data, place)
    if element.tag != tag:
        raise ValueError("no SignedData")
    return element


def _element(data: bytes, place: int) -> _Element:
    tag, length = data[place], data[place + 1]
    start = place + 2
    if length == 0x80:
        return _Element(tag, start, -1)
    if length > 0x80:
        octets = length & 0x7F
        if octets > 4:
            raise ValueError("a length of more than four bytes")
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
    return _Element(tag, start, start + length)
