"""The words by which staff work by mail: commands at the top of an answer, and what is said of those that go wrong.

In: what is new in a mail's text; out: `Orders`. Pure. Laws: commands stand at the top, one a line, each behind a `#`.
In doubt nothing goes out: an unknown word, or a command further down, is a fault. One `#note` in any line keeps the
whole mail inside. To teach another word, add it to `VERBS`, and a case to tests/decide/work/test_staff_mail.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType

MOST_COMMANDS = 10
LONGEST_VALUE = 80
LONGEST_SAID = 300
LONGEST_WORD, MOST_SIGNS = 20, 500
NEAR = 0.75
"""So alike is "nota" to "note"."""
ME = frozenset({"me", "mir", "mich", "mij"})


class Verb(StrEnum):
    """What a command does; its own word in English."""

    SOLVED = "solved"
    WAITING = "waiting"
    OPEN = "open"
    CLOSE = "close"
    THIRD_PARTY = "third-party"
    PRIORITY = "priority"
    ASSIGN = "assign"
    TYPE = "type"
    CATEGORY = "category"
    NOTE = "note"
    SPLIT = "split"


WITH_VALUE = frozenset({Verb.PRIORITY, Verb.ASSIGN, Verb.TYPE, Verb.CATEGORY})
ALONE = frozenset({Verb.SOLVED, Verb.WAITING, Verb.OPEN, Verb.CLOSE, Verb.THIRD_PARTY})
VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        word.casefold(): verb
        for verb, words in {
            Verb.SOLVED: "solved solve gelöst geloest opgelost",
            Verb.WAITING: "waiting wait wartet warten wacht wachten",
            Verb.OPEN: "open offen reopen",
            Verb.CLOSE: "close closed geschlossen schließen gesloten sluiten",
            Verb.THIRD_PARTY: "third-party dritte derden",
            Verb.PRIORITY: "priority prio priorität prioriteit",
            Verb.ASSIGN: "assign zuweisen toewijzen",
            Verb.TYPE: "type typ art",
            Verb.CATEGORY: "category kategorie categorie",
            Verb.NOTE: "note notes internal notiz intern notitie",
            Verb.SPLIT: "split teilen splitsen",
        }.items()
        for word in words.split()
    }
)
_COMMAND = re.compile(r"[\s\u200b\ufeff]*#\s*([^\W\d_][\w-]*)[\s:.,;!]*(.*)", re.DOTALL)
_SIGNS = ("#", "＃")
"""The second is the wide one of East Asian keyboards."""


class Wrong(StrEnum):
    """What may be wrong with a mail of staff. IMPOSSIBLE: what the command line would say, in its own words."""

    UNKNOWN = "unknown"
    NO_VALUE = "no-value"
    TOO_MUCH = "too-much"
    PRIORITY = "priority"
    NOBODY = "nobody"
    BELOW = "below"
    MANY = "many"
    EMPTY = "empty"
    QUOTED = "quoted"
    FORWARDED = "forwarded"
    SPLIT_ALONE = "split-alone"
    NOTHING_TO_SPLIT = "nothing-to-split"
    STATUS_OF_NOTE = "status-of-note"
    FILES = "files"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the word that it is about."""

    wrong: Wrong
    about: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `value`: what stands behind its word; of `#note` the first of its text, of `#split`
    the title of the new ticket."""

    verb: Verb
    value: str = ""


@dataclass(frozen=True, slots=True)
class Orders:
    """What a mail of staff wants: commands, and `words` for the customer; or what is wrong with it. `note`: all of it
    stays inside."""

    commands: tuple[Command, ...]
    words: str
    faults: tuple[Fault, ...] = ()
    note: bool = False

    @property
    def splits(self) -> bool:
        """Whether the words are a question that gets a ticket of its own."""
        return any(one.verb is Verb.SPLIT for one in self.commands)

    def named(self) -> Iterator[str]:
        """Names of staff and teams who shall work on the ticket."""
        yield from (one.value for one in self.commands if one.verb is Verb.ASSIGN and one.value.lower() not in ME)


def orders_in(text: str) -> Orders:
    """What stands in this text, which is without what it quotes. Where too many `#` stand, no command is looked for."""
    signs = sum(map(text.count, _SIGNS))
    if not signs or signs > MOST_SIGNS:
        return Orders((), text.strip(), (Fault(Wrong.MANY),) if signs else ())
    lines = text.strip().split("\n")
    height = _height(lines)
    top = [found for line in lines[:height] if (found := _matched(line))]
    read = [_read(*found) for found in top[:MOST_COMMANDS]]
    commands = tuple(one for one in read if isinstance(one, Command))
    below = list(_below(lines[height:]))
    note = Verb.NOTE in {*(VERBS.get(word) for word in below), *(one.verb for one in commands)}
    faults = [one for one in read if isinstance(one, Fault)]
    faults += [Fault(Wrong.BELOW, f"#{word}") for word in below if VERBS.get(word) is not Verb.NOTE]
    faults += [Fault(Wrong.MANY)] if len(top) > MOST_COMMANDS else []
    first = [one.value for one in commands if one.verb is Verb.NOTE and one.value]
    return Orders(commands, "\n".join((*first, *lines[height:])).strip(), tuple(faults), note)


def _height(lines: list[str]) -> int:
    """How many lines stand at the top: commands, and empty lines between them."""
    for number, line in enumerate(lines):
        if line.strip() and _matched(line) is None:
            return number
    return len(lines)


def _matched(line: str) -> tuple[str, str] | None:
    """The word behind a `#`, and what follows. "#1042" is a number of somebody's."""
    if not any(sign in line for sign in _SIGNS):
        return None
    found = _COMMAND.match(unicodedata.normalize("NFKC", line))
    return (found[1].casefold(), found[2].strip()) if found else None


def _below(lines: list[str]) -> Iterator[str]:
    """Words that are commands, or hardly meant otherwise. Other lines with a `#` are text: "# systemctl restart"."""
    signed = (line for line in lines if any(sign in line for sign in _SIGNS))
    words = dict.fromkeys(found[0] for line in signed if (found := _matched(line)) and len(found[0]) <= LONGEST_WORD)
    yield from (word for word in words if get_close_matches(word, VERBS, n=1, cutoff=NEAR))


def _read(word: str, value: str) -> Command | Fault:
    verb = VERBS.get(word)
    if verb is None:
        return Fault(Wrong.UNKNOWN, f"#{word}")
    if verb in WITH_VALUE and not value:
        return Fault(Wrong.NO_VALUE, f"#{word}")
    if (verb in ALONE and value) or (verb in WITH_VALUE and len(value) > LONGEST_VALUE):
        return Fault(Wrong.TOO_MUCH, f"#{word}")
    if verb is Verb.PRIORITY and value not in ("1", "2", "3", "4"):
        return Fault(Wrong.PRIORITY, f"#{word} {value}")
    return Command(verb, value)


# ---- what is said of it ---------------------------------------------------------------------------

_EXIST = (
    "#solved, #waiting, #third-party, #open, #close, #priority 2, #assign NAME, #assign me, #type WORD, "
    "#category WORD, #note, #split"
)
_SAID: Mapping[str, Mapping[Wrong, str]] = MappingProxyType(
    {
        "en": {
            Wrong.UNKNOWN: f"There is no command {{}}. There are: {_EXIST}.",
            Wrong.NO_VALUE: "{} needs something behind it.",
            Wrong.TOO_MUCH: "Too much stands behind {}: your words begin on a line of their own.",
            Wrong.PRIORITY: "{}: a priority is 1 (the highest), 2, 3 or 4.",
            Wrong.NOBODY: "There is nobody, and no team, of the name {}.",
            Wrong.BELOW: "{} stands below your words: commands stand at the top.",
            Wrong.MANY: f"These are more than {MOST_COMMANDS} commands.",
            Wrong.EMPTY: "There is neither a command in it nor a word of yours.",
            Wrong.QUOTED: "Parts of our mail to you stand among your words, and the customer must not read them: "
            "write above what you quote, or take the quotation out.",
            Wrong.FORWARDED: "It is a forwarded mail: what it holds may not be for the customer.",
            Wrong.SPLIT_ALONE: "#split goes with no other command: the words below it are the new request.",
            Wrong.NOTHING_TO_SPLIT: "There is no mail of a customer's from which anything could be split off.",
            Wrong.STATUS_OF_NOTE: "{} was left out: the customer would be told, and #note keeps all of a mail inside.",
            Wrong.FILES: "These files lie with the request, and were not sent to the customer: {}",
        },
        "de": {
            Wrong.UNKNOWN: f"Einen Befehl {{}} gibt es nicht. Es gibt: {_EXIST}.",
            Wrong.NO_VALUE: "Hinter {} fehlt etwas.",
            Wrong.TOO_MUCH: "Hinter {} steht zu viel: Deine Worte beginnen auf einer eigenen Zeile.",
            Wrong.PRIORITY: "{}: Eine Priorität ist 1 (die höchste), 2, 3 oder 4.",
            Wrong.NOBODY: "Niemand und kein Team heißt {}.",
            Wrong.BELOW: "{} steht unter deinem Text: Befehle stehen ganz oben.",
            Wrong.MANY: f"Das sind mehr als {MOST_COMMANDS} Befehle.",
            Wrong.EMPTY: "Weder ein Befehl noch ein Wort von dir steht darin.",
            Wrong.QUOTED: "Zwischen deinen Worten stehen Teile unserer Mail an dich, die der Kunde nicht lesen darf: "
            "Schreib über dem Zitat, oder nimm es heraus.",
            Wrong.FORWARDED: "Es ist eine weitergeleitete Mail: Was darin steht, ist vielleicht nicht für den Kunden.",
            Wrong.SPLIT_ALONE: "#split steht für sich allein: Die Worte darunter sind die neue Anfrage.",
            Wrong.NOTHING_TO_SPLIT: "Es gibt keine Mail eines Kunden, von der etwas abzuteilen wäre.",
            Wrong.STATUS_OF_NOTE: "{} blieb liegen: Der Kunde würde davon erfahren, und mit #note bleibt alles intern.",
            Wrong.FILES: "Diese Dateien liegen bei der Anfrage und gingen nicht an den Kunden: {}",
        },
        "nl": {
            Wrong.UNKNOWN: f"Een opdracht {{}} bestaat niet. Wel: {_EXIST}.",
            Wrong.NO_VALUE: "Achter {} ontbreekt iets.",
            Wrong.TOO_MUCH: "Achter {} staat te veel: je tekst begint op een eigen regel.",
            Wrong.PRIORITY: "{}: een prioriteit is 1 (de hoogste), 2, 3 of 4.",
            Wrong.NOBODY: "Niemand en geen team heet {}.",
            Wrong.BELOW: "{} staat onder je tekst: opdrachten staan bovenaan.",
            Wrong.MANY: f"Dit zijn meer dan {MOST_COMMANDS} opdrachten.",
            Wrong.EMPTY: "Er staat geen opdracht en geen woord van jou in.",
            Wrong.QUOTED: "Delen van onze mail aan jou staan tussen je woorden, en de klant mag die niet lezen: "
            "schrijf boven het citaat, of haal het weg.",
            Wrong.FORWARDED: "Het is een doorgestuurde mail: wat erin staat is misschien niet voor de klant.",
            Wrong.SPLIT_ALONE: "#split staat alleen: de woorden eronder zijn de nieuwe vraag.",
            Wrong.NOTHING_TO_SPLIT: "Er is geen mail van een klant waarvan iets kan worden afgesplitst.",
            Wrong.STATUS_OF_NOTE: "{} bleef liggen: de klant zou het horen, en met #note blijft alles binnen.",
            Wrong.FILES: "Deze bestanden liggen bij de vraag en gingen niet naar de klant: {}",
        },
    }
)


def said(fault: Fault, language: str) -> str:
    """What is wrong, in a sentence; in English where the language is none of these."""
    about = fault.about[:LONGEST_SAID]
    return about if fault.wrong is Wrong.IMPOSSIBLE else _SAID.get(language, _SAID["en"])[fault.wrong].format(about)
