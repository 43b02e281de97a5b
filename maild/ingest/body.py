"""Which parts of a mail are its text: `read_body(root)`.

Laws: in multipart/alternative the plain text is the text (rules read what a person can check) unless it is empty;
parts marked as attachment and parts with a file name are never text; further text parts of a mixed mail follow the
first (Apple Mail splits a text around pictures). What is not taken here is an attachment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from maild.cleaning import clean_text
from maild.ingest import html
from maild.ingest.structure import Part

_READABLE = frozenset({"text/plain", "text/html", "text/enriched"})


@dataclass(frozen=True, slots=True)
class Body:
    """`text` is the whole of it; `from_html` says that there was no plain text. `taken` are the parts used."""

    text: str
    html: str
    from_html: bool
    taken: frozenset[str]


@dataclass(slots=True)
class _Found:
    plain: list[Part] = field(default_factory=list)
    rich: list[Part] = field(default_factory=list)
    pieces: list[Part] = field(default_factory=list)


def read_body(root: Part) -> Body:
    found = _Found()
    _collect(root, found)
    texts = {part.number: _flowed(part) for part in found.plain}
    rich = {part.number: part.text() for part in found.rich}
    shown = [part for part in found.pieces if texts.get(part.number, "").strip() or part.number in rich]
    text = "\n".join(texts[part.number] if part.number in texts else html.to_text(rich[part.number]) for part in shown)
    return Body(
        text=clean_text(text),
        html=clean_text("\n".join(rich.values())),
        from_html=bool(shown) and all(part.number in rich for part in shown),
        taken=frozenset([*texts, *rich]),
    )


def is_text(part: Part) -> bool:
    """A part to be read, not to be saved."""
    if part.children or part.disposition.value.startswith("attachment") or part.filename:
        return False
    # A multipart without parts is one whose boundary never came.
    return part.content_type in _READABLE or part.content_type.startswith("multipart/")


def _collect(part: Part, found: _Found) -> None:
    if part.content_type == "multipart/alternative" and part.children:
        _choose(part, found)
    elif part.children:
        for child in part.children:
            _collect(child, found)
    elif is_text(part):
        (found.rich if part.content_type == "text/html" else found.plain).append(part)
        found.pieces.append(part)


def _choose(part: Part, found: _Found) -> None:
    """The plain alternative is shown; the rich one is kept beside it."""
    inner = _Found()
    for child in part.children:
        _collect(child, inner)
    found.plain += inner.plain
    found.rich += inner.rich
    readable = [piece for piece in inner.plain if piece.data.strip()]
    found.pieces += readable or inner.rich


def _flowed(part: Part) -> str:
    """Plain text; soft line breaks of format=flowed are joined (RFC 3676)."""
    text = part.text()
    if part.type_parameters.get("format", "").lower() != "flowed" or " \n" not in text:
        return text
    return _joined(text, delete_space=part.type_parameters.get("delsp", "").lower() == "yes")


def _joined(text: str, delete_space: bool) -> str:
    """Lines ending in a space go on in the next line of the same quote depth; "-- " never does (RFC 3676 4.3)."""
    pieces: list[str] = []
    depth_before, is_open = 0, False
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if not (is_open and depth == depth_before and content != "-- "):
            pieces.append("\n" + ">" * depth + " " * (depth > 0))
        is_open = content.endswith(" ") and content != "-- "
        pieces.append(content[:-1] if is_open and delete_space else content)
        depth_before = depth
    return "".join(pieces)[1:]
