"""The two doors for text from outside (law 11)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maild.cleaning import clean_header, clean_text

ANY = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\x00\r\n\t\x0b\x0c\x1c\x7f\x85\xa0\u2028\ud800 ä")))


@given(ANY)
@example("\r\n\r\x85\u2028\u2029\x0b\x0c\x1c\x1d\x1e")
@example("a\x00\ud800b")
def test_clean_text_can_be_stored_anywhere(text: str) -> None:
    clean = clean_text(text)
    clean.encode()
    assert {unicodedata.category(letter) for letter in clean} & {"Cc", "Zl", "Zp", "Cs"} <= {"Cc"}
    assert {letter for letter in clean if unicodedata.category(letter) == "Cc"} <= {"\n", "\t"}
    assert clean_text(clean) == clean


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), include_characters="\n\t")))
def test_clean_text_leaves_clean_text_as_it_is(text: str) -> None:
    assert clean_text(text) is text


@given(ANY)
def test_clean_header_is_one_line_that_every_header_can_hold(text: str) -> None:
    clean = clean_header(text)
    clean.encode()
    assert not {unicodedata.category(letter) for letter in clean} & {"Cc", "Zl", "Zp", "Cs"}
    assert clean == clean.strip(" ") and "  " not in clean
    assert clean_header(clean) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("a\u2028b\x85c\x0bd", "a\nb\nc\nd"),
        ("n\x00u\x07l\x7f\x9bl", "null"),
        ("tab\tstays", "tab\tstays"),
        ("half \ud83d of a letter", "half  of a letter"),
        ("😀 äöü \u200b", "😀 äöü \u200b"),
    ],
)
def test_what_becomes_of_text(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Hello\r\nBcc: all@example.org", "Hello Bcc: all@example.org"),
        ("  a \u2028\x00 b  ", "a b"),
        ("\ud800", ""),
        ("ä", "ä"),
    ],
)
def test_what_becomes_of_a_header(text: str, clean: str) -> None:
    assert clean_header(text) == clean
