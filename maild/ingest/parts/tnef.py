"""Outlook's winmail.dat becomes the files in it: `unpacked(data)` (MS-OXTNEF; MAPI properties as in its 2.1.3.4).

In: the decoded bytes of a part; out: files and the text, as far as the stream is sound. Nothing is verified (the
checksums of some senders are wrong), embedded messages are files and not opened, compressed RTF is left alone.
Laws: one pass; nothing raises; lengths in the stream are believed only as far as there are bytes.
Why not tnefparse 1.4.0 (2021, LGPL): it copies the rest of the stream for each attribute (quadratic), a count of four
thousand million values of four bytes fills the memory, and it strips trailing zero bytes off files.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from maild.cleaning import clean_header
from maild.ingest.mime import charsets

SIGNATURE = b"\x78\x9f\x3e\x22"
MOST_FILES = 100
MOST_ATTRIBUTES = 5000
MOST_PROPERTIES = 5000
LONGEST_STREAM = 32 * 1024 * 1024
_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef", "application/x-ms-tnef"})

_CODE_PAGE, _NEW_FILE, _FILE_DATA, _FILE_TITLE, _FILE_PROPERTIES = 0x9007, 0x9002, 0x800F, 0x8010, 0x9005
_BODY, _MESSAGE_PROPERTIES = 0x800C, 0x9003
_OF_FILES = 2
_ATTRIBUTE = struct.Struct("<BHHI")
_CHECKSUM = 2

_LONG_NAME, _SHORT_NAME, _MEDIA_TYPE, _CONTENT_ID, _DATA = 0x3707, 0x3704, 0x370E, 0x3712, 0x3701
_TEXT, _HTML, _INTERNET_CODE_PAGE = 0x1000, 0x1013, 0x3FDE
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_VARIABLE = frozenset({_STRING8, _UNICODE, _OBJECT, _BINARY})
# Bytes of a value, with its padding.
_FIXED = {0x2: 4, 0x3: 4, 0x4: 4, 0xA: 4, 0xB: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0x14: 8, 0x40: 8, 0x48: 16, 0x1: 0}
_MANY, _NAMED = 0x1000, 0x8000
_GUID = 16


@dataclass(slots=True)
class TnefFile:
    """One file of the stream."""

    name: str = ""
    content_type: str = "application/octet-stream"
    content_id: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Unpacked:
    """What a stream holds. `text` and `html` are "" where the message is in RTF only."""

    files: list[TnefFile] = field(default_factory=list)
    text: str = ""
    html: str = ""
    charset: str = "cp1252"


def is_tnef(content_type: str, filename: str, data: bytes) -> bool:
    return (content_type in _TYPES or filename.lower() == "winmail.dat") and data.startswith(SIGNATURE)


def unpacked(data: bytes) -> Unpacked:
    found = Unpacked()
    try:
        for level, name, value in _attributes(data[:LONGEST_STREAM]):
            _take(found, level, name, value)
    except (struct.error, IndexError):
        pass  # cut short: what came before is sound
    found.files = [each for each in found.files if each.data or each.name]
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    place = len(SIGNATURE) + 2
    for _ in range(MOST_ATTRIBUTES):
        if place + _ATTRIBUTE.size > len(data):
            return
        level, name, _, length = _ATTRIBUTE.unpack_from(data, place)
        place += _ATTRIBUTE.size
        yield level, name, data[place : place + length]
        place += length + _CHECKSUM


def _take(found: Unpacked, level: int, name: int, value: bytes) -> None:
    if name == _NEW_FILE:
        if len(found.files) < MOST_FILES:
            found.files.append(TnefFile())
    elif level == _OF_FILES and found.files:
        _take_of_file(found, found.files[-1], name, value)
    elif name == _CODE_PAGE:
        found.charset = charsets.codec(f"cp{int.from_bytes(value[:4], 'little')}") or found.charset
    elif name == _BODY:
        found.text = found.text or _letters(value, found.charset)
    elif name == _MESSAGE_PROPERTIES:
        _take_of_message(found, value)


def _take_of_file(found: Unpacked, file: TnefFile, name: int, value: bytes) -> None:
    if name == _FILE_DATA:
        file.data = value
    elif name == _FILE_TITLE:
        file.name = file.name or _letters(value, found.charset)
    elif name == _FILE_PROPERTIES:
        said = dict(_properties(value, found.charset))
        file.name = _words(said.get(_LONG_NAME) or file.name or said.get(_SHORT_NAME))
        file.content_type = _words(said.get(_MEDIA_TYPE)).lower() or file.content_type
        file.content_id = _words(said.get(_CONTENT_ID)).strip("<> ")
        content = said.get(_DATA)
        # Of an embedded object the attribute holds a placeholder.
        if isinstance(content, bytes) and len(content) > len(file.data):
            file.data = content


def _take_of_message(found: Unpacked, value: bytes) -> None:
    said = dict(_properties(value, found.charset))
    text, html = said.get(_TEXT, ""), said.get(_HTML, "")
    number = said.get(_INTERNET_CODE_PAGE)
    charset = f"cp{int.from_bytes(number[:4], 'little')}" if isinstance(number, bytes) else ""
    charset = {"cp65001": "utf-8", "cp20127": "us-ascii", "cp28591": "iso-8859-1"}.get(charset, charset)
    found.text = text if isinstance(text, str) and text else found.text
    found.html = charsets.decode(html, charset) if isinstance(html, bytes) else html


def _properties(data: bytes, charset: str) -> Iterator[tuple[int, str | bytes]]:
    """Property and its first value; numbers stay bytes."""
    (count,) = struct.unpack_from("<I", data)
    place = 4
    for _ in range(min(count, MOST_PROPERTIES)):
        if place + 4 > len(data):
            return
        kind, name = struct.unpack_from("<HH", data, place)
        place = _behind_name(data, place + 4) if name >= _NAMED else place + 4
        many, kind = kind & _MANY, kind & ~_MANY
        if kind not in _VARIABLE and kind not in _FIXED:
            return
        values = 1
        if many or kind in _VARIABLE:
            (values,) = struct.unpack_from("<I", data, place)
            place += 4
        if kind in _FIXED:
            yield name, data[place : place + _FIXED[kind]]
            # Two bytes alone are padded to four, in a row they are not.
            place += values * (2 if many and kind == 2 else _FIXED[kind])
            continue
        for number in range(min(values, MOST_PROPERTIES)):
            (length,) = struct.unpack_from("<I", data, place)
            if number == 0:
                yield name, _value(kind, data[place + 4 : place + 4 + length], charset)
            place += 4 + length + -length % 4


def _behind_name(data: bytes, place: int) -> int:
    kind, size = struct.unpack_from("<II", data, place + _GUID)
    return place + _GUID + 8 + (size + -size % 4 if kind else 0)


def _value(kind: int, data: bytes, charset: str) -> str | bytes:
    if kind == _UNICODE:
        return data.decode("utf-16-le", "replace").rstrip("\x00")
    if kind == _STRING8:
        return _letters(data, charset)
    # Before an object stands the interface it is of.
    return data[_GUID:] if kind == _OBJECT else data


def _letters(data: bytes, charset: str) -> str:
    return charsets.decode(data.rstrip(b"\x00"), charset, guess=False)


def _words(value: str | bytes | None) -> str:
    return clean_header(value)[:255] if isinstance(value, str) else ""
