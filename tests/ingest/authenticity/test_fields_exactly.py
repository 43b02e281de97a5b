"""A raw header byte by byte: its fields, where its body begins, what puts it in doubt, and where the limits are."""

from __future__ import annotations

import pytest

from maild.ingest.authenticity.fields import RawField, RawHeader, header_of
from maild.ingest.mime.limits import HEADER_BLOCK, HEADER_FIELDS

A, B = RawField("A", b" 1\r\n"), RawField("b-C", b"2\r\n 3\r\n\t4\r\n")
NO_LINE, ODD = "a header line that is none", "odd control characters in the header"
TOO_LONG, TOO_MANY = f"a header of more than {HEADER_BLOCK} bytes", f"more than {HEADER_FIELDS} header fields"

HEADERS = [
    (b"A: 1\r\n\r\ntext", RawHeader((A,), 8)),
    (b"A: 1\r\nb-C:2\r\n 3\r\n\t4\r\n\r\n\r\ntext", RawHeader((A, B), 23)),
    (b"A: 1\n\ntext\r\n\r\n", RawHeader((RawField("A", b" 1\n"),), 6)),
    (b"A: 1\n\r\ntext", RawHeader((RawField("A", b" 1\n"),), 7)),
    (b"A:\r\n\r\n", RawHeader((RawField("A", b"\r\n"),), 6)),
    (b"A: 1\r\n \r\n\r\ntext", RawHeader((RawField("A", b" 1\r\n \r\n"),), 11)),
    (b"!9;~: 1\r\n\r\n", RawHeader((RawField("!9;~", b" 1\r\n"),), 11)),
    # Without a body: the last line end may be missing.
    (b"A: 1", RawHeader((RawField("A", b" 1\n"),), 4)),
    (b"A: 1\n", RawHeader((RawField("A", b" 1\n"),), 5)),
    (b"A: 1\r\n", RawHeader((RawField("A", b" 1\n"),), 6)),
    # Empty lines and the line of an mbox in front are none of the header.
    (b"\r\n\r\nA: 1\r\n\r\ntext", RawHeader((A,), 12)),
    (b"\nA: 1\r\n\r\ntext", RawHeader((A,), 9)),
    (b"\n\r\nA: 1\r\n\r\ntext\n\n\n\n\n", RawHeader((A,), 11)),
    (b"From a Fri\nA: 1\r\n\r\ntext", RawHeader((A,), 19)),
    (b"\nFrom a Fri\r\nA: 1\r\n\r\ntext", RawHeader((A,), 21)),
    (b"From a Fri\nA: 1", RawHeader((RawField("A", b" 1\n"),), 15)),
    (b"A: 1\r\n\r\nno header: \0\r\n", RawHeader((A,), 8)),
    # In doubt.
    (b"", RawHeader((), 0, NO_LINE)),
    (b"\r\n\r\n", RawHeader((), 4, NO_LINE)),
    (b"A: 1\r\nhello\r\n\r\ntext", RawHeader((A,), 15, NO_LINE)),
    (b"A : 1\r\n\r\n", RawHeader((), 9, NO_LINE)),
    (b" A: 1\r\n\r\n", RawHeader((), 9, NO_LINE)),
    (b": 1\r\n\r\n", RawHeader((), 7, NO_LINE)),
    (b"\x7f: 1\r\n\r\n", RawHeader((), 8, NO_LINE)),
    (b"From a\nFrom b\nA: 1\r\n\r\n", RawHeader((), 22, NO_LINE)),
    *((b"A: 1%bB: 2\r\n\r\n" % odd, RawHeader((RawField("A", b" 1%bB: 2\r\n" % odd),), 13, ODD))
      for odd in (b"\r", b"\0", b"\x0b", b"\x0c")),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "header"), HEADERS)
def test_a_header_is_what_stands_before_the_first_empty_line(raw: bytes, header: RawHeader) -> None:
    assert header_of(raw) == header


TEXTS = [
    (b" one\r\n two\r\n\tthree\r\n", "one two\tthree"),
    (b"one\n two\n", "one two"),
    (b"\r\n", ""),
    ("Grüße\r\n".encode(), "Grüße"),
    (b"J\xfcrgen\r\n", "J\udcfcrgen"),
]


@pytest.mark.parametrize(("value", "text"), TEXTS)
def test_a_text_is_unfolded_and_loses_no_byte(value: bytes, text: str) -> None:
    assert RawField("Subject", value).text == text


def test_fields_are_found_by_their_name_in_any_case_from_the_top_down() -> None:
    header = header_of(b"Subject: 1\nTo: 2\nSUBJECT: 3\nsubject: 4\n\n")
    assert [field.text for field in header.named("subject")] == ["1", "3", "4"]
    assert header.named("cc") == []
    assert RawHeader((), 0).doubt == ""


def test_a_header_may_be_as_long_as_its_limit_and_no_byte_longer() -> None:
    for front in (b"", b"\r\n", b"From a Fri\n"):
        whole = front + b"A:" + b"x" * (HEADER_BLOCK - 2)
        assert header_of(whole).doubt == ""
        assert header_of(whole[:-1]).doubt == ""
        assert header_of(whole + b"x") == RawHeader((), len(whole) + 1, TOO_LONG)


def test_the_empty_line_behind_a_header_stands_within_its_limit() -> None:
    for front in (b"", b"\r\n"):
        head = front + b"A:" + b"x" * (HEADER_BLOCK - 4)
        assert header_of(head + b"\n\n" + b"text" * 9).doubt == ""
        assert header_of(head + b"\n\n" + b"text" * 9).body == len(head) + 2
        assert header_of(head + b"x\n\n" + b"text").doubt == TOO_LONG
        assert header_of(b"\n" * 9 + b"A: 1\n\n" + b"x" * HEADER_BLOCK) == RawHeader((RawField("A", b" 1\n"),), 15)


def test_a_thousand_fields_are_read_and_one_more_puts_them_in_doubt() -> None:
    assert (HEADER_FIELDS, HEADER_BLOCK) == (1000, 262_144)
    fits = header_of(b"A: 1\r\n" * 1000 + b"\r\ntext")
    assert fits == RawHeader((A,) * 1000, 6002)
    assert header_of(b"A: 1\r\n" * 1001 + b"\r\ntext") == RawHeader((A,) * 1000, 6008, TOO_MANY)
