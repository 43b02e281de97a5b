"""The words of a report in each language: its columns, and what stands in them. Tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from maild.decide.asked.reporting import Standing
from maild.model import Status


@dataclass(frozen=True, slots=True)
class Words:
    """How one language says it. `columns` are in the order of `report_sheet.CELLS`, the others in that of
    their enumerations."""

    language: str
    title: str
    span: str
    count: str
    nothing: str
    more: str
    columns: tuple[str, ...]
    statuses: tuple[str, ...]
    standings: tuple[str, ...]

    def status(self, status: Status) -> str:
        return dict(zip(Status, self.statuses, strict=True))[status]

    def standing(self, standing: Standing) -> str:
        return dict(zip(Standing, self.standings, strict=True))[standing]


_ENGLISH = Words(
    language="en",
    title="Requests",
    span="{begins} to {ends}, times of {zone}",
    count="Requests: {count}",
    nothing="There were none.",
    more="There are more; please ask for a shorter period.",
    columns=(
        *("Number", "Opened", "By", "Title", "Type", "Priority", "Status"),
        *("First answer", "Solved", "Closed"),
        *("Answer due", "Answer in time", "Solution due", "Solution in time"),
    ),
    statuses=("new", "in progress", "waiting for you", "waiting for others", "solved", "closed"),
    standings=("yes", "no", "still open"),
)
WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "en": _ENGLISH,
        "de": Words(
            language="de",
            title="Protokoll der Anfragen",
            span="{begins} bis {ends}, Uhrzeiten von {zone}",
            count="Anfragen: {count}",
            nothing="Es gab keine.",
            more="Es gibt weitere; bitte fragen Sie nach einem kürzeren Zeitraum.",
            columns=(
                *("Nummer", "Eröffnet", "Von", "Titel", "Art", "Priorität", "Stand"),
                *("Erste Antwort", "Gelöst", "Abgeschlossen"),
                *("Antwort bis", "Antwort rechtzeitig", "Lösung bis", "Lösung rechtzeitig"),
            ),
            statuses=("neu", "in Arbeit", "wartet auf Sie", "wartet auf andere", "gelöst", "abgeschlossen"),
            standings=("ja", "nein", "noch offen"),
        ),
        "nl": Words(
            language="nl",
            title="Overzicht van vragen",
            span="{begins} tot en met {ends}, tijden van {zone}",
            count="Vragen: {count}",
            nothing="Er waren er geen.",
            more="Er zijn er meer; vraag om een kortere periode.",
            columns=(
                *("Nummer", "Geopend", "Door", "Titel", "Soort", "Prioriteit", "Status"),
                *("Eerste antwoord", "Opgelost", "Afgesloten"),
                *("Antwoord voor", "Antwoord op tijd", "Oplossing voor", "Oplossing op tijd"),
            ),
            statuses=("nieuw", "in behandeling", "wacht op u", "wacht op anderen", "opgelost", "afgesloten"),
            standings=("ja", "nee", "nog open"),
        ),
    }
)


def words_in(language: str) -> Words:
    """English where the language is not known."""
    return WORDS.get(language, _ENGLISH)
