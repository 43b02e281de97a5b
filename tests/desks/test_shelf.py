"""Which help articles fit a mail: measured on a library in three languages."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.desks.articles import Head, help_article
from maild.desks.shelf import ENOUGH, LONGEST, MOST, Shelf
from tests.desks.library import ARTICLES, MAILS, article, library

SHELF, OTHER = Shelf(library()), Shelf(library())
NAMES = {one.link: name for name, one in zip(ARTICLES, library(), strict=True)}


def offered(
    subject: str, text: str = "", language: str = "de", shelf: Shelf = SHELF, desk: str = "service"
) -> list[str]:
    return [NAMES[one.article.link] for one in shelf.best(subject, text, language, desk)]


def test_most_mails_are_offered_the_right_article_first_and_others_none() -> None:
    """The floor lies two mails below what was measured: 53 of 54."""
    first = [(wanted, (offered(subject, text, language) or [""])[0]) for wanted, language, subject, text in MAILS]
    wrong = [one for one in first if one[0] != one[1]]
    assert len(wrong) <= 3, wrong
    assert sum(1 for wanted, found in first if found and found != wanted) <= 2, "better none than a wrong one"


COMPOUNDS = (
    ("Passwortänderung", ["pw-de"]),
    ("Hauptpasswort", ["pw-de"]),
    ("Rechnungsadresse", ["bill-de"]),
    ("Etikettendruckertreiber", ["print-de"]),
    ("Factuuradres", ["bill-nl"]),
    ("Wachtwoordbeheer", ["pw-nl"]),
    ("Informationsportal", []),
    ("TAN", ["2fa-de"]),
    ("Tandem", []),
    ("Login", ["pw-de"]),
)


@pytest.mark.parametrize(("subject", "names"), COMPOUNDS)
def test_a_word_is_found_within_a_compound(subject: str, names: list[str]) -> None:
    assert offered(subject) == names


def test_the_readers_language_goes_first_and_another_counts_where_there_is_none() -> None:
    both = "Login Passwort password"
    assert offered(both, language="de") == ["pw-de"]
    assert offered(both, language="en") == ["pw-en"]
    assert set(offered(both, language="fr")) == {"pw-de", "pw-en"}
    assert offered("Etiketten", language="en") == ["print-de"]


def test_a_desk_offers_what_is_for_it() -> None:
    shelf = Shelf([article("pw-de", desks=("billing",)), article("pw-en")])
    assert offered("Passwort password", shelf=shelf, desk="billing") == ["pw-de"]
    assert offered("Passwort password", shelf=shelf) == ["pw-en"]


def test_the_subject_says_more_than_the_text() -> None:
    assert offered("Drucker", "Die Rechnung liegt bei.")[0] == "print-de"
    assert offered("Rechnung", "Der Drucker steht im Flur.")[0] == "bill-de"


@pytest.mark.parametrize("subject", ["", "Frage", "Bitte um Hilfe", "Anfrage"])
def test_where_the_subject_says_nothing_the_beginning_of_the_text_stands_for_it(subject: str) -> None:
    assert offered(subject, "Wo finde ich die Etiketten?") == ["print-de"]
    assert offered("Schulung", "Wo finde ich die Etiketten?") == []


def test_words_of_the_text_alone_offer_nothing() -> None:
    assert offered("Verwaltung, Personen, Fachrichtung, Kalender, Termine", "LANR, Name, Praxisleitung") == []


def test_at_most_three_are_offered_and_none_that_is_far_behind() -> None:
    alike = [help_article("Rollen und Bons", Head(link=f"https://h.example/{one}"), "", "de") for one in range(4)]
    found = Shelf([*alike, *library()]).best("Rollen für Bons", "", "de", "service")
    assert [one.article.link for one in found] == [f"https://h.example/{one}" for one in range(MOST)]
    assert offered("Drucker Etiketten Ausdruck Passwort") == ["print-de"], "one word is not half of three"
    assert offered("Drucker Etiketten Passwort") == ["print-de", "pw-de"], "but of two"


def test_what_many_articles_hold_tells_little() -> None:
    """Of twenty articles about printers the one about labels is found by its labels."""
    printers = [
        help_article(f"Drucker Modell{'abcdefghijklmnopqrst'[one]}", Head(link=f"https://h.example/{one}"), "", "de")
        for one in range(20)
    ]
    shelf = Shelf([*printers, article("print-de")])
    assert offered("Etiketten aus dem Drucker", shelf=shelf) == ["print-de"]
    assert shelf.best("Drucker", "", "de", "service") == ()


def test_the_words_that_led_to_an_article_are_told_as_the_mail_has_them() -> None:
    (found,) = SHELF.best("PASSWÖRTER", "Wo ist der Link?", "de", "service")
    assert found.words == ("link", "passwörter")


def test_an_empty_shelf_offers_nothing() -> None:
    assert Shelf([]).best("Passwort", "Passwort", "de", "service") == ()


@given(subject=st.text(max_size=80), text=st.text(max_size=400), language=st.sampled_from(["de", "en", "nl", ""]))
def test_any_mail_is_offered_few_articles_in_order_with_the_words_for_each(
    subject: str, text: str, language: str
) -> None:
    found = SHELF.best(subject, text, language, "service")
    scores = [one.score for one in found]
    assert len(found) <= MOST and scores == sorted(scores, reverse=True)
    assert all(one.words and one.score >= ENOUGH for one in found)
    assert found == OTHER.best(subject, text, language, "service"), "what it remembers of other mails changes nothing"


@pytest.mark.parametrize("mail", MAILS[::6], ids=lambda mail: mail[2])
def test_the_order_of_words_changes_nothing(mail: tuple[str, str, str, str]) -> None:
    """Sets of words have another order in each process: each must decide the same."""
    _, language, subject, text = mail
    for seed in range(5):
        words = text.split()
        random.Random(seed).shuffle(words)
        shuffled, plain = SHELF.best(subject, " ".join(words), language, ""), SHELF.best(subject, text, language, "")
        assert [(one.article, one.score) for one in shuffled] == [(one.article, one.score) for one in plain]


def test_what_stands_far_down_in_a_mail_is_not_looked_at() -> None:
    assert offered("Schulung", "x " * LONGEST + "Passwort Login Kennwort Zugangsdaten") == []


def test_a_large_library_costs_little() -> None:
    """On a quiet machine it takes some 0.1 ms a mail; bounded generously, for a busy one."""
    rng = random.Random(7)
    words = ["".join(rng.choices("abcdefghilmnoprstu", k=rng.randint(5, 11))) for _ in range(3_000)]
    many = [
        help_article(
            " ".join(rng.sample(words, 4)), Head(link="https://h.example/x"), " ".join(rng.sample(words, 100)), "en"
        )
        for _ in range(188)
    ]
    shelf = Shelf([*library(), *many])
    mails = [(subject, f"{text} " * 5, language) for _, language, subject, text in MAILS]
    for subject, text, language in mails:
        shelf.best(subject, text, language, "service")
    started = time.thread_time()
    for subject, text, language in mails:
        shelf.best(subject, text, language, "service")
    assert time.thread_time() - started < len(mails) * 0.002
    started = time.thread_time()
    shelf.best("x", "".join(rng.choices("abcdefghij ", k=2_000_000)), "de", "service")
    assert time.thread_time() - started < 0.5
