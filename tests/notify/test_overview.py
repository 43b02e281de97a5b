"""An overview as its reader gets it."""

from __future__ import annotations

import pytest
from notify_kit import notification, read, sent, text_of

from maild.decide.asked.overview import Entry, written
from maild.model import NotificationKind, Status

PRINTER = Entry("SD-1042", Status.OPEN, "Printer on fire")
SCREEN = Entry("SD-1040", Status.WAITING, "Screen: black", "Bob Baker")


def lines(language: str, scope: str, *entries: Entry) -> list[str]:
    values = (("scope", scope), ("count", str(len(entries))), ("tickets", written(entries)))
    mail = sent(notification(NotificationKind.OVERVIEW, language=language, values=values))
    assert "SD-" not in read(mail)["Subject"]
    return text_of(mail).split("\n")


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "SD-1042, in progress: Printer on fire", "SD-1040, waiting for you: Screen: black (Bob Baker)"),
        ("de", "SD-1042, in Arbeit: Printer on fire", "SD-1040, wartet auf Ihre Antwort: Screen: black (Bob Baker)"),
        ("nl", "SD-1042, in behandeling: Printer on fire", "SD-1040, wacht op uw antwoord: Screen: black (Bob Baker)"),
    ],
)
def test_each_ticket_is_a_line_in_the_readers_language(language: str, first: str, second: str) -> None:
    text = lines(language, "mine", PRINTER, SCREEN)
    assert text[text.index(first) + 1] == second


def test_the_scope_is_named_and_nothing_open_is_said() -> None:
    assert any("in your organisation" in line for line in lines("en", "organisation", PRINTER))
    assert any("you read along" in line for line in lines("en", "cc", PRINTER))
    assert any("nothing is open" in line for line in lines("en", "mine"))
