"""The new part of a mail's text: without what it quotes and without the signature. `visible_text(text)`.

The whole text is kept elsewhere; this is what a reader needs to see and what rules match. Laws: linear in the
length of the text; where nothing would be left, the text stays as it is; a quotation that the author answers point
by point stays, as the answers mean nothing without it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from maild.ingest.quotation import LONGEST_LINE, Announced, announcement, ruler

MOST_LINES = 2000
MOST_ANNOUNCEMENTS = 10
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
    r"(?:iphone|ipad|ipod|android|blackberry|mobile|cell|phone|samsung|galaxy|htc|nokia|windows|outlook|mail|"
    r"mailbox|yahoo|"
    r"airmail|ti-\d+|alcatel|device|tablet|handheld|smartphone|treo|nexus|pixel|huawei|xiaomi|lg|sony|xperia|"
    r"proton)\b|"
    r"sent from \[|from my iphone|(?:von|vom) mein\S* .{0,60}(?:gesendet|geschickt)|gesendet (?:von|mit|via|über) |"
    r"diese nachricht wurde von mein|get outlook for|outlook für|holen sie sich outlook|envoyé de(?:puis)? mon|"
    r"obtenir outlook|verzonden (?:met|vanaf|vanuit|van|via) |verstuurd (?:vanaf|met) |enviado desde mi|"
    r"enviado do meu|"
    r"inviato da(?:l mio)? |sendt fra min|skickat från min|wysłane z |отправлено с |lähetetty |從我的 |发自我的|"
    r"iphoneから送信|"
    r"someone from mobile|sent by galaxy)",
    re.IGNORECASE,
)
_DASHED_NAME = re.compile(r"-\s?[A-ZÄÖÜ][\w.]+(?: [A-ZÄÖÜ][\w.]+){0,2}\s*$")
_WORDS_AFTER_DEVICE = 12


def visible_text(text: str) -> str:
    lines = _above_delimiter(text).split("\n")
    if len(lines) > MOST_LINES:
        return _visible_head(lines)
    shown = _visible(lines)
    return _trimmed(shown) or _trimmed(text.split("\n"))


def _visible(lines: list[str]) -> list[str]:
    unsigned = _without_signature(lines)
    above = _without_quotation(unsigned)
    return above if len(above) == len(unsigned) else _without_signature(above)


def _visible_head(lines: list[str]) -> str:
    """A very long text (a pasted log) is only cut where its head says so."""
    head = lines[:MOST_LINES]
    shown = _without_quotation(head)
    return _trimmed(shown if len(shown) < len(head) else lines)


def _trimmed(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip() if any(line.strip() for line in lines) else ""


def _above_delimiter(text: str) -> str:
    folded = text.lower()
    places = [place for place in map(folded.find, DELIMITERS) if place >= 0]
    return text[: text.rfind("\n", 0, min(places)) + 1] if places else text


# ---- quotation -------------------------------------------------------------------------------------


def _without_quotation(lines: list[str]) -> list[str]:
    """At the first announcement of a quotation: what is above it, or else what the author put below it."""
    kept: list[str] = []
    for _ in range(MOST_ANNOUNCEMENTS):
        found = _first_announcement(lines)
        if found is None:
            break
        above, below = lines[: found.start], lines[found.end :]
        quoted, rest = _leading_quote(below)
        if _says_something(kept) or _says_something(above):
            if quoted and _says_something(rest):
                return kept + above + _without_trailing_quote(below)
            return kept + _without_trailing_quote(_without_rulers(above))
        kept += above
        lines = rest if _says_something(rest) else below
    return kept + _without_trailing_quote(lines)


def _first_announcement(lines: list[str]) -> Announced | None:
    for place in range(len(lines)):
        found = announcement(lines, place)
        if found:
            return found
    return None


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
    for place in range(_signature_floor(lines), len(lines)):
        line = lines[place]
        if line.lstrip()[:2] not in _SIGNATURE_STARTS or not _SIGNATURE.match(line[:LONGEST_LINE]):
            continue
        if _says_something(lines[:place]) and _first_announcement(lines[place + 1 :]) is None:
            return lines[:place]
    return lines


def _signature_floor(lines: list[str]) -> int:
    """The first line that has at most a signature's worth of written lines below it."""
    written = 0
    for place in range(len(lines) - 1, -1, -1):
        written += bool(lines[place].strip())
        if written > LONGEST_SIGNATURE + 1:
            return place + 1
    return 0


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
