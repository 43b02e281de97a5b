"""Copied headers: "From: … Sent: … To: … Subject: …" as Outlook, Notes, Zimbra and GMX put above what they quote.

`copied_header(lines, at)` says how many lines from `at` on are one. Laws: only fields of the table count; a header
needs a sender and enough of the others that no form or memo of the author has them ("Von: 1.12. Bis: 15.12.");
a header pasted with Received or Return-Path is evidence of the author, no quotation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from maild.ingest.reply.client_words import FIELDS

LONGEST_FIELD = 30
MOST_LINES = 30
MOST_FOLDED = 12

_AROUND = " \t\xa0>*_|"
_DIGIT = re.compile(r"\d")


class Field(NamedTuple):
    role: str
    value: str


def field(line: str) -> Field | None:
    """The field of a copied header on this line, as `*Von:* Max` or `> From : Max`."""
    head, colon, value = line.partition(":" if ":" in line else "：")
    if not colon or len(head) > LONGEST_FIELD:
        return None
    role = FIELDS.get(head.strip(_AROUND).lower().replace("’", "'"))
    return Field(role, value.strip(" \t\xa0*")) if role else None


def may_be_field(line: str) -> bool:
    """Cheap: a colon soon, and a word of the table before it."""
    place = line.find(":", 0, LONGEST_FIELD)
    if place < 1 and (line.isascii() or (place := line.find("：", 0, LONGEST_FIELD)) < 1):
        return False
    return not line[place - 1].isdigit() and line[:place].strip(_AROUND).lower().replace("’", "'") in FIELDS


def copied_header(lines: Sequence[str], at: int) -> int:
    """The number of lines of the copied header that starts at line `at`; 0 if none does."""
    first = field(lines[at])
    if first is None or first.role in ("other", "technical") or (at and _is_technical(lines[at - 1])):
        return 0
    roles, last, folded = {first.role: first.value}, at, 0
    for place in range(at + 1, min(at + MOST_LINES, len(lines))):
        found = field(lines[place])
        if found and (found.role == "technical" or (found.role in roles and found.role != "other")):
            break
        if found:
            roles[found.role], last = found.value, place
        elif not _goes_on(lines, place, last):
            break
        else:
            folded += 1
        if folded > MOST_FOLDED:
            break
    return _with_folded(lines, at, last) if _is_header(roles) else 0


def _is_technical(line: str) -> bool:
    found = field(line)
    return found is not None and found.role == "technical"


def _goes_on(lines: Sequence[str], place: int, last: int) -> bool:
    """One empty line between two fields; a long list of recipients; a value on the line below its name."""
    line = lines[place].strip(" >\t")
    if not line:
        return place - last == 1 and place + 1 < len(lines) and field(lines[place + 1]) is not None
    return "@" in line or ";" in line or lines[place][:1] in " \t" or place - last == 1


def _is_header(roles: dict[str, str]) -> bool:
    if "from" not in roles:
        return False
    dated = [roles[role] for role in ("sent", "date") if role in roles]
    has_address = "@" in roles["from"]
    if "subject" in roles:
        return bool(dated) or (has_address and "to" in roles)
    has_figures = any(map(_DIGIT.search, dated))
    return has_figures and (has_address or ("sent" in roles and "to" in roles))


def _with_folded(lines: Sequence[str], at: int, last: int) -> int:
    """The last field (mostly the subject) may go on for two lines, if an empty one follows."""
    for place in range(last + 1, min(last + 4, len(lines))):
        if not lines[place].strip(" >"):
            return place - at
    return last - at + 1


def bare_header(lines: Sequence[str], at: int) -> int:
    """eM Client writes "From "Max" <max@b.example>" without colons: the lines until the next empty one."""
    place, known = at, 0
    while place < min(at + MOST_FOLDED, len(lines)) and lines[place].strip():
        known += lines[place].split(None, 1)[0].lower() in FIELDS
        place += 1
    return place - at if known >= 3 else 0
