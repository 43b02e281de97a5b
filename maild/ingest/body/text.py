"""Which parts of a mail are its text: `read_body(root)`.

Laws: in multipart/alternative the plain text is the text (rules read what a person can check) unless it is empty or
a stub that only sends people to another client; parts marked as attachment and parts with a file name are never text,
unless there is no other; further text parts of a mixed mail follow the first (Apple Mail splits a text around
pictures). What is not taken here is an attachment. What a reader should know of the text is noted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from maild.cleaning import clean_text
from maild.ingest import notes
from maild.ingest.body import hiding, html
from maild.ingest.body.agreement import LOOKED_AT, Agreement, agreement, is_same_at_sight
from maild.ingest.body.flowed import plain_text
from maild.ingest.mime.limits import CODED_TEXT
from maild.ingest.parts import armor
from maild.ingest.parts.structure import Part, leaves
from maild.model import Note

MOST_TEXT = 2 * CODED_TEXT
"""Bytes of all text parts of a mail together that are shown as text."""
_READABLE = frozenset({"text/plain", "text/html", "text/enriched"})


@dataclass(frozen=True, slots=True)
class Body:
    """`text` is the whole of it; `from_html` says that there was no plain text. `taken` are the parts used."""

    text: str
    html: str
    from_html: bool
    taken: frozenset[str]
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class _Found:
    """The text parts below one node: of each kind, and those that are shown, in their order."""

    plain: list[Part] = field(default_factory=list)
    rich: list[Part] = field(default_factory=list)
    pieces: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    """Reads each part once."""

    texts: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    left: int = MOST_TEXT

    def plain(self, part: Part) -> str:
        if part.number not in self.texts:
            text = armor.opened(plain_text(part), self.notes) if self._is_read(part) else ""
            if hiding.smuggles(text):
                self.notes.append(notes.smuggled_text())
            self.texts[part.number] = hiding.without_invisible(text)
        return self.texts[part.number]

    def source(self, part: Part) -> str:
        if part.number not in self.sources:
            self.sources[part.number] = part.text() if self._is_read(part) else ""
        return self.sources[part.number]

    def rich(self, part: Part) -> str:
        shown = html.read(self.source(part))
        if shown.hidden_words:
            self.notes.append(notes.hidden_text(shown.hidden_words))
        if len(shown.text) > CODED_TEXT:
            self._note_cut()
        return armor.opened(shown.text[:CODED_TEXT], self.notes)

    def _is_read(self, part: Part) -> bool:
        """One part may be long, or many: beyond `MOST_TEXT` no further one is shown as text."""
        enough, self.left = self.left <= 0, self.left - len(part.data)
        if enough or len(part.data) > CODED_TEXT:
            self._note_cut()
        return not enough

    def _note_cut(self) -> None:
        self.notes.append(notes.text_cut(CODED_TEXT))


def read_body(root: Part) -> Body:
    found, reader = _Found(), _Reader()
    _collect(root, found, reader)
    texts = [(part, _read(part, reader)) for part in found.pieces]
    shown = [(part, text) for part, text in texts if text.strip() or _is_rich(part)]
    text = "\n".join(text for _, text in shown)
    if not text.strip():
        text = _last_resort(root, reader)
    return Body(
        text=clean_text(text),
        html=clean_text("\n".join(reader.source(part) for part in found.rich)),
        from_html=bool(shown) and all(_is_rich(part) for part, _ in shown),
        taken=frozenset(part.number for part in (*found.plain, *found.rich)),
        notes=tuple(dict.fromkeys(reader.notes)),
    )


def is_text(part: Part) -> bool:
    """A part to be read, not to be saved."""
    if part.children or _is_file(part) or part.filename:
        return False
    # A multipart without parts is one whose boundary never came.
    return part.content_type in _READABLE or part.content_type.startswith("multipart/")


def _is_rich(part: Part) -> bool:
    return part.content_type == "text/html"


def _read(part: Part, reader: _Reader) -> str:
    return reader.rich(part) if _is_rich(part) else reader.plain(part)


def _collect(part: Part, found: _Found, reader: _Reader) -> None:
    if part.content_type == "multipart/alternative" and part.children:
        _choose(part, found, reader)
    elif part.children:
        for child in (*part.lead, *part.children):
            _collect(child, found, reader)
    elif is_text(part):
        (found.rich if _is_rich(part) else found.plain).append(part)
        found.pieces.append(part)
    for child in part.inner:
        _collect(child, found, reader)


def _choose(part: Part, found: _Found, reader: _Reader) -> None:
    """The plain alternative is shown; the rich one is kept beside it."""
    inner = _Found()
    for child in (*part.lead, *part.children):
        _collect(child, inner, reader)
    found.plain += inner.plain
    found.rich += inner.rich
    readable = [piece for piece in inner.plain if piece.data.strip()]
    if readable and inner.rich and _is_stub(readable, inner.rich, reader):
        readable = []
    found.pieces += readable or inner.rich


def _is_stub(plain: list[Part], rich: list[Part], reader: _Reader) -> bool:
    mine = "\n".join(reader.plain(part) for part in plain)
    sources = [reader.source(part) for part in rich[:3]]
    # Nearly always they say the same at first sight, hidden words or not.
    if is_same_at_sight(mine, _words(sources, with_hidden=True)):
        return False
    found = agreement(mine, _words(sources, with_hidden=False))
    if found is Agreement.DIFFERS:
        reader.notes.append(notes.texts_differ())
    return found is Agreement.STUB


def _words(sources: list[str], *, with_hidden: bool) -> str:
    return " ".join(html.words(source, 2 * LOOKED_AT, with_hidden=with_hidden) for source in sources)


def _last_resort(root: Part, reader: _Reader) -> str:
    """A mail that seems to have no text: its first text with a name that is not called an attachment, the text in
    winmail.dat, or what stands around parts that are none. They stay attachments."""
    parts = leaves(root)
    named = [part for part in parts if part.filename and part.content_type in _READABLE and not _is_file(part)]
    for text_part in (*named, *(lead for part in parts for lead in part.lead)):
        text = _read(text_part, reader)
        if text.strip():
            return text
    return "" if any(part.data.strip() for part in parts) else root.margin


def _is_file(part: Part) -> bool:
    return part.disposition.value.startswith("attachment")
