"""Signatures, lines that a device adds, and disclaimers below a ruler: `without_signature(lines)`.

Laws: the text above a signature says something; a signature is short; a closing ("Kind regards, Ann") is the
author's. Linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from maild.ingest.reply.attribution import LONGEST_LINE, visible_letters
from maild.ingest.reply.device_words import CHINESE, CONFIDENTIAL, DEVICES, ENDS, GETTING, LEADS, SCANNED
from maild.ingest.reply.quotation import MARK, first_announcement, is_quoted, ruler

LONGEST_SIGNATURE = 25
LONGEST_BELOW_UNDERSCORES = 400
MOST_LINES_BELOW = 200
LONGEST_PLAIN = 10
LONGEST_DEVICE_LINE = 150
MOST_WORDS = 12
_DEVICE_WITHIN = 8

_SIGNATURE = re.compile(r"\s*(?:--|[—–]|_{5,})\s*$")
_STROKES = frozenset("-_—–*=#~+")
_DASHED_NAME = re.compile(r"-\s?[A-ZÄÖÜ][\w.]+(?: (?:de|den|der|van|von|du|da|di|[A-ZÄÖÜ][\w.]+)){0,3}\s*$")
_LINK = re.compile(r"[<(\[]{0,2}https?://\S{1,300}")
_WORD = re.compile(r"[^\W_]+")

_STARTS = (*LEADS, *SCANNED, *CHINESE)


def without_signature(lines: list[str]) -> list[str]:
    floor = _signature_floor(lines)
    places = [place for place in range(floor, len(lines)) if lines[place].lstrip()[:1] in _STROKES]
    if places:
        lines = _above_disclaimer(_above_signature(lines, floor, places), places)
    lines = _without_device(without_rulers(lines))
    end = len(without_rulers(lines))
    if end > 2 and _DASHED_NAME.match(lines[end - 1]) and not lines[end - 2].strip():
        return lines[: end - 1]
    return lines


def says_something(lines: Sequence[str]) -> bool:
    return any(line and line != MARK and not is_quoted(line) and not ruler(line) for line in lines if line.strip())


def without_rulers(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or ruler(lines[end - 1]) or _is_pixel(lines[end - 1])):
        end -= 1
    return lines[:end]


def _is_pixel(line: str) -> bool:
    """A single letter of no use, left by trackers ("ᐧ")."""
    return len(line) < LONGEST_PLAIN and not line.isascii() and visible_letters(line).strip() in {"ᐧ", "·", ""}


def _above_signature(lines: list[str], floor: int, places: list[int]) -> list[str]:
    """The first "-- " that has text above and no more than a signature's worth of lines below (RFC 3676 4.3)."""
    separators = [place for place in places if _is_separator(lines[place])]
    if separators and not says_something(lines[:floor]):
        separators = [place for place in separators if says_something(lines[floor:place])]
    for place in separators:
        if first_announcement(lines, place + 1) is None and _is_short(lines[place:]):
            return lines[:place]
    return lines


def _is_short(signature: list[str]) -> bool:
    """Dashes are the rule of mail; people also draw lines of underscores between the parts of a text."""
    if not signature[0].lstrip().startswith("_"):
        return True
    written = "\n".join(signature[1:]).strip()
    return len(written) <= LONGEST_BELOW_UNDERSCORES and "?" not in written


def _is_separator(line: str) -> bool:
    return _SIGNATURE.match(line[:LONGEST_LINE]) is not None


def _signature_floor(lines: list[str]) -> int:
    """The first line that has at most a signature's worth of written lines below it."""
    written, lowest = 0, max(0, len(lines) - MOST_LINES_BELOW)
    for place in range(len(lines) - 1, lowest - 1, -1):
        written += bool(lines[place].strip())
        if written > LONGEST_SIGNATURE + 1:
            return place + 1
    return lowest


def _above_disclaimer(lines: list[str], places: list[int]) -> list[str]:
    """A ruler of any kind, and below it nothing but a few lines that speak of confidence."""
    rulers = [place for place in places if place < len(lines) and len(lines[place]) >= LONGEST_PLAIN]
    place = next((place for place in rulers if ruler(lines[place])), None)
    if place is None:
        return lines
    below = " ".join(lines[place:])[: LONGEST_SIGNATURE * LONGEST_LINE].lower()
    is_disclaimer = any(word in below for word in CONFIDENTIAL) and says_something(lines[:place])
    return lines[:place] if is_disclaimer and first_announcement(lines, place + 1) is None else lines


def _without_device(lines: list[str]) -> list[str]:
    """ "Sent from my iPhone", alone at the end; "sent from my desk, is much easier than my phone" is a sentence."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_device_line(lines[end - 1])):
        end -= 1
    return lines[:end] if end else lines


def _is_device_line(line: str) -> bool:
    line = visible_letters(line[:LONGEST_LINE]).strip(" \t\xa0*_<([")
    folded = line.lower()
    if not (folded.startswith(_STARTS) or "outlook" in folded or folded.endswith(ENDS)):
        return False
    shown = _LINK.sub(" ", line).lower()
    words = _WORD.findall(shown)
    if len(shown) > LONGEST_DEVICE_LINE or (len(words) > MOST_WORDS and not line.endswith(">")):
        return False
    return _names_a_device(shown, words) or shown.startswith(SCANNED)


def _names_a_device(shown: str, words: list[str]) -> bool:
    if "outlook" in words and not GETTING.isdisjoint(words):
        return not {"ios", "android", "iphone", "mac"}.isdisjoint(words)
    if shown.endswith(ENDS) or shown.startswith(CHINESE):
        return True
    # "Sent from my desk, which is …": the device comes before the first comma.
    start = _WORD.findall(shown.split(",", 1)[0])[:_DEVICE_WITHIN]
    return shown.startswith(LEADS) and not DEVICES.isdisjoint(start)
