"""Parts with something inside that people want: `opened(root)` gives the tree with it.

Opened are winmail.dat (its files and its text) and S/MIME whose content is signed and not encrypted (the mail in it);
both stay attachments themselves. Laws: the parts that came stay as they are, so the content key does not depend on
what can be opened; `MOST_OPENED` of them are opened, nothing inside what was opened; what cannot be read stays closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from maild.errors import UnparsableMail
from maild.ingest import notes
from maild.ingest.header.headers import Headers
from maild.ingest.mime.parameters import Structured, media_type
from maild.ingest.parts import opaque, tnef
from maild.ingest.parts.structure import Part, read
from maild.model import Note

MOST_OPENED = 1
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/octet-stream"})
_PLAIN = Structured("", {})
_FILE = Structured("attachment", {})


@dataclass(slots=True)
class _Budget:
    """How many more parts of this mail are opened: each costs as much as a mail of its own."""

    left: int = MOST_OPENED

    def takes(self) -> bool:
        self.left -= 1
        return self.left >= 0


def opened(root: Part) -> Part:
    """The same tree where there is nothing to open."""
    return _opened(root, _Budget())


def _opened(root: Part, budget: _Budget) -> Part:
    if root.children:
        children = tuple(_opened(child, budget) for child in root.children)
        return root if all(map(_is_same, children, root.children)) else replace(root, children=children)
    if tnef.is_tnef(root.content_type, root.filename, root.data):
        return _with_files(root) if budget.takes() else root
    if root.content_type in _SMIME and opaque.is_signed(root.data):
        return _with_mail(root) if budget.takes() else root
    return root


def told(root: Part) -> tuple[Note, ...]:
    """The notes about what was opened."""
    below = tuple(note for child in root.children for note in told(child))
    if root.inner and tnef.is_tnef(root.content_type, root.filename, root.data):
        return (notes.tnef_unpacked(len(root.inner)), *below)
    return below


def _is_same(one: Part, other: Part) -> bool:
    return one is other


def _with_files(part: Part) -> Part:
    found = tnef.unpacked(part.data)
    files = tuple(_file(f"{part.number}.{place}", file) for place, file in enumerate(found.files, 1))
    kind, text = ("text/html", found.html) if found.html else ("text/plain", found.text)
    lead = (_text(f"{part.number}.0", kind, text),) if text else ()
    return replace(part, inner=files, lead=lead)


def _file(number: str, file: tnef.TnefFile) -> Part:
    headers = Headers([("Content-ID", file.content_id)] if file.content_id else [])
    return Part(number, headers, media_type(file.content_type, "application/octet-stream"),
                {"name": file.name}, _FILE, file.data)  # fmt: skip


def _text(number: str, kind: str, text: str) -> Part:
    return Part(number, Headers(()), kind, {}, _PLAIN, text.encode("utf-8", "replace"), charset="utf-8")


def _with_mail(part: Part) -> Part:
    content = opaque.content(part.data)
    try:
        inner = read(content)[0] if content else None
    except UnparsableMail:
        return part
    return replace(part, inner=(_renumbered(inner, f"{part.number}.1"),)) if inner else part


def _renumbered(part: Part, number: str) -> Part:
    children = tuple(_renumbered(child, f"{number}.{place}") for place, child in enumerate(part.children, 1))
    return replace(part, number=number, children=children)
