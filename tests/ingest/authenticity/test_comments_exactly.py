"""Comments and quotations, letter by letter (RFC 5322 3.2.2 and 3.2.4): which of them are said, and which are not."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.authenticity.comments import placed, without_comments

Runs = list[tuple[str, str]]


def runs(text: str) -> Runs:
    """Letters that stand alike and behind each other, put together."""
    return [
        (place, "".join(letter for letter, _ in letters))
        for place, letters in groupby(placed(text), key=lambda one: one[1])
    ]


# The mark that opens the outermost comment becomes a space, so that the words of two comments stay apart.
PLACED: list[tuple[str, Runs]] = [
    ("", []),
    ("ab", [("plain", "ab")]),
    ("a(b)c", [("plain", "a"), ("comment", " b)"), ("plain", "c")]),
    ("(a)(b)", [("comment", " a) b)")]),
    ("a(b(c)d)e", [("plain", "a"), ("comment", " b(c)d)"), ("plain", "e")]),
    ("a(b(c(d)e)f)g", [("plain", "a"), ("comment", " b(c(d)e)f)"), ("plain", "g")]),
    ("a(b", [("plain", "a"), ("comment", " b")]),
    ("a)b(c)", [("plain", "a)b"), ("comment", " c)")]),
    ("))(a)b", [("plain", "))"), ("comment", " a)"), ("plain", "b")]),
    ('a"b"c', [("plain", 'a"'), ("quoted", 'b"'), ("plain", "c")]),
    ('"a(b)c"(d)', [("plain", '"'), ("quoted", 'a(b)c"'), ("comment", " d)")]),
    ('(a"b)"c', [("comment", ' a"b)'), ("plain", '"'), ("quoted", "c")]),
    (r"(a\)b)c", [("comment", r" a\)b)"), ("plain", "c")]),
    (r"(a\(b)c", [("comment", r" a\(b)"), ("plain", "c")]),
    (r"(a\\)b", [("comment", r" a\\)"), ("plain", "b")]),
    (r'"a\"b"c', [("plain", '"'), ("quoted", r'a\"b"'), ("plain", "c")]),
    (r'"a\\"b', [("plain", '"'), ("quoted", r'a\\"'), ("plain", "b")]),
    (r'"a\(b"(c)', [("plain", '"'), ("quoted", r'a\(b"'), ("comment", " c)")]),
    (r"a\(b)c", [("plain", "a\\"), ("comment", " b)"), ("plain", "c")]),
    (r'a\"b"c', [("plain", 'a\\"'), ("quoted", 'b"'), ("plain", "c")]),
]


@pytest.mark.parametrize(("text", "wanted"), PLACED)
def test_each_letter_stands_where_the_grammar_says(text: str, wanted: Runs) -> None:
    assert runs(text) == wanted


OUTSIDE = [
    ("from a (HELO mx.desk.example) by b", "from a  by b"),
    ("a(b (c) d)e", "ae"),
    ('a "(b)" c', 'a "(b)" c'),
    (r"(a \) b) c", " c"),
    ("a (b", "a "),
    ("a) b", "a) b"),
]


@pytest.mark.parametrize(("text", "left"), OUTSIDE)
def test_without_its_comments_a_text_keeps_everything_else(text: str, left: str) -> None:
    assert without_comments(text) == left


@given(st.text(alphabet='ab() "\\', max_size=40))
def test_no_letter_is_lost_and_none_is_added(text: str) -> None:
    found = list(placed(text))
    assert len(found) == len(text)
    assert all(mine == theirs or (mine, theirs) == (" ", "(") for (mine, _), theirs in zip(found, text, strict=True))
