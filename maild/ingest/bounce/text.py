"""Whom a home-made report speaks of, and what it says of each: `from_text(text, subject, own)`.

In: the text of a mail that is known to be a report. Out: recipients, the surest reading first:
a pasted delivery status; lines that begin with an address, as nearly every mail server writes them
(`<a@b>: unknown`, `a@b on Tue …`, `  a@b`); an address in a sentence about delivery; any address that is not
of those who wrote and got the report.
Laws: only the lines above the returned mail count; a cause that passes makes it transient; work is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from maild.cleaning import clean_header
from maild.ingest.bounce.status import ADDRESS, LONGEST_DIAGNOSTIC, LOOKED_AT, MOST_RECIPIENTS, reported
from maild.ingest.bounce.words import ABOUT, DELAYED_SUBJECTS, HELP, REPORTER, RETURNED_BELOW, TRANSIENT
from maild.ingest.header.addresses import normal_address
from maild.model import BouncedRecipient

MOST_LINES = 2000
MOST_PLACES = 500
LONGEST_LINE = 1000
NEAR = 1500
_HEAD = 4000
_ATEXT = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_LEADING = re.compile(
    rf"(?:>{{1,3}} )?[ \t*-]{{0,40}}[<\"'(]?({_ATEXT})[>\"')]?(?:[<(]mailto:[^>)\s]{{1,320}}[>)])?[ \t]{{0,9}}"
    r"(?:$|[:;,(|]|\.{3}| ?- |on [A-Z0-9]|because|was |is |wurde|could|\(expanded)",
    re.ASCII,
)
# A mail client's own header lines, in a report that repeats some of them.
_HEADER_LINE = re.compile(r"[ \t>]{0,9}(?:from|to|cc|von|an|de|à|a|sent|subject|reply-to|return-path):", re.IGNORECASE)
_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_CODE = re.compile(r"(?<![\w.])([45])\d\d[ -](?!byte|kb|mb)")
_EXPANDED = re.compile(rf"\(?expanded\s{{1,40}}from:?\s{{0,40}}<?({_ATEXT})", re.ASCII)


def from_text(text: str, subject: str, own: set[str]) -> tuple[BouncedRecipient, ...]:
    """`own` are the addresses that wrote the report and got it: the last guess skips them."""
    text = text[:LOOKED_AT]
    pasted = reported([text]) if "final-recipient:" in text.lower() else ()
    if pasted:
        return pasted
    head = above_returned(text)
    readings = ((_leading(head), MOST_PLACES), (_spoken_of(head), MOST_PLACES), (_any(head, own), 1))
    places = next(filter(None, (list(islice(found, most)) for found, most in readings)), [])
    return tuple(_judged(head, subject, places))


def above_returned(text: str) -> str:
    """The report's own words."""
    found = RETURNED_BELOW.search(text)
    return text[: found.start()] if found else text


def verdict(address: str, near: str, head: str, subject: str) -> BouncedRecipient:
    """What a report says of one recipient, in the words beside the address, else in its first lines."""
    status = _STATUS.search(near) or _STATUS.search(head[:_HEAD])
    code = status[1] if status else ""
    permanent = code.startswith("5") if code else not _passes(near, head, subject)
    return BouncedRecipient(address, permanent, code, clean_header(near).lstrip(">)\"':;, ")[:LONGEST_DIAGNOSTIC])


def _passes(near: str, head: str, subject: str) -> bool:
    """No status is given: a reply code decides, unless the cause is named as one that passes."""
    said, first = near.lower(), _CODE.search(near)
    if any(word in said for word in TRANSIENT):
        return True
    if first:
        return first[1] == "4"
    whole = (subject + "\n" + head[:_HEAD]).lower()
    return any(word in subject.lower() for word in DELAYED_SUBJECTS) or any(
        word in whole for word in ("not yet been delivered", "will be retried", "warning message only", "warning only")
    )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """(offset, line)"""
    start = 0
    for line in text.split("\n")[:MOST_LINES]:
        yield start, line[:LONGEST_LINE]
        start += len(line) + 1


def _leading(head: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, address) of lines that begin with one."""
    for start, line in _lines(head):
        found = _LEADING.match(line) if "@" in line else None
        if found and not HELP.search(line[found.end() : found.end() + 12]):
            yield start, start + found.end(1), found[1]


def _spoken_of(head: str) -> Iterator[tuple[int, int, str]]:
    for start, line in _lines(head):
        about = "@" in line and ABOUT.search(line) and not _HEADER_LINE.match(line)
        if about and not HELP.search(line.lower().replace("rejected", "")):
            yield from ((start + found.start(), start + found.end(), found[0]) for found in ADDRESS.finditer(line))


def _any(head: str, own: set[str]) -> Iterator[tuple[int, int, str]]:
    for start, line in _lines(head):
        for found in ADDRESS.finditer(line) if "@" in line and not HELP.search(line) else ():
            address = normal_address(found[0])
            if address and address not in own and not REPORTER.match(address):
                yield start + found.start(), start + found.end(), found[0]


def _judged(head: str, subject: str, places: list[tuple[int, int, str]]) -> Iterator[BouncedRecipient]:
    seen: set[str] = set()
    for number, (_, end, written) in enumerate(places):
        until = next((start for start, _, other in places[number + 1 : number + 6] if other != written), end + NEAR)
        near = head[end : min(until, end + NEAR)]
        expanded = _EXPANDED.search(near[:400])
        address = normal_address(expanded[1] if expanded else written)
        if address and address not in seen and len(seen) < MOST_RECIPIENTS:
            seen.add(address)
            yield verdict(address, near, head, subject)
