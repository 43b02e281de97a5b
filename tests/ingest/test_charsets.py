"""Bytes become letters whatever is declared: never an exception, never without need the wrong ones, never slowly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.mime import charsets
from maild.ingest.mime.charsets import codec, decode
from tests.effort import effort

GERMAN = "Grüße aus Köln, der Käse ist süß. "
JAPANESE = "プリンタが動きません。" * 20


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        (GERMAN.encode(), "us-ascii", GERMAN),
        (GERMAN.encode("latin-1"), "utf-8", GERMAN),
        (GERMAN.encode("latin-1"), "", GERMAN),
        (GERMAN.encode("utf-16"), "latin-1", GERMAN),
        (b"\xef\xbb\xbf" + GERMAN.encode(), "latin-1", GERMAN),
        (JAPANESE.encode("iso2022_jp"), "ISO-2022-JP", JAPANESE),
        (JAPANESE.encode("cp932"), "Shift_JIS", JAPANESE),
        (JAPANESE.encode()[:-1], "utf-8", JAPANESE[:-1] + "\ufffd"),
        (JAPANESE.encode() + b"\xff" + JAPANESE.encode(), "utf-8", JAPANESE + "\ufffd" + JAPANESE),
        (b"K\xe4se", "x-unknown", "Käse"),
        (b"K\xe4se", "punycode", "Käse"),
        (b"\x81", "windows-1252", "\x81"),
    ],
)
def test_letters_are_those_the_sender_meant(data: bytes, declared: str, text: str) -> None:
    assert decode(data, declared) == text


@pytest.mark.parametrize(
    "name",
    ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "rot13", "zlib", "hex", "undefined", "utf-32", ""],
)
def test_what_mail_is_not_written_in_is_no_charset(name: str) -> None:
    assert codec(name) == ""


def test_every_charset_we_know_is_a_codec_that_python_has() -> None:
    for name in {codec(alias) for alias in charsets._ALIASES}:
        assert b"abc".decode(name, "replace")


@given(st.binary(max_size=400), st.sampled_from(sorted(charsets._ALIASES)) | st.text(max_size=20), st.booleans())
def test_any_bytes_are_some_text(data: bytes, declared: str, guess: bool) -> None:
    assert isinstance(decode(data, declared, guess), str)


@given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "gb18030", "utf-7"]))
def test_what_was_written_is_read(text: str, name: str) -> None:
    data = text.encode(name, "ignore")
    if name == "utf-16" or not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        assert decode(data, name).encode(name) == data


@pytest.mark.parametrize("name", sorted({codec(alias) for alias in charsets._ALIASES}))
@pytest.mark.parametrize("piece", [b"\xff~{", b"+AA", b"\x1b$B", b"\x81", b"\xc3", b"a"], ids=repr)
def test_no_codec_is_slow_on_two_megabytes(name: str, piece: bytes) -> None:
    data = piece * (2_000_000 // len(piece))
    assert effort(lambda: decode(data, name, guess=False), 1) <= 1
