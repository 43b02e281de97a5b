"""Which first lines are a yes, which a no; anything else is neither, and a person reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.who.consent import MOST_LINE, Consent, consent_in

YES = [
    *("yes", "yes I do", "I agree", "agreed", "confirmed", "I confirm", "approved", "ok", "okay"),
    *("ja", "ja gerne", "jawohl", "einverstanden", "ich bin einverstanden", "bestätigt", "ich bestätige"),
    *("ich stimme zu", "genehmigt", "freigegeben", "ja ich stimme zu", "ja einverstanden"),
    *("akkoord", "ik ga akkoord", "bevestigd", "ik bevestig", "goedgekeurd"),
    *("Yes!", "YES.", "Ja, ich stimme zu.", "Ja - einverstanden", "  OK\t", "\n\n  ja  \n> nein", "Yes\nbut not today"),
]
NO = [
    *("no", "I do not agree", "declined", "rejected", "denied"),
    *("nein", "nicht einverstanden", "abgelehnt", "ich lehne ab", "auf keinen fall"),
    *("nee", "niet akkoord", "afgewezen", "geweigerd"),
    *("No!", "NEIN.", "\r\nNein\r\nja"),
]
POLITE = ["bitte", "danke", "vielen Dank", "please", "thanks", "thank you", "graag", "bedankt", "dank u wel", "Dank!"]
NEITHER = [
    "",
    " \n\t\n",
    "yes but",
    "ja aber erst morgen",
    "no idea",
    "not yes",
    "jaein",
    "thanks",
    "danke",
    "?",
    "> ja",
]
NEITHER += ["yes yes", "yesno", "please yes", "ja nein", "ich", "ok " + "," * MOST_LINE]


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_a_yes(text: str) -> None:
    assert consent_in(text) is Consent.YES


@pytest.mark.parametrize("text", NO)
def test_a_no_is_a_no(text: str) -> None:
    assert consent_in(text) is Consent.NO


@pytest.mark.parametrize("word", POLITE)
def test_politeness_behind_it_changes_nothing(word: str) -> None:
    assert consent_in(f"Ja, {word}") is Consent.YES
    assert consent_in(f"No, {word}.") is Consent.NO


@pytest.mark.parametrize("text", NEITHER)
def test_whatever_says_more_or_less_is_neither(text: str) -> None:
    assert consent_in(text) is None


def test_a_line_of_sixty_characters_is_read_and_no_longer_one() -> None:
    assert MOST_LINE == 60
    assert consent_in("yes".ljust(MOST_LINE, "!")) is Consent.YES
    assert consent_in("yes".ljust(MOST_LINE + 1, "!")) is None


def test_an_answer_is_written_down_as_a_word() -> None:
    assert [answer.value for answer in Consent] == ["yes", "no"]


@given(st.text(max_size=80), st.sampled_from(["printer", "aber", "maar", "tomorrow"]))
def test_no_sentence_with_another_word_in_it_is_an_answer(text: str, word: str) -> None:
    line = text.splitlines()[0] if text.strip() and text.splitlines() else "x"
    assert consent_in(f"{word} {line}") is None
