"""Words, and what of a help article the policy keeps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from maild.decide.policy import Policy
from maild.desks.article_words import LONGEST, SAYS_NOTHING, folded, is_form, stem, stems_of, words_of
from maild.desks.articles import IN_TEXT, IN_TITLE, LONGEST_TEXT, MOST_STEMS, Head, help_article
from tests.builders import a_policy
from tests.desks.library import library

ONE_STEM = (
    "Passwort Passwörter PASSWÖRTERN Passwoerter passwo\u0308rter",
    "Rechnung Rechnungen",
    "anmelden Anmeldung Anmeldungen",
    "invoice invoices",
    "reply replies",
    "printing printed printer printers",
    "factuur facturen",
    "betalen betaling betalingen",
    "Straße STRASSE Strassen",
)
APART = ("Rechnung Rechner", "Adresse Adapter", "Login Logo")


@pytest.mark.parametrize("words", ONE_STEM)
def test_the_forms_of_a_word_have_one_stem(words: str) -> None:
    assert len(set(stems_of(words))) == 1


@pytest.mark.parametrize("words", APART)
def test_words_that_only_look_alike_have_stems_of_their_own(words: str) -> None:
    one, other = stems_of(words)
    assert not is_form(folded(words.split()[1].casefold()), one), (one, other)


FORMS = (
    ("druck", "drucker", 0, True),
    ("druck", "druckerei", 0, True),
    ("port", "portale", 0, True),
    ("port", "portfolio", 0, False),  # a short stem begins many words
    ("login", "loginfeld", 0, True),
    ("login", "loginseite", 0, False),
    ("etiket", "etiketendruckertreiber", 0, True),
    ("paswort", "paswortanderung", 0, True),
    ("paswort", "benutzerpaswort", 8, True),
    ("paswort", "benutzerpaswort", 7, False),
)


@pytest.mark.parametrize(("of", "word", "at", "is_one"), FORMS)
def test_a_short_stem_is_not_found_in_every_word_it_begins(of: str, word: str, at: int, is_one: bool) -> None:
    assert is_form(word, of, at) is is_one


def test_common_words_say_nothing_in_three_languages() -> None:
    assert stems_of("Wie kann ich bitte etwas ändern? How can I change this, please? Hoe kan ik dat wijzigen?") == []
    assert SAYS_NOTHING.isdisjoint(map(folded, words_of("Rechnung invoice factuur Passwort Drucker agenda")))


@given(st.text(max_size=200))
def test_any_text_comes_apart_into_words_that_come_apart_no_further(text: str) -> None:
    for word in filter(None, map(folded, words_of(text))):
        assert len(word) <= LONGEST and word.startswith(stem(word)) and stem(word)


def test_an_article_keeps_its_weightiest_words_alone() -> None:
    text = " ".join(f"wort{'abcdefghij'[one % 10] * 2}x{one}" for one in range(500)) + " Quittung" * 30
    made = help_article("Belege drucken", Head(link="https://h.example/1", words=("Bon",)), text, "de")
    weights = dict(made.stems)
    assert (weights["beleg"], weights["druck"], weights["bon"]) == (IN_TITLE, IN_TITLE, IN_TITLE)
    assert len(weights) == MOST_STEMS and 0 < weights["quitung"] <= IN_TEXT < IN_TITLE
    assert weights["quitung"] > sorted(weights.values())[0]


def test_what_stands_far_down_in_an_article_does_not_count() -> None:
    far = help_article("Belege", Head(), "x " * LONGEST_TEXT + "Quittung", "de")
    assert "quitung" not in dict(far.stems)


@pytest.mark.parametrize(
    "head",
    [
        {"link": "help.desk.example"},
        {"link": "javascript:alert(1)"},
        {"link": "https://h.example/a b"},
        {"link": "https://h.example/\n"},
        {"language": "German"},
        {"words": ("a\nb",)},
        {"title": "x"},
    ],
)
def test_a_head_holds_what_may_stand_in_a_mail(head: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Head.model_validate(head)


def test_a_list_may_be_a_line_with_commas() -> None:
    assert Head.model_validate({"words": "log in, , sign in "}).words == ("log in", "sign in")


def test_the_database_gives_the_articles_back() -> None:
    policy = a_policy(articles=library())
    again = Policy.model_validate_json(policy.model_dump_json())
    assert again == policy and len(again.articles) == 12
    assert max(len(one.model_dump_json()) for one in again.articles) < 2_000, "each node loads them all"
