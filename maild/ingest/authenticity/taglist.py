"""Tag lists (RFC 6376 3.2), the grammar of DKIM signatures and of their keys: `read_tags(text)`.

Laws: linear, bounded, never raises; a list that breaks the grammar is none at all, as each reader would mend it in its
own way. Values keep their inner white space; `dense` takes it out where the grammar allows it.
"""

from __future__ import annotations

import base64
import binascii
import re

MOST_TAGS = 40
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SPACE = " \t\r\n"
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_NUMBER = re.compile(r"[0-9]{1,12}")


def read_tags(text: str) -> dict[str, str] | None:
    """Tag names to values; None for a list that is none. An empty tag is allowed at the very end only."""
    specs = text.strip(_SPACE).removesuffix(";").split(";", MOST_TAGS)
    if len(specs) > MOST_TAGS:
        return None
    tags: dict[str, str] = {}
    for spec in specs:
        name, equals, value = spec.partition("=")
        name = name.strip(_SPACE)
        if not equals or not _NAME.fullmatch(name) or name in tags:
            return None
        tags[name] = value.strip(_SPACE)
    return tags


def dense(value: str) -> str:
    """Without white space."""
    return "".join(value.split())


def words(value: str) -> tuple[str, ...]:
    """A list with colons, in lower case (RFC 6376 3.5: h=; 3.6.1: h=, s=, t=)."""
    return tuple(dense(word).lower() for word in value.split(":"))


def base64_of(value: str) -> bytes | None:
    """The bytes of base64 with white space in it and perhaps without its padding; None if it is none."""
    value = dense(value)
    if not _BASE64.fullmatch(value):
        return None
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4))
    except binascii.Error:
        return None


def number_of(value: str | None) -> int | None:
    """Digits of a sane length; None for anything else."""
    return int(value) if value is not None and _NUMBER.fullmatch(value) else None
