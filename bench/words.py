"""What people write to a support desk: sentences, signatures, HTML as mail programs make it. Random, but seeded.

No backslash and no lone dot comes out: django-helpdesk reads the first as an escape.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from random import Random


def listed(words: str) -> tuple[str, ...]:
    """Words, one by one."""
    return tuple(words.split())


ENGLISH = listed("""
printer scanner invoice contract login password session certificate backup restore export import report
archive ward clinic patient schedule calendar form field column filter search upload download attachment
browser tablet shows opens closes hangs crashes fails prints sends loses forgets needs wants returns the a our
your this every another since yesterday again after before without slowly quickly sometimes never always red
empty wrong missing double late please could you check whether we have they were it is and but because when
while as soon
""")
GERMAN = listed("""
Drucker Störung Schlüssel Rückfrage Prüfung Übersicht Größe Änderung Gerät Bestätigung Anhänge Straße Befund
Bericht Auswertung Formular Oberfläche Schaltfläche Fenster Tabelle Spalte Zeile Fehlermeldung Anmeldung
öffnet schließt lädt druckt verschickt verliert vergisst benötigt zeigt fehlt hängt der die das unser Ihr jede
keine seit gestern wieder nach vor ohne langsam schnell manchmal nie immer rot leer falsch doppelt spät bitte
könnten Sie prüfen ob wir haben sie waren und aber weil während sobald für über größer
""")
GREETINGS = {
    "en": ("Dear support team,", "Kind regards"),
    "de": ("Sehr geehrte Damen und Herren,", "Mit freundlichen Grüßen"),
}
QUOTES = {"en": "On {day}, Support wrote:", "de": "Am {day} schrieb Support:"}
WORDS = {"en": ENGLISH, "de": GERMAN}
FIRST = listed("Amélie Björn Chloé Dörte Emil Françoise Günther Hanna Ines Jörg Katharina Lukas Márta Niels Olga Paweł")
LAST = listed("Abel Böhm Çelik Dvořák Engström Fähnrich Grün Hölzl Ivanova Jansen Kühn López Møller Nowak Öhler Prüß")
WIDTH = 74


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who writes, in one language."""

    random: Random
    language: str

    def some(self, fewest: int, most: int) -> str:
        """So many words."""
        return " ".join(self.random.choices(WORDS[self.language], k=self.random.randint(fewest, most)))

    def sentence(self) -> str:
        words = self.some(6, 18)
        return f"{words[0].upper()}{words[1:]}."

    def paragraph(self) -> str:
        return " ".join(self.sentence() for _ in range(self.random.randint(2, 6)))

    def letter(self, name: str, paragraphs: int) -> str:
        """Greeting, so many paragraphs, signature."""
        hello, bye = GREETINGS[self.language]
        phone = self.random.randint(1000, 9999)
        signature = f"-- \n{name}\nStation {phone % 30}, Haus Süd\nTel. +49 30 555-{phone}"
        return "\n\n".join((hello, *(self.paragraph() for _ in range(paragraphs)), f"{bye}\n{name}", signature)) + "\n"

    def quoted(self, letter: str) -> str:
        """How an answer quotes a letter, below."""
        said = QUOTES[self.language].format(day=f"{self.random.randint(1, 28)}.11.2026")
        return f"{said}\n" + "".join(f"> {line}\n" for line in wrapped(letter).splitlines())


def wrapped(text: str) -> str:
    """Lines of at most 74 characters, as mail programs send text."""
    return "\n".join(_wrapped_line(line) for line in text.split("\n"))


def _wrapped_line(line: str) -> str:
    """Quoted lines stay as they are."""
    done, current = [], ""
    for word in line.split(" ") if len(line) > WIDTH and line[0] != ">" else [line]:
        if current and len(current) + len(word) >= WIDTH:
            done.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return "\n".join((*done, current))


PAGE = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<style><!--
{styles}
--></style></head>
<body lang="DE" link="#0563C1" vlink="#954F72" style="word-wrap:break-word">
<div class="WordSection1">
{body}
<table border="0" cellpadding="0" style="border-collapse:collapse">
{rows}
</table>
<img width="1" height="1" src="https://pixel.example/open.gif?m={number}" alt=""><script>track({number})</script>
</div></body></html>
"""
STYLE = """p.Mso{n}, li.Mso{n}
\t{{margin:0cm;font-size:{size}.0pt;
\tfont-family:"Calibri",sans-serif;color:#{colour:06x};}}"""
LINE = (
    '<p class="Mso{n}" style="margin-bottom:6.0pt;line-height:115%"><span lang="DE" style="font-size:11.0pt;'
    'font-family:&quot;Arial&quot;,sans-serif;mso-fareast-language:EN-US">{text}<o:p></o:p></span></p>'
)
CELL = '<td valign="top" style="padding:.75pt 4pt"><b>{word}</b> <a href="https://portal.example/{word}?n={n}">{n}</a></td>'


def page(writer: Writer, text: str) -> str:
    """The same text as Outlook would put it: a page of styles, spans and a table."""
    random = writer.random
    styles = [STYLE.format(n=n, size=random.randint(8, 16), colour=random.getrandbits(24)) for n in range(40)]
    lines = [LINE.format(n=random.randint(0, 39), text=html.escape(line)) for line in text.splitlines() if line]
    rows = ["<tr>" + "".join(_cell(writer) for _ in range(4)) + "</tr>" for _ in range(random.randint(0, 10))]
    parts = ("\n".join(one) for one in (styles, lines, rows))
    return PAGE.format(**dict(zip(("styles", "body", "rows"), parts, strict=True)), number=random.getrandbits(30))


def _cell(writer: Writer) -> str:
    return CELL.format(word=html.escape(writer.some(1, 1)), n=writer.random.randint(1, 9999))
