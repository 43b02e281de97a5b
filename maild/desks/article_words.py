"""Words as help articles and mails are compared by them: folded, and without their endings. Pure.

In: a text; out: its words, or the stem of one. A stem is a beginning that the forms of a word share, so that it is
found in a mail by comparing beginnings: taking the mail's words apart too would cost far more than all the rest.
Laws: case, accents and the ways to write an umlaut or a double letter do not count (Passwörter, PASSWOERTER); the most
common words of German, English and Dutch say nothing, nor do those for what people do with any software.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SHORTEST = 4
"""Letters of a stem. A shorter word is compared as it is: VPN, PDF."""
LONGEST = 40
"""Letters of a word that are looked at."""
KNOWN_WORDS = 8_192
"""So many words of mails are remembered: most mails say what others have said."""
_WORD = re.compile(r"[^\W_]{3,}")
_MARKS = re.compile("[\u0300-\u036f]+")
_WRITTEN_OUT = re.compile(r"([aou])e|([^\W\d_])\2")
_ENDINGS = (
    *(("ungen", 6), ("ung", 6), ("ingen", 4), ("ing", 4), ("ern", 4), ("ers", 4), ("ies", 4), ("en", 4), ("er", 4)),
    *(("es", 4), ("ed", 4), ("em", 4), ("e", 4), ("s", 4), ("n", 4), ("y", 4)),
)
"""Each with the letters that must be left: a Rechnung is no Rechner."""
_EMPTY = """
    aber alle allem allen aller alles als also andere anderen anderer anfrage anlegen anzeigen auch auf aus bei beim
    benutzen bereits bin bis bitte brauche brauchen damen danke dann das dass dein dem den denn der des die dies diese
    diesem diesen dieser dieses doch dort durch ein eine einem einen einer eines einfach einrichten einrichtung
    einstellen einstellung einstellungen erste erstellen ersten etwas fehler frage fragen freundlichen funktioniert für
    ganz geehrte geht gerade gern gerne geändert gibt gruß grüße gute guten habe haben hallo hat hatte hatten herr
    herren heute hier hilfe hinzufügen ich ihm ihn ihnen ihr ihre ihrem ihren ihrer immer ist jede jeder jetzt kann
    kein keine keinen kollegen kollegin können könnte könnten lege legen leider liebe machen macht man mehr mein meine
    meinem meinen meiner mfg mich mir mit morgen muss möchte müssen nach nachricht neu neue neuen neuer neues nicht
    nichts noch nun nur nutzen oder ohne problem probleme schon sehr sein seine seit seite setze setzen sich sie sind
    soll sollen sowie tag team trotz und uns unser unsere unserem unseren unter verwenden viel viele vielen vom von vor
    wann war waren warum was weg weil welche wenn wer werden wie wieder will wir wird wissen wollen worden wurde wurden
    zum zur zwei zwischen ändere ändern änderung über

    about add adding after again all also always and answer answers any are asked because been before being but can
    can't cannot change changed changes changing could create creating dear did didn does doesn doing don done during
    each error first for from get gets getting give good got had has have having hello help here hers him his how into
    isn issue its just kind know last let like made make many may mine more most much must need needs never new not
    nothing now off one only other our ours out over own page please question regards request same say see seems set
    sets setting settings setup she should show showing shown shows since some still such support sure take team than
    thank thanks that the their them then there these they thing things this those through ticket time today too try
    trying two under until use used using very want wants was way were what when where which while who why will with
    without work working works would yet you your yours

    aan aanmaken alle alleen alles alstublieft andere bedankt beste bij daar dag dan dank dat deze die dit doen door
    dus een eens eerste elke fout gaan gaat geachte gebruiken geen graag groet groeten haar had hallo heb hebben heeft
    heel hem het hier hij hoe hulp iemand iets instellen instelling instellingen jij jou jouw kan krijg kunnen kunt
    maar maken meer met mij mijn moet moeten mogen naar niet nieuw nieuwe niks nodig nog omdat onder ons onze ook over
    pagina probleem reeds sinds tegen toch toen toevoegen tot uit uw van vandaag veel verander veranderen voor vraag
    vragen vriendelijke waar waarom wanneer want waren wat weer wel welke werd werkt weten wie wij wijzig wijzigen wil
    willen worden wordt zal zeer zich zij zijn zonder zou
"""


def words_of(text: str) -> list[str]:
    """Its words as they stand there, but for their case; what each of them says is another question (`folded`)."""
    text = text.casefold()
    return _WORD.findall(text if text.isascii() else unicodedata.normalize("NFC", text))


def _plain(word: str) -> str:
    if not word.isascii():
        word = _MARKS.sub("", unicodedata.normalize("NFKD", word))
    return _WRITTEN_OUT.sub(r"\1\2", word)[:LONGEST]


SAYS_NOTHING = frozenset(map(_plain, words_of(_EMPTY)))


@lru_cache(maxsize=KNOWN_WORDS)
def folded(word: str) -> str:
    """The form in which words are compared; "" for one that says nothing."""
    plain = _plain(word)
    return "" if plain in SAYS_NOTHING else plain


def stems_of(text: str) -> list[str]:
    """The stems of its words, as often as they stand there."""
    return [stem(word) for word in map(folded, words_of(text)) if word]


def stem(word: str) -> str:
    """What the forms of a folded word have in common."""
    for ending, left in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= left:
            return word[: -len(ending)]
    return word


def is_form(word: str, stem: str, at: int = 0) -> bool:
    """Whether the word is a form of the stem that it holds at this place, or begins or goes on with it: a short stem
    begins many words that mean something else."""
    rest, letters = len(word) - at - len(stem), len(stem)
    return word.startswith(stem, at) and (letters > 5 or rest < letters)
