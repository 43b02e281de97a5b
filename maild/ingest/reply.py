"""The new part of a mail's text: without what it quotes and without the signature. `visible_text(text)`.

The whole text is kept elsewhere; this is what a reader needs to see and what rules match. Laws: linear in the
length of the text; where nothing would be left, the text stays as it is; a quotation that the author answers point
by point stays, as the answers mean nothing without it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from maild.ingest.quotation import LONGEST_LINE, announced, announcing, attribution, header_block, ruler

LONGEST = 512 * 1024
LONGEST_SIGNATURE = 25
DELIMITERS = (
    "please reply above this line",
    "reply above this line",
    "bitte antworten sie oberhalb dieser zeile",
    "bitte oberhalb dieser zeile antworten",
    "antwoord boven deze regel",
)
"""Our own line, which notifications carry at their top, and those of kindred systems."""

_SIGNATURE = re.compile(r"\s*(?:--|[—–]|_{5,})\s*$")
_SIGNATURE_STARTS = frozenset({"--", "__", "—", "–", "— ", "– "})
_SENT_FROM = re.compile(
    r"[\s*_<(\[]*(?:sent (?:from|via|with|by|using) (?:my |the |a )?(?:\w+ ){0,3}"
    r"(?:iphone|ipad|ipod|android|blackberry|mobile|cell|phone|samsung|galaxy|htc|nokia|windows|outlook|mail|mailbox|yahoo|"
    r"airmail|ti-\d+|alcatel|device|tablet|handheld|smartphone|treo|nexus|pixel|huawei|xiaomi|lg|sony|xperia|proton)\b|"
    r"sent from \[|from my iphone|(?:von|vom) mein\S* .{0,60}(?:gesendet|geschickt)|gesendet (?:von|mit|via|über) |"
    r"diese nachricht wurde von mein|get outlook for|outlook für|holen sie sich outlook|envoyé de(?:puis)? mon|"
    r"obtenir outlook|verzonden (?:met|vanaf|vanuit|van|via) |verstuurd (?:vanaf|met) |enviado desde mi|enviado do meu|"
    r"inviato da(?:l mio)? |sendt fra min|skickat från min|wysłane z |отправлено с |lähetetty |從我的 |发自我的|iphoneから送信|"
    r"someone from mobile|sent by galaxy)",
    re.IGNORECASE,
)
_DASHED_NAME = re.compile(r"-\s?[A-ZÄÖÜ][\w.]+(?: [A-ZÄÖÜ][\w.]+){0,2}\s*$")
_WORDS_AFTER_DEVICE = 9


def visible_text(text: str) -> str:
    lines = _above_delimiter(text[:LONGEST]).split("\n")
    lines = _without_signature(lines)
    above = _without_quotation(lines)
    shown = _trimmed(above if len(above) == len(lines) else _without_signature(above))
    return shown or _trimmed(text.split("\n"))


def _trimmed(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip() if any(line.strip() for line in lines) else ""


def _above_delimiter(text: str) -> str:
    folded = text.lower()
    places = [place for place in map(folded.find, DELIMITERS) if place >= 0]
    return text[: text.rfind("\n", 0, min(places)) + 1] if places else text


# ---- quotation -------------------------------------------------------------------------------------


def _without_quotation(lines: list[str]) -> list[str]:
    """At the first announcement of a quotation: what is above it, or else what the author put below it."""
    for place in announcing(lines):
        length = _announcement(lines, place)
        if length:
            return _around(lines, place, length)
    return _without_trailing_quote(lines)


def _announcement(lines: list[str], place: int) -> int:
    if not lines[place].strip():
        return 0
    if announced(lines[place]):
        following = _next_text(lines, place + 1)
        return following - place + (header_block(lines, following) if following < len(lines) else 0)
    return header_block(lines, place) or attribution(lines, place)


def _around(lines: list[str], place: int, length: int) -> list[str]:
    above, below = lines[:place], lines[place + length :]
    quoted, rest = _leading_quote(below)
    if not _says_something(above):
        return above + _without_quotation(rest if _says_something(rest) else below) if below else above
    if quoted and _says_something(rest):
        return above + _without_trailing_quote(below)
    return _without_trailing_quote(_without_rulers(above))


def _leading_quote(lines: list[str]) -> tuple[list[str], list[str]]:
    """(the quoted lines at the start, the rest)"""
    end = 0
    for place, line in enumerate(lines):
        if _is_quoted(line):
            end = place + 1
        elif line.strip():
            break
    return lines[:end], lines[end:]


def _without_trailing_quote(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (_is_quoted(lines[end - 1]) or not lines[end - 1].strip()):
        end -= 1
    return lines[:end] if _says_something(lines[:end]) else lines


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "|"))


def _says_something(lines: Sequence[str]) -> bool:
    return any(line.strip() and not _is_quoted(line) and not ruler(line) for line in lines)


def _next_text(lines: Sequence[str], place: int) -> int:
    while place < len(lines) and not lines[place].strip():
        place += 1
    return place


def _without_rulers(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or ruler(lines[end - 1])):
        end -= 1
    return lines[:end]


# ---- signature -------------------------------------------------------------------------------------


def _without_signature(lines: list[str]) -> list[str]:
    lines = _above_signature(lines)
    lines = _without_device(_without_rulers(lines))
    end = len(_without_rulers(lines))
    if end > 2 and _DASHED_NAME.match(lines[end - 1]) and not lines[end - 2].strip():
        return lines[: end - 1]
    return lines


def _above_signature(lines: list[str]) -> list[str]:
    """The first "-- " that has text above and no more than a signature's worth of lines below (RFC 3676 4.3)."""
    for place, line in enumerate(lines):
        if line.lstrip()[:2] not in _SIGNATURE_STARTS or not _SIGNATURE.match(line[:LONGEST_LINE]):
            continue
        below = lines[place + 1 :]
        if _short(below) and _says_something(lines[:place]) and not _announces(below):
            return lines[:place]
    return lines


def _short(below: Sequence[str]) -> bool:
    return sum(1 for line in below if line.strip()) <= LONGEST_SIGNATURE


def _announces(below: list[str]) -> bool:
    return any(_announcement(below, place) for place in announcing(below))


def _without_device(lines: list[str]) -> list[str]:
    """ "Sent from my iPhone", alone at the end; "sent from my desk, is much easier than my phone" is a sentence."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_device_line(lines[end - 1])):
        end -= 1
    return lines[:end] if end else lines


def _is_device_line(line: str) -> bool:
    line = line.strip()
    if len(line) > 150 or not _SENT_FROM.match(line):
        return False
    return len(line.split()) <= _WORDS_AFTER_DEVICE or line.endswith(">")
