"""What a mail carries besides its text: `list_attachments(root, taken)`, and the bytes of one for a download.

Laws: bytes are decoded and hashed once; file names are cleaned text, never a path; `message/*` parts are attachments
as they were sent. A part is found again by its number, so no copy of it is stored.
"""

from __future__ import annotations

import hashlib
import re

from maild.cleaning import clean_header
from maild.errors import NotFound
from maild.ingest.headers import decoded
from maild.ingest.structure import Part, leaves, read
from maild.model import Attachment

LONGEST_NAME = 255
_EXTENSIONS = {
    "message/rfc822": ".eml", "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics",
    "application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif",
}  # fmt: skip
_SPEAKING = frozenset({"image", "audio", "video"})
_SUBJECT = re.compile(rb"^subject:[ \t]*([^\r\n]{1,200})", re.IGNORECASE | re.MULTILINE)


def list_attachments(root: Part, taken: frozenset[str]) -> tuple[Attachment, ...]:
    return tuple(_attachment(leaf) for leaf in leaves(root) if leaf.number not in taken and _counts(leaf))


def payload(raw: bytes, part: str) -> bytes:
    """The decoded bytes of one part of a stored mail. Raises NotFound, UnparsableMail."""
    for leaf in leaves(read(raw)[0]):
        if leaf.number == part:
            return leaf.data
    raise NotFound(f"this mail has no part {part}")


def _counts(leaf: Part) -> bool:
    """An empty nameless part is nothing to save (a lone line behind a boundary)."""
    return bool(leaf.data or leaf.filename)


def _attachment(leaf: Part) -> Attachment:
    return Attachment(
        filename=file_name(leaf),
        content_type=leaf.content_type,
        size=len(leaf.data),
        md5=hashlib.md5(leaf.data, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(leaf.data).hexdigest(),
        part=leaf.number,
        content_id=decoded(leaf.headers.first("content-id")).strip("<> "),
        inline=leaf.disposition.value == "inline",
    )


def file_name(leaf: Part) -> str:
    """The sender's name for it, or one made of what it is."""
    name = clean_header(leaf.filename)[:LONGEST_NAME]
    if name:
        return name
    if leaf.content_type == "message/rfc822":
        subject = _SUBJECT.search(leaf.data[:65536])
        title = decoded(subject[1].decode("utf-8", "replace")) if subject else ""
        return f"{title or 'message'}.eml"
    kind = leaf.content_type.partition("/")[0]
    return (kind if kind in _SPEAKING else "attachment") + _EXTENSIONS.get(leaf.content_type, "")
