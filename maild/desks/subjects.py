r"""Does a subject say anything? "Hilfe!", "Re: (no subject)" and "Dringend: Problem" do not (REQ-H1).

In: a subject as it was decoded; out: what stands behind the marks of replies, and whether it says something. A subject
says nothing when every word of it is one of `MEANINGLESS` or a number. Linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Collection

SUBJECT = "subject"
"""By this name it is asked for."""
WORDS = {
    "de": "einen Betreff, der sagt, worum es geht",
    "en": "a subject that says what it is about",
    "nl": "een onderwerp dat zegt waar het om gaat",
}
MEANINGLESS = frozenset(
    """
    hilfe hilfeersuchen frage fragen rückfrage problem probleme fehler anfrage anliegen wichtig dringend eilig eilt
    sofort betreff nachricht info information support ticket hallo moin servus guten tag morgen abend bitte danke
    kein keine ohne neu neue neues kurz kurze ein eine einen der die das ich wir brauche benötige habe haben
    an mit um und zu zum zur
    help question questions issue issues trouble error urgent important asap request enquiry inquiry query
    subject message hello hi hey dear good day morning please thanks no none empty untitled new quick
    a an the i we my our me us have need to about for some with
    hulp vraag vragen probleem problemen storing fout verzoek spoed belangrijk onderwerp bericht
    goedendag goedemorgen graag alstublieft aub bedankt geen zonder nieuw nieuwe korte
    een het de ik wij we heb hebben nodig over voor mijn ons
    null nil na
    """.split()  # noqa: SIM905 - a list of words to read and add to
)
"""What people write who know no subject, and the small words between: German, English, Dutch."""
_LONGEST = 500
# Marks of replies and forwards: English, German, Dutch, French, Spanish, Scandinavian, as clients write them.
_MARK = re.compile(r"\s*(?:re|aw|antw|antwort|wg|fw|fwd|doorst|tr|rv|sv|vs)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)
_NUMBER = re.compile(r"\[\s?[A-Za-z][A-Za-z0-9]{0,9}-\d{1,12}\s?\]")
_WORD = re.compile(r"[^\W_]+")


def numberless(subject: str) -> str:
    """Without numbers of tickets in brackets, on one line."""
    return " ".join(_NUMBER.sub(" ", subject[:_LONGEST]).split())


def bare(subject: str) -> str:
    """Without numbers of tickets, and without the marks of replies it begins with."""
    rest = numberless(subject)
    while mark := _MARK.match(rest):
        rest = rest[mark.end() :]
    return rest.strip()


def says_something(subject: str, meaningless: Collection[str] = ()) -> bool:
    """Whether a word in it tells what it is about; `meaningless` are further words that do not."""
    own = {word.casefold() for line in meaningless for word in _WORD.findall(line)}
    said = (word.casefold() for word in _WORD.findall(bare(subject)))
    return any(not word.isnumeric() and word not in MEANINGLESS and word not in own for word in said)
