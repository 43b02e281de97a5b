"""Attributions: "On Monday, 16 November 2026 at 9:30 Max Miller <max@b.example> wrote:" in any language.

Dozens of clients in dozens of languages agree on little, so no pattern names them: what speaks for an attribution
is weighed (an address, a date, a time, a verb of the table, quoted lines below) against what speaks for a sentence.
Laws: a look at one end costs at most LONGEST_ATTRIBUTION lines of LONGEST_LINE characters; no nested repetition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from maild.ingest.reply.client_words import CJK_VERBS, LEADS, NOT_A_CLIENT, OPENINGS, PARTICIPLES, VERBS

LONGEST_LINE = 400
LONGEST_ATTRIBUTION = 5
ENOUGH = 5

INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_WORD = re.compile(r"[^\W\d_]+")
_BRACKETED = re.compile(r"[<(\[](?:mailto:)?[^\s@<>()]{1,100}@[^\s@<>()]{1,100}[>)\]]|<mailto:[^<>]{1,200}>")
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}(?![\d.]*\d{3})")
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|\b\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2,4}\b|\d年|\b\d{1,2}\.? [^\W\d_]{3,12}\.?(?: |,)"
)
_DIGIT = re.compile(r"\d")
_CLOSING = " \t\xa0:：-–—*_"
# "2026-11-16 09:30 GMT+01:00 Max" and "2026/11/16 Max <max@b.example>", without a verb: Gmail until 2017.
_GMAIL = re.compile(
    r"\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+-]\d\d:\d\d .{2,}|"
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2} [^<]{2,200}<[^<>\s]{3,200}>:?$"
)
# "Yes. On Wed, Apr 4, 2026 at 3:59 PM max@b.example wrote:": the client lost the line break.
_INNER = re.compile(r"\s(?=(?:On|Am|Le|El|Il|Op|Den|Em|Dnia|W dniu) (?:[^\W\d_]{2,9}[.,]{0,2} ){0,2}\d)", re.IGNORECASE)


# "On Mon, Nov 16, 2026 at 9:30, Max <max@b.example> wrote:   Hello,": Yahoo on Android.
_RUN_ON = re.compile(
    r"(?:wrote|schrieb|geschrieben|écrit|escribió|scritto|schreef|geschreven|skrev|napisał(?:\(a\))?)\s?:(?=\s)"
)
_BARE = ("wrote", "writes", "schrieb", "schreef", "écrit", "escribió", "scritto", "skrev", "napisał", *CJK_VERBS)
_RUNNING = ("wrote", "schr", "écrit", "escribi", "scritto", "skrev", "napisa")
_COLONS = ":："
_VERBAL = VERBS | PARTICIPLES | {"a", "ha", "je", "the", "het", "volgende", "folgendes"}
_LAST = "->" + "".join(verb[-1] for verb in _BARE)


class Attribution(NamedTuple):
    """It starts at line `start`; `before` is the author's, on the same line."""

    start: int
    before: str = ""


def ends_like_one(line: str) -> bool:
    """Cheap: only such a line is worth the look of `attribution`."""
    last = line[-1:]
    if last in _COLONS and last:
        return True
    if last in _LAST and (line.startswith(">>>") if last == ">" else line.rstrip(_CLOSING).endswith(_BARE)):
        return True
    if line[:4].isdigit():
        return line[4:5] in "-/" and ("<" in line or "GMT" in line or "UTC" in line)
    return "@" in line and ": " in line and _runs_on(line)


def _runs_on(line: str) -> bool:
    return any(verb in line for verb in _RUNNING) and _RUN_ON.search(line) is not None


def attribution(lines: Sequence[str], last: int, quoted_below: bool) -> Attribution | None:
    """The attribution that ends at line `last`, of the fewest lines that make one."""
    joined = _up_to_its_colon(plain(lines[last]))
    if _GMAIL.match(joined):
        return Attribution(last)
    ends = joined.endswith((":", "：")) or joined.rstrip(_CLOSING).endswith(_BARE)
    return _upwards(lines, last, joined, quoted_below) if ends and _names_somebody(lines, last, joined) else None


def _up_to_its_colon(line: str) -> str:
    run_on = _RUN_ON.search(line) if "@" in line and line[-1:] not in _COLONS else None
    return line[: run_on.end()] if run_on else line


def _upwards(lines: Sequence[str], last: int, joined: str, quoted_below: bool) -> Attribution | None:
    gap = last + 1 == len(lines) or not lines[last + 1].strip()
    for start in range(last, max(-1, last - LONGEST_ATTRIBUTION), -1):
        joined = joined if start == last else f"{plain(lines[start])} {joined}".strip()
        is_torn = _is_torn(joined)
        if len(joined) > LONGEST_LINE or not (is_torn or lines[start].strip(" >\t")):
            return None
        alone = gap and (not start or not lines[start - 1].strip())
        if not is_torn and _weight(joined, quoted_below, gap, alone) >= ENOUGH:
            return _extended(lines, start, joined)
    return None


def _names_somebody(lines: Sequence[str], last: int, joined: str) -> bool:
    """Cheap: a verb, or an address and a time, in the lines in question; and the last has more than words in it."""
    if _verb(joined, _words(joined)):
        return True
    if not ("@" in joined or ">" in joined or _DIGIT.search(joined)):
        return False
    above = [line[:LONGEST_LINE] for line in lines[max(0, last + 1 - LONGEST_ATTRIBUTION) : last]]
    window = " ".join([*above, joined])
    if "@" in window and (_TIME.search(window) or _DATE.search(window)):
        return True
    return not VERBS.isdisjoint(_words(window))


def plain(line: str) -> str:
    """Without the marks of writing direction, the byte order mark Apple Mail leaves, and quotation marks."""
    line = visible_letters(line[: LONGEST_LINE + 1]).strip()
    if line[:1] == ">" and not _is_rest(line):
        line = line.lstrip("> ")
    return line


def visible_letters(line: str) -> str:
    return line if line.isascii() else line.translate(INVISIBLE)


def _is_rest(line: str) -> bool:
    """ "> wrote:" and ">:" close the angle bracket that the line above opened."""
    words = line[1:].strip(_CLOSING)
    return line.endswith(":") and (not words or words in VERBS)


def _is_torn(joined: str) -> bool:
    """The angle bracket that closes here was opened on a line above; or there is an address or a verb only."""
    return joined.count(">") > joined.count("<") or joined[:1] in "<(" or _is_verb(joined)


def _is_verb(joined: str) -> bool:
    return "@" not in joined and _VERBAL.issuperset(_words(joined))


def _extended(lines: Sequence[str], start: int, joined: str) -> Attribution | None:
    """ "On Mon, 16 Nov 2026 at 9:30" may stand on the line above."""
    if start and not _DATE.search(joined) and _opens(above := plain(lines[start - 1])) and _DATE.search(above):
        return Attribution(start - 1)
    inner = [] if _opens(joined) else list(_INNER.finditer(plain(lines[start])))
    if not inner:
        return Attribution(start)
    before = lines[start].rstrip()[: -len(plain(lines[start])) + inner[-1].start()]
    # "Max schrieb am 16.11.2026:" is an attribution as a whole; "Wie Max am 16.11. schrieb:" is a sentence.
    if "@" in before or VERBS.intersection(_words(before)):
        return Attribution(start)
    return Attribution(start, before) if "@" in joined else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _opens(text: str) -> bool:
    first = text.lstrip(_CLOSING + '"*').split(" ", 1)[0].lower().strip(".,(")
    return first in OPENINGS or first[:1].isdigit() or first == "בתאריך"


def _weight(joined: str, quoted_below: bool, gap: bool, alone: bool) -> int:
    """`gap`: an empty line follows; `alone`: one stands before it, too."""
    words = _words(joined)
    verb = _verb(joined, words)
    bracketed = bool(_BRACKETED.search(joined))
    if not verb and "@" not in joined:
        return 0
    weight = verb + 2 * bracketed + 2 * quoted_below + _opens(joined)
    weight += not bracketed and "@" in joined
    weight += bool(_DATE.search(joined)) + bool(_TIME.search(joined))
    weight += 2 * (verb > 1 and joined.startswith("--") and joined.endswith("--"))
    if not bracketed and not NOT_A_CLIENT.isdisjoint(words):
        weight -= 3
    # A line of a log: "2026-11-16 09:30:02 <a@b.example>:"; a sentence: "On Monday at 9:30 Max wrote:" and his words.
    doubtful = not alone if not verb else not gap and "@" not in joined
    return weight - 2 * (doubtful and not quoted_below)


def _verb(joined: str, words: list[str]) -> int:
    """3: the verb is the last word; 2: there is one; 1: a participle."""
    folded = joined.lower()
    if folded.startswith(LEADS) or folded.rstrip(_CLOSING).endswith(CJK_VERBS):
        return 3
    # "napisał(a)"
    if not VERBS.isdisjoint(words[-2:] if words[-1:] == ["a"] else words[-1:]):
        return 3
    return 2 * (not VERBS.isdisjoint(words)) or not PARTICIPLES.isdisjoint(words)
