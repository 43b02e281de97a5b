"""The new part of a mail's text: without what it quotes and without the signature. `visible_text(text)`.

The whole text is kept elsewhere; this is what a reader needs to see and what rules match. Laws: no line of the author
is lost, in doubt a line stays; linear in the length of the text; where nothing would be left, the text stays as it
is; a quotation that the author answers point by point stays, as the answers mean nothing without it; what an author
forwards without a word of their own stays, as it is what the mail is about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from maild.ingest.reply.attribution import LONGEST_LINE
from maild.ingest.reply.client_words import ABOVE_THIS_LINE, POINTERS, REPLYING
from maild.ingest.reply.quotation import MARK, Announced, first_announcement, is_quoted
from maild.ingest.reply.signature import says_something, without_rulers, without_signature

MOST_ANNOUNCEMENTS = 10
LONGEST_DELIMITER = 160
MOST_DELIMITER_WORDS = 14
FEW_WORDS = 6
MOST_POINTING_WORDS = 30
MOST_POINTING_LINES = 12

# "VS:" is none: a forward in Danish, a reply in Finnish.
_PASSED_ON = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|i|pd|vb|vl|enc|doorst|videres|转发|轉寄|転送|пересл)\s?[:：]", re.IGNORECASE
)


def is_passed_on(subject: str) -> bool:
    """A subject that starts with Fwd, WG, TR …: the mail passes another one on, and is no answer to us."""
    return _PASSED_ON.match(subject) is not None


def visible_text(text: str, forwarded: bool = False) -> str:
    """`forwarded`: the subject says so (`is_passed_on`)."""
    text = (text.replace(MARK, "") if MARK in text else text).rstrip()
    text = text.replace("\r\n", "\n") if "\r" in text else text
    lines = text.split("\n")
    return visible_lines(lines, forwarded, text.lower()) or _joined(lines)


def visible_lines(lines: list[str], forwarded: bool, folded: str) -> str:
    """The same of lines among which MARK may stand (`folded` is all of them); "" where nothing is left."""
    above = _above_delimiter(lines, folded)
    return _joined(_visible(above, forwarded)) or ("" if above is lines else _joined(_visible(lines, forwarded)))


def _visible(lines: list[str], forwarded: bool) -> list[str]:
    unsigned = without_signature(lines)
    above = _without_quotation(unsigned, forwarded)
    return above if len(above) == len(unsigned) else without_signature(above)


def _joined(lines: Sequence[str]) -> str:
    lines = [line for line in lines if line != MARK]
    return "\n".join(lines).strip("\n").rstrip() if any(line.strip() for line in lines) else ""


# ---- our own line ----------------------------------------------------------------------------------


def _above_delimiter(lines: list[str], folded: str) -> list[str]:
    """Above "please reply above this line", which notifications of help desks carry at their top."""
    places = map(folded.find, ABOVE_THIS_LINE)
    for place in sorted(place for place in places if place >= 0):
        number = folded.count("\n", 0, place)
        if _is_delimiter(lines[number]) and says_something(lines[:number]):
            return lines[:number]
    return lines


def _is_delimiter(line: str) -> bool:
    """It asks for a reply and is nothing but that; "what does … above this line mean?" is a question."""
    folded = line.strip().lower()
    if len(folded) > LONGEST_DELIMITER or is_quoted(line) or not any(word in folded for word in REPLYING):
        return False
    is_ruled = not folded[0].isalnum()
    return is_ruled or (len(folded.split()) <= MOST_DELIMITER_WORDS and not folded.endswith("?"))


# ---- quotation -------------------------------------------------------------------------------------


def _without_quotation(lines: list[str], forwarded: bool) -> list[str]:
    """At the first announcement of a quotation: what is above it, or else what the author put below it."""
    kept: list[str] = []
    for _ in range(MOST_ANNOUNCEMENTS):
        found = first_announcement(lines)
        if found is None:
            break
        above, below = lines[: found.start], lines[found.end :]
        above += [found.before] if found.before else []
        if says_something(kept) or says_something(above):
            return _below_an_author(kept + above, below, found, forwarded)
        if found.forwarded or (found.header and forwarded):
            return kept + above + _passed_on(below, found)
        kept, lines = _below_nothing(kept + above, lines, found)
    return kept + _without_trailing_quote(lines)


def _below_an_author(above: list[str], below: list[str], found: Announced, forwarded: bool) -> list[str]:
    """An answer above the quotation; or one between its lines; or a word on what is passed on."""
    if (found.forwarded or (found.header and forwarded)) and _points_below(above):
        return above + _passed_on(below, found)
    quoted, rest = _leading_quote(below)
    if not any(map(is_quoted, quoted)) or not says_something(rest):
        return _without_trailing_quote(without_rulers(above))
    rest = _without_trailing_quote(rest)
    # The HTML tells surely what is quoted; of plain text the reader may want to see it.
    is_one_piece = (found.marked or MARK in below[:2]) and not any(map(is_quoted, above + rest))
    return above + (rest if is_one_piece else quoted + rest)


def _below_nothing(kept: list[str], lines: list[str], found: Announced) -> tuple[list[str], list[str]]:
    """(what stays for sure, what is looked at further)"""
    below = lines[found.end :]
    quoted, rest = _leading_quote(below)
    if not quoted and found.header:
        return kept + lines[found.start : found.end], below
    if not says_something(rest):
        return kept, below
    return (kept + quoted, rest) if _is_answered_again(rest) else (kept, rest)


def _is_answered_again(rest: list[str]) -> bool:
    """Further quoted lines, and words of the author below them."""
    first = next((place for place, line in enumerate(rest) if is_quoted(line)), len(rest))
    announced = first_announcement(rest[: first + 1])
    return says_something(rest[first:]) and (announced is None or announced.marked or announced.end > first)


def _passed_on(lines: list[str], found: Announced) -> list[str]:
    """What Apple Mail forwards is quoted, the empty lines too."""
    first = next((place for place, line in enumerate(lines) if line.strip(" >")), 0)
    return ["", *(line.removeprefix("> ") if found.marked else line for line in lines[first:])]


def _leading_quote(lines: list[str]) -> tuple[list[str], list[str]]:
    """(the quoted lines at the start, the rest)"""
    end = 0
    for place, line in enumerate(lines):
        if is_quoted(line) or line == MARK:
            end = place + 1
        elif line.strip():
            break
    return lines[:end], lines[end:]


def _without_trailing_quote(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (is_quoted(lines[end - 1]) or not lines[end - 1].strip() or lines[end - 1] == MARK):
        end -= 1
    return lines[:end] if says_something(lines[:end]) else lines


def _points_below(above: list[str]) -> bool:
    """ "FYI", "bitte übernehmen", or a few lines with a word like "below"."""
    written = [line[:LONGEST_LINE] for line in above if line.strip()]
    if len(written) > MOST_POINTING_LINES:
        return False
    words = [word.strip(".,:;!?()") for word in " ".join(written).lower().split()]
    return len(words) <= FEW_WORDS or (len(words) <= MOST_POINTING_WORDS and not POINTERS.isdisjoint(words))
