"""The words themselves: what people of three languages write when they command, greet and close."""

from __future__ import annotations

import pytest

from maild.decide.asked.command_words import LONGEST_LINE, PHRASES, Action, words_of
from maild.decide.asked.commands import Command, command_in
from maild.model import Address
from tests.builders import a_message

ANN = Address("Ann Bauer", "a.bauer@acme.example")


def said(subject: str, text: str = "", sender: Address = ANN) -> Command | None:
    return command_in(a_message(sender=sender, subject=subject, visible_text=text))


SCOPES = {
    "mine": "mine, own, my requests, my tickets, meine, eigene, meine Anfragen, meine Tickets, mijn, mijn vragen",
    "cc": "cc, copy, Kopie, in Kopie, in cc, mitlesen",
    "organisation": "organisation, company, Firma, Unternehmen, Praxis, organisatie, bedrijf",
}
ACTIONS = {
    Action.STATUS: "status",
    Action.FOLLOW: "follow, folgen, volgen",
    Action.UNFOLLOW: "unfollow, stop following, entfolgen, nicht mehr folgen, ontvolgen, niet meer volgen",
    Action.HELP: "help, Hilfe, hulp, commands, Befehle, opdrachten",
    Action.REMOVE: "remove me, remove me from this ticket, take me off, take me off this ticket, unsubscribe, "
    "unsubscribe me, abmelden, austragen, melden Sie mich ab, entfernen Sie mich, aus dem Verteiler nehmen, "
    "aus Verteiler nehmen, aus Verteiler entfernen, nehmen Sie mich aus dem Verteiler, mich aus dem Verteiler nehmen, "
    "entfernen Sie mich aus dem Verteiler, entfernen Sie mich bitte aus dem Verteiler, nimm mich aus dem Verteiler, "
    "mich aus dem Verteiler entfernen, verwijder mij, uitschrijven, afmelden, haal mij van de lijst, "
    "haal me van de lijst",
}
LANGUAGES = {
    "de": "German, Deutsch, Duits",
    "en": "English, Englisch, Engels",
    "nl": "Dutch, Nederlands, Niederländisch, Holländisch",
    "fr": "French, Français, Französisch, Frans",
    "it": "Italian, Italiano, Italienisch, Italiaans",
    "es": "Spanish, Español, Spanisch, Spaans",
    "pl": "Polish, Polski, Polnisch, Pools",
}
GREETINGS = (
    "Hello, Hi, Hey, Dear, Good morning, Good evening, Hallo, Guten Abend, Moin, Servus, Sehr geehrte, Liebes, Liebe,"
)
GREETINGS += "Grüezi, Grüss Gott, Goedendag, Goedemiddag, Beste, Geachte, Dag"
ADDRESSED = (
    "team, support, service, helpdesk, all, everyone, there, sir or madam, sirs, zusammen, alle, Damen und Herren,"
)
ADDRESSED += "Kollegen, heer of mevrouw, allemaal, collega's, Supportteam, Support-Team, Serviceteam"
CLOSINGS = "Kind regards, Best regards, Regards, Best, Cheers, Sincerely, Yours sincerely, Yours faithfully, Thanks,"
CLOSINGS += "Thank you very much, Thanks a lot, Thanks in advance, Thank you in advance, Mit freundlichen Grüßen, MfG,"
CLOSINGS += "Mit besten Grüßen, Freundliche Grüße, Viele Grüße, Gruß, Viele liebe Grüße, VG, LG, Danke, Vielen Dank,"
CLOSINGS += "Herzlichen Dank, Danke im Voraus, Vielen Dank im Voraus, Mit freundlichen Gruessen, Gruesse,"
CLOSINGS += "Met vriendelijke groet, Met vriendelijke groeten, Vriendelijke groet, Hartelijke groeten, Groetjes, Mvg,"
CLOSINGS += "Met hartelijke groet, Bedankt, Dank u wel, Dank je wel, Hartelijk dank, Bij voorbaat dank"


def each(text: str) -> list[str]:
    return [phrase.strip() for phrase in text.split(",")]


def pairs(table: dict) -> list[tuple]:
    return [(phrase, meant) for meant, phrases in table.items() for phrase in each(phrases)]


@pytest.mark.parametrize(("phrase", "action"), pairs(ACTIONS))
def test_a_phrase_is_its_command(phrase: str, action: Action) -> None:
    assert said(phrase) == Command(action)


@pytest.mark.parametrize(("phrase", "scope"), pairs(SCOPES))
def test_a_status_has_a_scope(phrase: str, scope: str) -> None:
    assert said(f"Status {phrase}") == Command(Action.STATUS, scope)


@pytest.mark.parametrize(("phrase", "code"), pairs(LANGUAGES))
def test_a_language_is_known_by_its_name_in_three_of_them(phrase: str, code: str) -> None:
    for word in ("Language", "Sprache", "taal"):
        assert said(f"{word}: {phrase}") == Command(Action.LANGUAGE, code)


@pytest.mark.parametrize("word", ["Name", "name", "NAAM", "„Name"])
def test_a_name_stands_behind_a_colon_as_it_is_written(word: str) -> None:
    assert said(f"{word}: Dr. Nora van den Berg-O'Neill") == Command(Action.NAME, "Dr. Nora van den Berg-O'Neill")
    assert said(f"{word} :  Zoë  Ångström“") == Command(Action.NAME, "Zoë Ångström")


def test_greetings_and_whom_they_speak_to_say_nothing_else() -> None:
    assert [text for text in each(GREETINGS) if not said("help", f"{text},\n")] == []
    assert [text for text in each(ADDRESSED) if not said("help", f"Hello {text},\n")] == []
    assert said("help", "Hello printer,\n") is None


def test_closings_say_nothing_else() -> None:
    assert [text for text in each(CLOSINGS) if not said("help", f"{text}\nAnn Bauer")] == []


@pytest.mark.parametrize("word", ["please", "bitte", "graag", "alstublieft", "aub"])
def test_politeness_around_a_command_changes_nothing_and_alone_is_none(word: str) -> None:
    assert said(f"{word} remove me") == said(f"remove me, {word}") == Command(Action.REMOVE)
    assert said(word) is said(f"{word} {word}") is None


@pytest.mark.parametrize(
    "word", ["von", "van", "de", "den", "der", "vom", "zu", "zur", "ter", "ten", "i.A.", "i.V.", "und", "and", "&"]
)
def test_a_name_holds_small_words(word: str) -> None:
    assert said("help", f"Danke\nClinic {word} Acme") is not None


def test_a_command_is_written_down_as_a_word() -> None:
    words = {"status", "follow", "unfollow", "language", "help", "remove", "report", "solved", "name"}
    assert {action.value for action in Action} == words
    assert {action for action, _ in PHRASES.values()} == set(Action) - {Action.LANGUAGE, Action.REPORT, Action.NAME}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Status", ["status"]),
        ("\ufeff\u200b\xa0 „Status: meine, bitte“. ", ["status", "meine", "bitte"]),
        ("*_«Hilfe»_*", ["hilfe"]),
        ("\u201a'\"Stra\u00dfe\"'\u2018\u2019", ["strasse"]),
        ("a\u0308", ["ä"]),
        ("help!", ["help!"]),
        ("a:b,c", ["a", "b", "c"]),
        ("", []),
        ("x" * LONGEST_LINE, ["x" * LONGEST_LINE]),
        ("x" * (LONGEST_LINE + 1), []),
    ],
)
def test_the_words_of_a_line_are_compared_without_capitals_and_marks_around(line: str, words: list[str]) -> None:
    assert words_of(line) == words
    assert LONGEST_LINE == 80
