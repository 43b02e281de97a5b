"""What a mail carries besides its text: `list_attachments(root, taken)`, and the bytes of one for a download.

Laws: bytes are decoded and hashed once; file names are cleaned text, never a path; `message/*` parts are attachments
as they were sent. A part is found again by its number, so no copy of it is stored. A picture in the text that comes
again (the logo under every quoted mail) is one attachment that answers to all its content ids, parted by spaces: so
each `cid:` link still finds it, and nobody has to look through twelve logos for the one file that was sent.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from maild.cleaning import clean_header
from maild.errors import NotFound
from maild.ingest import notes
from maild.ingest.header.headers import decoded
from maild.ingest.parts.inside import opened
from maild.ingest.parts.structure import Part, leaves, read
from maild.model import Attachment, Note

LONGEST_NAME = 255
LONGEST_ID = 250
MOST_IDS = 50
MOST_ATTACHMENTS = 250
_EXTENSIONS = {
    "message/rfc822": ".eml", "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics",
    "text/csv": ".csv", "text/rtf": ".rtf", "application/rtf": ".rtf", "text/xml": ".xml", "application/xml": ".xml",
    "application/json": ".json", "application/zip": ".zip", "message/delivery-status": ".txt",
    "application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif",
}  # fmt: skip
_SPEAKING = frozenset({"image", "audio", "video"})
_SUBJECT = re.compile(rb"^subject:[ \t]*([^\r\n]{1,200})", re.IGNORECASE | re.MULTILINE)


def list_attachments(root: Part, taken: frozenset[str]) -> tuple[tuple[Attachment, ...], tuple[Note, ...]]:
    """The attachments, at most MOST_ATTACHMENTS, and a note if there are more. `root` is `inside.opened`."""
    found = [part for leaf in leaves(root) for part in _with_inner(leaf) if part.number not in taken and _counts(part)]
    told = (notes.attachments_left_out(MOST_ATTACHMENTS, len(found)),) if len(found) > MOST_ATTACHMENTS else ()
    return _pictures_once([_attachment(part) for part in found[:MOST_ATTACHMENTS]]), told


def payload(raw: bytes, part: str) -> bytes:
    """The decoded bytes of one part of a stored mail, or all of it for "". Raises NotFound, UnparsableMail."""
    if not part:
        return raw
    for leaf in leaves(opened(read(raw)[0])):
        for each in _with_inner(leaf):
            if each.number == part:
                return each.data
    raise NotFound(f"this mail has no part {part}")


def _with_inner(leaf: Part) -> list[Part]:
    return [leaf, *(part for inner in leaf.inner for part in leaves(inner))]


def _counts(leaf: Part) -> bool:
    """An empty nameless part is nothing to save (a lone line behind a boundary)."""
    return bool(leaf.data or leaf.filename)


def _pictures_once(found: list[Attachment]) -> tuple[Attachment, ...]:
    once: dict[str, Attachment] = {}
    for place, each in enumerate(found):
        is_shown = bool(each.content_id) and each.content_type.startswith("image/")
        key = f"{each.sha256} {each.content_type}" if is_shown else str(place)
        first = once.get(key)
        once[key] = each if first is None else replace(first, content_id=_joined(first.content_id, each.content_id))
    return tuple(once.values())


def _joined(ids: str, another: str) -> str:
    """Without bound a mail of 500 logos would have an id of half a megabyte."""
    known = ids.split(" ")
    return ids if another in known or len(known) >= MOST_IDS else f"{ids} {another}"


def _attachment(leaf: Part) -> Attachment:
    return Attachment(
        filename=file_name(leaf),
        content_type=leaf.content_type,
        size=len(leaf.data),
        md5=hashlib.md5(leaf.data, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(leaf.data).hexdigest(),
        part=leaf.number,
        content_id=decoded(leaf.headers.first("content-id")).strip("<> ").replace(" ", "")[:LONGEST_ID],
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
