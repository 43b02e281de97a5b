"""What an IMAP server answers, made safe to use: numbers, mails, dates, and its words for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

# Before that there was no IMAP; broken servers say 1970 where they do not know.
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Folder:
    """What EXAMINE or SELECT says of the folder. `uidnext` is 0 where the server does not tell (RFC 9051 2.3.1.1).

    `keywords` are the flags that may be changed for good (PERMANENTFLAGS): `\\*` stands for any new one.
    """

    uidvalidity: int
    uidnext: int
    exists: int = 0
    keywords: frozenset[bytes] = frozenset()

    def permits(self, keyword: bytes) -> bool:
        return not self.keywords.isdisjoint({keyword.lower(), rb"\*"})


@dataclass(frozen=True, slots=True)
class Outline:
    """What a server says of a mail beforehand: its bytes, and when it took it (UTC; None where that is absurd)."""

    size: int
    arrived: datetime | None = None


def folder_of(told: Mapping[bytes, object]) -> Folder:
    flags = told.get(b"PERMANENTFLAGS")
    keywords = frozenset(bytes(flag).lower() for flag in flags) if isinstance(flags, tuple) else frozenset()
    return Folder(number(told.get(b"UIDVALIDITY")), number(told.get(b"UIDNEXT")), number(told.get(b"EXISTS")), keywords)


# What FETCH says of one mail. Flags are people's words, and could read like anything.
_FLAGS: Final = re.compile(rb"FLAGS \([^()]*\)", re.IGNORECASE)
_UID: Final = re.compile(rb"[( ]UID (\d{1,10})[ )]", re.IGNORECASE)
_SIZE: Final = re.compile(rb"[( ]RFC822\.SIZE (\d{1,18})[ )]", re.IGNORECASE)
_DATE: Final = re.compile(
    rb'[( ]INTERNALDATE "([ \d]\d)-([A-Z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.IGNORECASE
)
_MONTHS: Final = {
    name: number for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}


def outlines_of(lines: Iterable[object]) -> dict[int, Outline]:
    """Outlines by UID. A mail is missing where the server does not say its size: then nothing else is believed.

    Read here and not by imapclient, whose reader goes from letter to letter: it took as long as to fetch the mails.
    """
    found: dict[int, Outline] = {}
    for line in lines:
        told = _FLAGS.sub(b"", line) if isinstance(line, bytes) else b""
        uid, size = _UID.search(told), _SIZE.search(told)
        if uid and size:
            found[int(uid[1])] = Outline(int(size[1]), instant(told))
    return found


def instant(told: bytes) -> datetime | None:
    """INTERNALDATE as an aware UTC time; None for what is none, or lies before there was IMAP."""
    found = _DATE.search(told)
    month = _MONTHS.get(found[2].lower()) if found else None
    if not found or not month:
        return None
    day, year, hour, minute, second, off_hours, off_minutes = map(int, found.group(1, 3, 4, 5, 6, 8, 9))
    offset = timedelta(hours=off_hours, minutes=off_minutes)
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        at = at - offset if found[7] == b"+" else at + offset
    except (ValueError, OverflowError):
        return None
    return at if at >= EARLIEST else None


def texts(answer: Mapping[int, Mapping[bytes, object]], item: bytes) -> dict[int, bytes]:
    # An unasked-for FETCH (flags changed) has no body, and a server may answer NIL: both count as missing.
    found = ((uid, items.get(item)) for uid, items in answer.items())
    return {uid: text for uid, text in found if isinstance(text, bytes)}


def number(value: object) -> int:
    return value if isinstance(value, int) else 0


def words(error: Exception | str, *secrets: str) -> str:
    """What went wrong, in the server's words: one line without control characters, secrets and addresses."""
    told = str(error) or type(error).__name__
    if told[:2] in ("b'", 'b"') and told.endswith(told[1]):
        told = told[2:-1]
    for secret in filter(None, secrets):
        told = told.replace(secret, "…")
    told = re.sub(r"[^\s<>()]{1,64}@[^\s<>()]{1,255}", "…", told[:1000])
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", told).split())[:200]
