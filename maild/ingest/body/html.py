"""HTML bodies become text that keeps their structure: paragraphs, lists, tables, links.

In: the HTML of a mail, as sent; out: text. The HTML itself is neither cleaned nor shown here.
Laws: text the sender hid from the reader's eyes is dropped (rules and agents see what the reader sees) and counted;
input beyond `LONGEST` is cut; nothing raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import turbohtml
from turbohtml import PlainText

from maild.ingest.body import hiding

LONGEST = 1024 * 1024
_LAYOUT = PlainText(links="inline", bullet="* ")
_PICTURES = PlainText(links="inline", bullet="* ", images=True)
_LINK = re.compile(r" \((?:mailto:|https?://)?([^\s()]{1,2000})\)")
MANY_TAGS = 100
MOST_CELLS = 200_000
_COLSPAN = re.compile(r"colspan\s{0,9}=\s{0,9}[\"']?(\d{1,7})")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Shown:
    """The text a reader sees, and how many words are in the HTML that no reader sees."""

    text: str
    hidden_words: int = 0


def read(html: str) -> Shown:
    document = turbohtml.parse(html[:LONGEST])
    hidden_words = hiding.take_out_hidden(document)
    # A mail that is one picture says what its picture says.
    if _is_endless_table(html):
        return Shown(_tidy("\n".join(document.strings)), hidden_words)
    text = _tidy(document.to_text(_LAYOUT)) or _tidy(document.to_text(_PICTURES))
    return Shown(text, hidden_words)


def _is_endless_table(html: str) -> bool:
    """A table is laid out in full: 20,000 cells in one of 2,000 rows would be 660 MB of blanks."""
    rows = html[:LONGEST].lower().split("<tr") if html.count("<") > MANY_TAGS else ()
    widest = max((row.count("<td") + row.count("<th") + _spanned(row) for row in rows), default=0)
    return widest * len(rows) > MOST_CELLS


def _spanned(row: str) -> int:
    return sum(min(int(found[1]), MOST_CELLS) for found in _COLSPAN.finditer(row)) if "colspan" in row else 0


def words(html: str, most: int, *, with_hidden: bool = False) -> str:
    """The text a reader sees without any layout, cut: enough to compare it, at a third of the price."""
    document = turbohtml.parse(html[:LONGEST])
    if with_hidden:
        hiding.take_out_unshown(document)
    else:
        hiding.take_out_hidden(document)
    return " ".join(document.strings)[:most]


def to_text(html: str) -> str:
    """All of it that a reader would see."""
    return read(html).text


def _tidy(text: str) -> str:
    text = hiding.without_invisible(text)
    text = _LINK.sub(_shown_link, text) if " (" in text else text
    text = "\n".join([line.rstrip() for line in text.split("\n")]).strip("\n")
    return _BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text


def _shown_link(link: re.Match[str]) -> str:
    """`a@b.de (mailto:a@b.de)` and `www.b.de (http://www.b.de/)` say the same thing twice."""
    shown = link.string[max(0, link.start() - 300) : link.start()].rstrip("/").rsplit(None, 1)
    return "" if shown and shown[-1].endswith(link[1].rstrip("/")) else link[0]
