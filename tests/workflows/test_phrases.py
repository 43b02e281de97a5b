"""What confirms, and what stops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from maild.workflows.phrases import confirms, stops

WORDS, CODE = ("LÖSCHEN", "DELETE"), "47110815"
CONFIRMING = (
    "LÖSCHEN 0815", "löschen 0815", "delete0815", "Guten Tag,\n\nLÖSCHEN 0815\n\nViele Grüße", "DELETE-0815!",
    "Lo\u0308schen 0815", '"DELETE 0815"', "LÖSCHEN\n0815",
)  # fmt: skip
SAYING_NOTHING = (
    "", "LÖSCHEN", "0815", "LÖSCHEN 47110815", "LÖSCHEN 4711", "0815 LÖSCHEN", "LÖSCHEN 08155", "ja 0815",
    "nichtLÖSCHEN 0815",
    "Write the word DELETE and the last four digits of 4711 0815", "LÖSCHEN bitte 0815",
)  # fmt: skip


@pytest.mark.parametrize("text", CONFIRMING)
def test_the_word_with_the_digits_behind_it_confirms(text: str) -> None:
    assert confirms(text, WORDS, CODE)


@pytest.mark.parametrize("text", SAYING_NOTHING)
def test_nothing_else_does(text: str) -> None:
    assert not confirms(text, WORDS, CODE)


def test_without_a_number_nothing_confirms() -> None:
    assert not confirms("LÖSCHEN", WORDS, "") and not confirms("DELETE 0815", (), CODE)


@given(some.text(max_size=200))
def test_no_text_without_the_digits_confirms(text: str) -> None:
    assert "0815" in text or not confirms(text, WORDS, CODE)


@pytest.mark.parametrize(
    "text", ["STOP", "bitte stopp!", "Ich widerrufe das.", "Nein: abbrechen", "please withdraw it"]
)
def test_one_word_stops(text: str) -> None:
    assert stops(text)


@pytest.mark.parametrize(
    "text", ["", "ja", "LÖSCHEN 0815", "unstoppable", "Nonstop", "Das ist halt so.", "Cancel the account."]
)
def test_other_words_do_not(text: str) -> None:
    assert not stops(text)
