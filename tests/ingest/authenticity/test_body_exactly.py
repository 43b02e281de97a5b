"""The canonical body byte by byte (RFC 6376 3.4.3 to 3.4.5), l= to the letter, and that pieces change nothing."""

from __future__ import annotations

import hashlib
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.authenticity import body
from maild.ingest.authenticity.body import body_digest
from tests.ingest.authenticity.signing import body_of


def sha256(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def digest(text: bytes, *, relaxed: bool, length: int | None = None, start: int = 0) -> bytes:
    return body_digest(text, start, "sha256", relaxed=relaxed, length=length)


# A body, then its simple and its relaxed form.
BODIES = [
    (b"", b"\r\n", b""),
    (b"\r\n", b"\r\n", b""),
    (b"\n\n\r\n", b"\r\n", b""),
    (b" \r\n", b" \r\n", b""),
    (b"\t \r\n \r\n", b"\t \r\n \r\n", b""),
    (b"a", b"a\r\n", b"a\r\n"),
    (b"a\n", b"a\r\n", b"a\r\n"),
    (b"a\r\n\r\n\n", b"a\r\n", b"a\r\n"),
    (b"a\r\n \r\n", b"a\r\n \r\n", b"a\r\n"),
    (b"\r\n\r\na\r\n", b"\r\n\r\na\r\n", b"\r\n\r\na\r\n"),
    (b"a\r\n\r\n\r\nb", b"a\r\n\r\n\r\nb\r\n", b"a\r\n\r\n\r\nb\r\n"),
    (b"a \t\r\n", b"a \t\r\n", b"a\r\n"),
    (b"a \t", b"a \t\r\n", b"a\r\n"),
    (b"a\tb  c \t d\r\n", b"a\tb  c \t d\r\n", b"a b c d\r\n"),
    (b" \t a\r\n", b" \t a\r\n", b" a\r\n"),
    (b"a\rb\r\r\n", b"a\rb\r\r\n", b"a\rb\r\r\n"),
    (b"a\0\xfc\x0b b", b"a\0\xfc\x0b b\r\n", b"a\0\xfc\x0b b\r\n"),
]


@pytest.mark.parametrize(("text", "simple", "relaxed"), BODIES)
def test_a_body_has_a_simple_and_a_relaxed_form(text: bytes, simple: bytes, relaxed: bytes) -> None:
    assert digest(text, relaxed=False) == sha256(simple)
    assert digest(text, relaxed=True) == sha256(relaxed)
    assert digest(b"A: 1\n\n" + text, relaxed=True, start=6) == sha256(relaxed)


def test_sha1_and_sha256_are_what_they_are_called() -> None:
    for name in ("sha1", "sha256"):
        assert body_digest(b"a\n", 0, name, relaxed=False, length=None) == hashlib.new(name, b"a\r\n").digest()


LENGTHS = [(0, b""), (1, b"a"), (2, b"ab"), (3, b"ab\r"), (6, b"ab\r\ncd"), (8, b"ab\r\ncd\r\n")]


@pytest.mark.parametrize("piece", [1, 3, 1 << 20])
@pytest.mark.parametrize(("length", "text"), LENGTHS)
def test_l_counts_canonical_bytes(length: int, text: bytes, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PIECE", piece)
    for raw in (b"ab\ncd\n", b"ab \r\ncd\r\n\r\n", b"ab\ncd"):
        assert digest(raw, relaxed=True, length=length) == sha256(text)


@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_a_body_shorter_than_l_has_no_digest(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PIECE", piece)
    assert digest(b"ab\ncd\n\n\n", relaxed=True, length=9) == b""
    assert digest(b"", relaxed=True, length=1) == digest(b"", relaxed=False, length=3) == b""
    assert digest(b"", relaxed=True, length=0) == digest(b"", relaxed=False, length=0) == sha256(b"")
    assert digest(b"", relaxed=False, length=2) == sha256(b"\r\n")


LINES = st.lists(st.sampled_from([b"", b" ", b"a", b"a b", b"\t\tb ", b"\r", b"long  line of text"]), max_size=12)


@given(lines=LINES, end=st.sampled_from([b"\n", b"\r\n"]), piece=st.integers(0, 9), relaxed=st.booleans())
def test_wherever_it_is_cut_into_pieces_it_is_the_same_body(
    lines: list[bytes], end: bytes, piece: int, relaxed: bool
) -> None:
    text = end.join(lines)
    wanted = body_of(text.replace(b"\r\n", b"\n"), "relaxed" if relaxed else "simple")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(body, "PIECE", piece)
        assert digest(text, relaxed=relaxed) == sha256(wanted)


@pytest.mark.parametrize("relaxed", [True, False])
def test_it_is_never_held_as_a_whole_a_second_time(relaxed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PIECE", 4000)
    text = b"some  words \r\n" * 20_000
    tracemalloc.start()
    try:
        digest(text, relaxed=relaxed)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < len(text) / 4
