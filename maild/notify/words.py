"""Single words that templates need in the reader's language."""

from __future__ import annotations

from maild.desks.policy import Desk
from maild.model import Status

_STATUS = {
    "en": {
        "new": "new",
        "open": "in progress",
        "waiting": "waiting for you",
        "third-party": "waiting for others",
        "solved": "solved",
        "closed": "closed",
    },
    "de": {
        "new": "neu",
        "open": "in Arbeit",
        "waiting": "wartet auf Ihre Antwort",
        "third-party": "wartet auf andere",
        "solved": "gelöst",
        "closed": "abgeschlossen",
    },
    "nl": {
        "new": "nieuw",
        "open": "in behandeling",
        "waiting": "wacht op uw antwoord",
        "third-party": "wacht op anderen",
        "solved": "opgelost",
        "closed": "afgesloten",
    },
}

_DELIMITER = {
    "en": "-- please write above this line --",
    "de": "-- bitte über dieser Zeile schreiben --",
    "nl": "-- schrijf boven deze regel --",
}
_BUTTON = {"en": "Open", "de": "Öffnen", "nl": "Openen"}
_REQUEST = {"en": "your request", "de": "Ihre Anfrage", "nl": "uw vraag"}


def delimiter(language: str) -> str:
    """The line at the top of a mail that is to be answered. What stands below it in an answer is a quotation:
    `ingest.reply.visible` knows the line in every language of `ingest.reply.client_words.ABOVE_THIS_LINE`."""
    return _DELIMITER.get(language, _DELIMITER["en"])


def button_word(language: str) -> str:
    """What a button says that opens the link below it."""
    return _BUTTON.get(language, _BUTTON["en"])


def request_word(language: str) -> str:
    """What a ticket is called where its title is not told."""
    return _REQUEST.get(language, _REQUEST["en"])


def status_word(status: Status, language: str, desk: Desk | None = None) -> str:
    """A status in the desk's own word for it, else as one would say it; English where the language is not known."""
    own = desk.life_cycle.name_of(status, language) if desk else ""
    return own or _STATUS.get(language, _STATUS["en"])[status.value]
