"""Single words that templates need in the reader's language."""

from __future__ import annotations

from maild.model import Status

_STATUS = {
    "en": {"new": "new", "open": "in progress", "waiting": "waiting for you", "solved": "solved", "closed": "closed"},
    "de": {
        "new": "neu",
        "open": "in Arbeit",
        "waiting": "wartet auf Ihre Antwort",
        "solved": "gelöst",
        "closed": "abgeschlossen",
    },
    "nl": {
        "new": "nieuw",
        "open": "in behandeling",
        "waiting": "wacht op uw antwoord",
        "solved": "opgelost",
        "closed": "afgesloten",
    },
}


_REQUEST = {"en": "your request", "de": "Ihre Anfrage", "nl": "uw vraag"}


def request_word(language: str) -> str:
    """What a ticket is called where its title is not told."""
    return _REQUEST.get(language, _REQUEST["en"])


def status_word(status: Status, language: str) -> str:
    """A status as one would say it; English where the language is not known."""
    return _STATUS.get(language, _STATUS["en"])[status.value]
