"""The words of commands by mail, and of greetings and closings around them: tables, and how a line is compared to them.

To teach another way of saying something: add it here, and a case to tests/decide/asked/test_commands.py.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

LONGEST_LINE = 80
_AROUND = " \t\xa0\ufeff\u200b\"'„“”‚‘’«»*_."


class Action(StrEnum):
    """What a command asks for."""

    STATUS = "status"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    LANGUAGE = "language"
    NAME = "name"
    HELP = "help"
    REMOVE = "remove"
    REPORT = "report"
    SOLVED = "solved"


def unframed(line: str) -> str:
    """A line without quotation marks and the like around it, its letters in one form."""
    return (line if line.isascii() else unicodedata.normalize("NFC", line)).strip(_AROUND)


def words_of(line: str) -> list[str]:
    """The words of a line that can be one of a table, as they are compared; none of a longer one.

    Marks that ask or shout stay: "help!" and "status?" are for a person to read.
    """
    if len(line) > LONGEST_LINE:
        return []
    return unframed(line).casefold().replace(":", " ").replace(",", " ").split()


def _phrases(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(words_of(each)) for text in texts for each in text.split("|"))


def _scopes(status: str, scopes: Mapping[str, str]) -> dict[str, tuple[Action, str]]:
    """Each scope behind the word, and the word alone."""
    found = {f"{status} {word}": (Action.STATUS, scope) for scope, words in scopes.items() for word in _phrases(words)}
    return found | {status: (Action.STATUS, "")}


_SCOPES = {
    "mine": "mine|my|own|my requests|my tickets|meine|eigene|meine anfragen|meine tickets|mijn|eigen|mijn vragen",
    "cc": "cc|copy|kopie|in kopie|in cc|mitlesen",
    "organisation": "organisation|organization|company|firma|unternehmen|praxis|organisatie|bedrijf",
}
_ACTIONS = {
    Action.FOLLOW: _phrases("follow|folgen|volgen"),
    Action.UNFOLLOW: _phrases("unfollow|stop following|entfolgen|nicht mehr folgen|ontvolgen|niet meer volgen"),
    Action.HELP: _phrases("help|hilfe|hulp|commands|befehle|opdrachten"),
    Action.REMOVE: _phrases(
        "remove me|remove me from this ticket|remove me from this request|take me off|take me off this ticket",
        "unsubscribe|unsubscribe me|abmelden|abbestellen|austragen|melden sie mich ab|entfernen sie mich",
        "aus dem verteiler nehmen|aus dem verteiler entfernen|aus verteiler nehmen|aus verteiler entfernen",
        "nehmen sie mich aus dem verteiler|nehmen sie mich bitte aus dem verteiler|mich aus dem verteiler nehmen",
        "entfernen sie mich aus dem verteiler|entfernen sie mich bitte aus dem verteiler",
        "nimm mich aus dem verteiler|nimm mich bitte aus dem verteiler|mich aus dem verteiler entfernen",
        "verwijder mij|verwijder me|uitschrijven|afmelden|haal mij van de lijst|haal me van de lijst",
    ),
    Action.SOLVED: _phrases(
        "solved|resolved|it is solved|it's solved|this is solved|problem solved|the problem is solved|issue solved",
        "has been solved|solved itself|solved thanks|solved thank you|gelöst|geloest|ist gelöst|problem gelöst",
        "das problem ist gelöst|problem ist gelöst|wurde gelöst|hat sich gelöst|gelöst danke|gelöst vielen dank",
        "erledigt|ist erledigt|hat sich erledigt|es hat sich erledigt|die sache hat sich erledigt|erledigt danke",
        "hat sich erledigt danke|erledigt vielen dank|behoben|ist behoben|opgelost|is opgelost|het is opgelost",
        "probleem opgelost|het probleem is opgelost|opgelost bedankt|opgelost dank u|afgehandeld",
    ),
}
PHRASES: Mapping[str, tuple[Action, str]] = MappingProxyType(
    {phrase: (action, "") for action, phrases in _ACTIONS.items() for phrase in phrases} | _scopes("status", _SCOPES)
)
"""A line as `words_of` has it, and what it asks for; with the scope of a status, "" for where none is named."""

LANGUAGE = _phrases("language|sprache|taal")
NAME = _phrases("name|naam")
"""Before a colon, and what somebody wants to be called."""
REPORT = _phrases("report|protocol|protokoll|anfragenprotokoll|rapport|verslag")
"""Alone, or before a period."""
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        name: code
        for code, names in {
            "de": "german|deutsch|duits",
            "en": "english|englisch|engels",
            "nl": "dutch|nederlands|niederländisch|holländisch",
            "fr": "french|français|französisch|frans",
            "it": "italian|italiano|italienisch|italiaans",
            "es": "spanish|español|spanisch|spaans",
            "pl": "polish|polski|polnisch|pools",
        }.items()
        for name in _phrases(names)
    }
)

POLITE = frozenset({"please", "bitte", "graag", "alstublieft", "aub"})
"""Around a command they change nothing."""
FIRST = POLITE | LANGUAGE | NAME | REPORT | {phrase.partition(" ")[0] for phrase in PHRASES}
"""What a command begins with; most lines of most mails do not."""
GREETINGS = _phrases(
    "hello|hi|hey|dear|good morning|good afternoon|good evening|hallo|guten tag|guten morgen|guten abend|moin|servus",
    "sehr geehrte|liebes|liebe|werte|grüezi|grüss gott|goedendag|goedemorgen|goedemiddag|beste|geachte|dag",
)
ADDRESSED = _phrases(
    "team|support|service|desk|helpdesk|it|all|everyone|everybody|together|there|sir|or|madam|sirs|zusammen|alle",
    "damen|und|herren|kollegen|kolleginnen|heer|mevrouw|of|allemaal|collega's|supportteam|support-team|serviceteam",
)
"""Whom a greeting may speak to and say nothing else."""
CLOSINGS = _phrases(
    "kind regards|best regards|warm regards|many regards|regards|best|best wishes|all the best|cheers|sincerely",
    "yours sincerely|yours|yours truly|yours faithfully|thanks|many thanks|thank you|thank you very much|thanks a lot",
    "thanks in advance|thank you in advance|mit freundlichen grüßen|mit freundlichem gruß|mit besten grüßen|mfg",
    "freundliche grüße|beste grüße|viele grüße|liebe grüße|herzliche grüße|schöne grüße|grüße|gruß|viele liebe grüße",
    "vg|lg|bg|danke|vielen dank|danke schön|dankeschön|besten dank|herzlichen dank|danke im voraus",
    "vielen dank im voraus",
    "mit freundlichen gruessen|viele gruesse|gruesse|met vriendelijke groet|met vriendelijke groeten",
    "vriendelijke groet|vriendelijke groeten|hartelijke groet|hartelijke groeten|groet|groeten|groetjes|mvg",
    "met hartelijke groet|bedankt|alvast bedankt|dank u|dank u wel|dank je|dank je wel|hartelijk dank",
    "bij voorbaat dank",
)
PARTICLES = frozenset(
    {"von", "van", "de", "den", "der", "vom", "zu", "zur", "ter", "ten", "i.a.", "i.v.", "und", "and", "&"}
)
"""Words of a name that need no capital."""
