"""How mail clients announce what they quote: the question `first_announcement(lines)`.

Three forms: a ruled title ("-----Original Message-----"), a copied header ("Von: … Gesendet: … An: …"), and an
attribution ("On Monday Max wrote:"). What is told from it: whether the author forwards something or answers it.
Laws: linear in the text: a cheap look at every line, a bounded one at no more than MOST_LOOKS of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from maild.ingest.reply.attribution import LONGEST_LINE, attribution, ends_like_one, visible_letters
from maild.ingest.reply.client_words import FORWARDED, FORWARDED_BY, ORIGINAL
from maild.ingest.reply.copied_header import bare_header, copied_header, may_be_field

MOST_LOOKS = 10_000
SHORTEST = 4
LONGEST_TITLE = 200
_SHORT_ENDS = frozenset(":：\ufdd0")
_RULER = re.compile(r"[>\s\-_=*#~+‐‑‒–—―]{3,}$")
MARK = "\ufdd0"
"""A line of its own where the HTML itself says that a quotation starts. A noncharacter: no text has it."""

_TITLE, _HEADER, _ATTRIBUTION = 1, 2, 4
_DASHES = "-‐‑‒–—―_=*"
_END_OF_LINE = " \t\r\xa0\u200e\u200f\u202c"
_FRAME = _DASHES + "> \t\xa0:"


class Announced(NamedTuple):
    """Lines that announce a quotation: from `start`, and the quotation starts at `end`.

    `before` is what the author wrote on the first of them. `header` says that a copied header is all there is,
    `marked` that the HTML announces it.
    """

    start: int
    end: int
    before: str = ""
    forwarded: bool = False
    header: bool = False
    marked: bool = False


def first_announcement(lines: Sequence[str], floor: int = 0) -> Announced | None:
    looks = 0
    for place in range(floor, len(lines)):
        line = lines[place]
        if (len(line) < SHORTEST and line[-1:] not in _SHORT_ENDS) or not (kinds := _worth(line)):
            continue
        looks += 1
        if looks > MOST_LOOKS:
            return None
        found = _announcement(lines, place, kinds)
        if found:
            return found
    return None


def _worth(line: str) -> int:
    """Cheap, of every line: which forms it may have."""
    if len(line) > LONGEST_LINE:
        return 0
    line = line.rstrip(_END_OF_LINE)
    kinds = _ATTRIBUTION if ends_like_one(line) else 0
    if may_be_field(line):
        kinds += _HEADER
    if "--" in line or (kinds and line[-1] == ":") or (not line.isascii() and ("‐‐" in line or line == MARK)):
        kinds += _TITLE
    return kinds


def _announcement(lines: Sequence[str], place: int, kinds: int) -> Announced | None:
    """What is announced at line `place`: a title, a copied header, or an attribution that ends there."""
    if lines[place] == MARK:
        return _marked(lines, place)
    found = _titled(lines, place) if kinds & _TITLE else None
    if found or _quoted_before(lines, place):
        return found
    length = copied_header(lines, place) if kinds & _HEADER else 0
    if length:
        return Announced(_above_rulers(lines, place), place + length, header=True)
    return _attributed(lines, place) if kinds & _ATTRIBUTION else None


def _marked(lines: Sequence[str], place: int) -> Announced:
    """Apple Mail quotes what it forwards."""
    first = next((each for each in range(place + 1, min(place + 4, len(lines))) if lines[each].strip(" >")), place)
    title = None if lines[first] == MARK else _titled(lines, first)
    is_forwarded = title is not None and title.forwarded
    end = title.end if title and is_forwarded else place + 1
    return Announced(place, end, forwarded=is_forwarded, marked=True)


def _quoted_before(lines: Sequence[str], place: int) -> bool:
    """Announcements within a quotation belong to it; only its first line may announce it (Apple Mail)."""
    return is_quoted(lines[place]) and place > 0 and is_quoted(lines[place - 1])


def _attributed(lines: Sequence[str], place: int) -> Announced | None:
    line = visible_letters(lines[place]).strip()
    if line.startswith(">>>"):
        is_groupwise = line.endswith(">>>") and any(map(str.isdigit, line))
        return Announced(place, place + 1) if is_groupwise else None
    found = attribution(lines, place, _quoted_below(lines, place))
    return found and Announced(found.start, place + 1, found.before)


def _quoted_below(lines: Sequence[str], place: int) -> bool:
    for line in lines[place + 1 : place + 4]:
        if line.strip():
            return (is_quoted(line) and not is_quoted(lines[place])) or line == MARK or line.startswith(">>")
    return False


# ---- titles ----------------------------------------------------------------------------------------


def _titled(lines: Sequence[str], place: int) -> Announced | None:
    line = lines[place].strip()
    before, title = _split_title(line)
    title = visible_letters(title).strip(_FRAME).lower().replace("’", "'")
    forwarded = title in FORWARDED or title.startswith(FORWARDED_BY)
    if not (forwarded or (title in ORIGINAL and _is_ruled(line))):
        return None
    return Announced(_above_rulers(lines, place), _behind_header(lines, place + 1), before, forwarded)


def _split_title(line: str) -> tuple[str, str]:
    """ "Yes, please. -----Original Message-----": the client lost the line break."""
    place = line.find("-----")
    if place <= 0 or not line[:place].strip(_FRAME):
        return "", line
    return line[:place].rstrip(), line[place:]


def _is_ruled(line: str) -> bool:
    return line.endswith(("--", "‐‐", "-*")) or line.lstrip("> *_").startswith(("--", "‐‐", "==", "__"))


def _behind_header(lines: Sequence[str], place: int) -> int:
    start = place
    while place < len(lines) and place - start < 4 and not lines[place].strip(_FRAME):
        place += 1
    if place == len(lines):
        return place
    length = copied_header(lines, place) or bare_header(lines, place)
    if length:
        return place + length
    # Proton puts an attribution below its title.
    ends = range(place, min(place + 3, len(lines)))
    end = next((each for each in ends if attribution(lines, each, _quoted_below(lines, each))), None)
    return start if end is None else end + 1


def _above_rulers(lines: Sequence[str], place: int) -> int:
    """A title that no table knows: "---- Gwreiddiol ----", or of Notes Traveler: "Max Miller --- Drucker ---"."""
    start = place - 2 if place > 1 and not lines[place - 1].strip() else place - 1
    above = lines[start].strip(" >*\t") if start >= 0 else ""
    is_title = above.endswith("--") and (above.startswith("--") or " --- " in above) and above.strip(_FRAME) != ""
    return start if is_title and len(above) < LONGEST_TITLE else place


# ---- lines -----------------------------------------------------------------------------------------


def is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "|"))


def ruler(line: str) -> bool:
    """A line of three or more dashes, underscores, asterisks … and nothing else."""
    return _RULER.match(line, 0, LONGEST_LINE) is not None
