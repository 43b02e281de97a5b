"""When is a word of a rule in a text?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.patterns.words import check_word, holds, text_of

FOUND = (
    ("down", "System DOWN!"),
    ("down", "down"),
    ("down", "(down)"),
    ("down", "is_down_now"),
    ("not reachable", "It is NOT \r\n  reachable since noon"),
    ("straße", "HAUPTSTRASSE 1 / Strasse"),
    ("störung", "Sto\u0308rung im Netz"),
    ("*ausfall", "Totalausfall heute"),
    ("ausfall*", "Ausfallzeiten"),
    ("*ausfall*", "die Totalausfalls"),
    ("c++", "a C++ question"),
    ("50 %", "50 % of users"),
    ("4 * 5", "is 4 * 5 right"),
    ("İstanbul", "i\u0307stanbul ofisi"),
    ("障害", "障害 発生"),
    ("aa", "aaa aa"),
)
NOT_FOUND = (
    ("down", "download"),
    ("down", "shutdown"),
    ("down", "down2"),
    ("ausfall", "Totalausfall"),
    ("*ausfall", "Ausfallzeiten"),
    ("ausfall*", "Totalausfall"),
    ("not reachable", "not, reachable"),
    ("störung", "storung"),
    ("aa", "aaa"),
    ("a*b", "aXb"),
    ("x", ""),
)


@pytest.mark.parametrize(("word", "text"), FOUND)
def test_a_word_is_found_whatever_its_case_breaks_and_composition(word: str, text: str) -> None:
    assert holds(text_of(text, 1000), word)


@pytest.mark.parametrize(("word", "text"), NOT_FOUND)
def test_a_word_is_not_found_inside_another(word: str, text: str) -> None:
    assert not holds(text_of(text, 1000), word)


@pytest.mark.parametrize("word", ["", "*", "**", "  ", "* *", "\t\n", "x" * 201])
def test_a_word_that_would_match_everything_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="word"):
        check_word(word)


@given(st.text(min_size=1, max_size=20), st.text(max_size=200), st.text(max_size=200))
def test_a_word_with_open_borders_is_found_wherever_it_stands(word: str, before: str, after: str) -> None:
    bare = word.strip("* \t\r\n")
    if not bare.isascii() or not bare.isprintable() or not bare:
        return
    assert holds(text_of(f"{before} {bare} {after}", 1000), f"*{bare}*")
    assert holds(text_of(f"{before} {bare} {after}", 1000), bare)


@given(st.text(max_size=50), st.text(max_size=300))
def test_looking_for_words_never_raises(word: str, text: str) -> None:
    assert holds(text_of(text, 100), word) in (True, False)
