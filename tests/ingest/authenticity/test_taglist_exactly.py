"""Tag lists by the letter of their grammar (RFC 6376 3.2): what is one, what a reader would have to mend, and where the
limits are."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.authenticity.taglist import base64_of, dense, number_of, read_tags, words

LISTS = [
    ("a=1", {"a": "1"}),
    ("a=1;", {"a": "1"}),
    ("a=1; b=2 ; c=3;", {"a": "1", "b": "2", "c": "3"}),
    ("\r\n\ta = 1 \r\n ;\r\n\tb\t=\t2\r\n", {"a": "1", "b": "2"}),
    ("a=", {"a": ""}),
    ("a=;b=", {"a": "", "b": ""}),
    ("a=b=c==", {"a": "b=c=="}),
    ("a=1 2\r\n\t3", {"a": "1 2\r\n\t3"}),
    ("a=1; A=2", {"a": "1", "A": "2"}),
    ("x_1=1", {"x_1": "1"}),
    ("Zz9=1", {"Zz9": "1"}),
    ("a=\x0b1\xa0", {"a": "\x0b1\xa0"}),
]


@pytest.mark.parametrize(("text", "tags"), LISTS)
def test_a_list_of_tags_is_read(text: str, tags: dict[str, str]) -> None:
    assert read_tags(text) == tags


NO_LISTS = [
    "", " ", ";", ";;", "a", "a;b=1", "a=1;b", "=1", "a=1;=2", "a=1;;", "a=1; ;", ";a=1", "a=1;;b=2", "a=1; ;b=2",
    "1a=1", "_a=1", "a-b=1", "a b=1", "a=1;b.=2", "ä=1", "a=1;a=1", "a=1;b=2; a =3",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_LISTS)
def test_a_list_against_the_grammar_is_none_at_all(text: str) -> None:
    assert read_tags(text) is None


def test_forty_tags_are_read_and_forty_one_are_none() -> None:
    tags = {f"a{number}": "1" for number in range(41)}
    many = [f"{name}={value}" for name, value in tags.items()]
    tags.pop("a40")
    assert read_tags(";".join(many[:40])) == tags
    assert read_tags(";".join(many[:40]) + " ; \r\n") == tags
    assert read_tags(";".join(many)) is None


def test_white_space_goes_where_the_grammar_allows_it() -> None:
    assert dense(" a\r\n\tb c ") == "abc"
    assert words("From : To:\r\n\tCC") == ("from", "to", "cc")
    assert words("") == ("",)
    assert words("a::b:") == ("a", "", "b", "")


BYTES = [
    ("YQ==", b"a"),
    ("YQ=", b"a"),
    ("YQ", b"a"),
    ("YWI=", b"ab"),
    ("YWI", b"ab"),
    ("YWJj", b"abc"),
    ("YWJjZA", b"abcd"),
    ("+/+/", b"\xfb\xff\xbf"),
    (" Y\r\n\tW J j ", b"abc"),
    ("", None),
    ("=", None),
    ("==", None),
    ("A", None),
    ("AAAAA", None),
    ("AAAA===", None),
    ("YQ==YQ==", None),
    ("YWJj!", None),
    ("!YWJj", None),
    ("YW-j", None),
    ("YW_j", None),
    ("YWJjä", None),
]


@pytest.mark.parametrize(("text", "data"), BYTES)
def test_base64_is_read_without_its_padding_but_not_without_its_alphabet(text: str, data: bytes | None) -> None:
    assert base64_of(text) == data


@given(st.binary(min_size=1, max_size=60))
def test_every_byte_comes_back(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert base64_of(text) == base64_of(text.rstrip("=")) == base64_of(" ".join(text)) == data


NUMBERS = [
    ("0", 0),
    ("007", 7),
    ("999999999999", 999_999_999_999),
    ("1000000000000", None),
    ("", None),
    ("-1", None),
    ("+1", None),
    ("1.5", None),
    ("1x", None),
    ("1 2", None),
    ("1_0", None),
    ("٣", None),
    (None, None),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_a_number_is_up_to_twelve_digits_and_nothing_else(text: str | None, number: int | None) -> None:
    assert number_of(text) == number
