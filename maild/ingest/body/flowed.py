"""A plain text part becomes text: `plain_text(part)`.

Soft line breaks are joined (format=flowed, RFC 3676), the tags of text/enriched (RFC 1896) go. Linear in the length.
"""

from __future__ import annotations

import re

from maild.ingest.parts.structure import Part

_PARAMETER = re.compile(r"<param>[^<]{0,200}</param>", re.IGNORECASE)
_TAG = re.compile(r"(?<!<)</?[a-z][a-z0-9-]{0,59}>", re.IGNORECASE)


def plain_text(part: Part) -> str:
    text = part.text()
    if part.content_type == "text/enriched":
        return _enriched(text)
    if part.type_parameters.get("format", "").strip().lower() != "flowed" or " \n" not in text:
        return text
    return _joined(text, delete_space=part.type_parameters.get("delsp", "").strip().lower() == "yes")


def _enriched(text: str) -> str:
    """`<<` is a bracket; one line end is a space, two are one line end (RFC 1896 section 2), yet senders that fold
    nothing are common, so line ends stay."""
    return _TAG.sub("", _PARAMETER.sub("", text)).replace("<<", "<")


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
