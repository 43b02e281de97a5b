"""Outlook's winmail.dat: its files are listed and found again; a hostile one costs nothing."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.body.attachments import payload
from maild.ingest.parse import parse
from maild.ingest.parts.tnef import SIGNATURE, unpacked
from tests.effort import effort
from tests.ingest.letters import HEAD, mixed

RENDERING, TITLE, DATA, PROPERTIES, BODY, CODE_PAGE = 0x9002, 0x8010, 0x800F, 0x9005, 0x800C, 0x9007
OF_MESSAGE, OF_FILE = 1, 2
LONG_NAME, CONTENT_ID, MEDIA_TYPE, DATA_OBJECT = 0x3707, 0x3712, 0x370E, 0x3701
STRING, UNICODE, OBJECT, NUMBER = 0x1E, 0x1F, 0x0D, 0x03


def attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(*pairs: tuple[int, int, bytes]) -> bytes:
    found = struct.pack("<I", len(pairs))
    for kind, name, value in pairs:
        size = b"" if kind == NUMBER else struct.pack("<II", 1, len(value))
        found += struct.pack("<HH", kind, name) + size + value + b"\0" * (-len(value) % 4)
    return found


def stream(*attributes: bytes) -> bytes:
    return SIGNATURE + b"\1\0" + b"".join(attributes)


def a_file(name: bytes, data: bytes, *pairs: tuple[int, int, bytes]) -> bytes:
    more = attribute(OF_FILE, PROPERTIES, properties(*pairs)) if pairs else b""
    return (
        attribute(OF_FILE, RENDERING, b"")
        + attribute(OF_FILE, TITLE, name + b"\0")
        + attribute(OF_FILE, DATA, data)
        + more
    )


def carried(data: bytes, content_type: bytes = b"application/ms-tnef", text: bytes = b"See the files.") -> bytes:
    part = b"Content-Type: " + content_type + b"; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return mixed(b"\r\n" + text, part + base64.encodebytes(data))


LONG = (UNICODE, LONG_NAME, "Rechnung März.pdf\0".encode("utf-16-le"))
TWO_FILES = stream(
    attribute(OF_MESSAGE, CODE_PAGE, struct.pack("<II", 1252, 0)),
    a_file(b"RECHNU~1.PDF", b"%PDF\0\0", (NUMBER, 0x0E20, b"\6\0\0\0"), LONG),
    a_file(b"Gr\xfc\xdfe.png", b"png", (STRING, MEDIA_TYPE, b"image/png\0"), (STRING, CONTENT_ID, b"<logo@x>\0")),
)  # fmt: skip


@pytest.mark.parametrize(
    "content_type", [b"application/ms-tnef", b"application/vnd.ms-tnef", b"application/octet-stream"]
)
def test_the_files_inside_are_attachments_beside_the_original(content_type: bytes) -> None:
    raw = carried(TWO_FILES, content_type)
    message = parse(raw)
    assert message.text == "See the files."
    assert [(each.filename, each.content_type, each.part, each.content_id) for each in message.attachments] == [
        ("winmail.dat", content_type.decode(), "2", ""),
        ("Rechnung März.pdf", "application/octet-stream", "2.1", ""),
        ("Grüße.png", "image/png", "2.2", "logo@x"),
    ]
    assert [payload(raw, part) for part in ("2", "2.1", "2.2")] == [TWO_FILES, b"%PDF\0\0", b"png"]
    (note,) = message.notes
    assert (note.code, note.text.partition(" taken")[0]) == ("tnef-unpacked", "2 files")


def test_an_embedded_object_is_a_file_without_its_interface() -> None:
    interface = bytes(range(16))
    (file,) = unpacked(stream(a_file(b"a.doc", b"", (OBJECT, DATA_OBJECT, interface + b"content\0")))).files
    assert (file.name, file.data) == ("a.doc", b"content\0")


def test_a_mail_without_a_text_has_that_of_its_winmail_dat() -> None:
    data = stream(attribute(OF_MESSAGE, BODY, "Grüße\r\n".encode("cp1252")), a_file(b"a.txt", b"a"))
    message = parse(carried(data, text=b""))
    assert message.text.strip() == "Grüße"
    assert parse(carried(data)).text == "See the files."


def test_what_only_has_the_name_stays_a_file() -> None:
    message = parse(carried(b"no such stream"))
    assert ([each.filename for each in message.attachments], message.notes) == (["winmail.dat"], ())


def test_a_stream_that_was_cut_gives_what_came() -> None:
    assert [file.data for file in unpacked(TWO_FILES[:-40]).files] == [b"%PDF\0\0", b"png"]
    assert [file.data for file in unpacked(TWO_FILES[:40]).files] == []


@pytest.mark.parametrize(
    "data",
    [
        stream(attribute(OF_MESSAGE, 0x9003, struct.pack("<I", 0xFFFFFFFF))),
        stream(attribute(OF_MESSAGE, 0x9003, struct.pack("<IHHI", 1, 0x1000 | NUMBER, 1, 0xFFFFFFFF))),
        stream(attribute(OF_MESSAGE, 0x9003, struct.pack("<IHHI", 1, STRING, 1, 0xFFFFFFFF) + b"\0" * 9_000_000)),
        stream(*[attribute(OF_FILE, RENDERING, b"")] * 700_000),
        SIGNATURE + b"\0" * 9_000_000,
    ],
    ids=["endless properties", "endless numbers", "endless strings", "endless files", "nothing"],
)
def test_counts_that_lie_cost_nothing(data: bytes) -> None:
    assert effort(lambda: unpacked(data), 1) <= 1
    assert len(unpacked(data).files) <= 100


@given(st.binary(max_size=400), st.integers(0, 200))
def test_no_bytes_break_it(data: bytes, place: int) -> None:
    unpacked(SIGNATURE + data)
    unpacked(TWO_FILES[:place] + data + TWO_FILES[place:])


def test_the_content_key_does_not_depend_on_what_was_unpacked() -> None:
    assert parse(carried(TWO_FILES)).content_key == parse(carried(TWO_FILES).replace(b"\r\n", b"\n")).content_key
    assert parse(HEAD + b"\r\nx").content_key != parse(carried(TWO_FILES)).content_key
