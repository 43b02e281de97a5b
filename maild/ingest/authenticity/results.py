"""The one Authentication-Results header that is believed, read (RFC 8601): `read_results(fields, border)`.

In: the header's fields from the top down as (name, value) without line ends, and the border. Out: `Results`, or why
none is believed. Laws (reliability.md 5.3): it must carry the border's very id, stand above the first Received that is
not the border's own, and be the only one; two mean that one of them is a stranger's. Bounded, linear, never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maild.ingest.authenticity.borders import MICROSOFT365, Border
from maild.ingest.authenticity.comments import COMMENT, PLAIN, placed

LONGEST = 16_000
MOST_RESULTS = 40
_PAIR = re.compile(r'([A-Za-z][\w./-]*)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]*)')
_POLICY = re.compile(r"\bp=(reject|quarantine|none)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Result:
    """What one method came to. `values` are ptype.property pairs in small letters; `comment` holds what stands in
    brackets behind it."""

    method: str
    verdict: str
    values: tuple[tuple[str, str], ...] = ()
    comment: str = ""

    def value(self, name: str) -> str:
        return next((value for key, value in self.values if key == name), "")

    @property
    def policy(self) -> str:
        """What DMARC's owner wants of a mail that fails: reject, quarantine or none, "" where nothing is said."""
        if self.value("action") in ("oreject", "reject", "quarantine", "none"):
            return self.value("action").removeprefix("o")
        found = _POLICY.search(self.comment)
        return found[1].lower() if found else self.value("policy.published-domain-policy") or self.value("policy.dmarc")


@dataclass(frozen=True, slots=True)
class Results:
    """The believed header: everything it says, and the header itself for people to see."""

    results: tuple[Result, ...]
    header: str

    def of(self, method: str) -> tuple[Result, ...]:
        return tuple(one for one in self.results if one.method == method)


@dataclass(frozen=True, slots=True)
class Unbelieved:
    """None is believed; `why` is a sentence for people, "" where simply none is there."""

    why: str = ""


def read_results(fields: Sequence[tuple[str, str]], border: Border) -> Results | Unbelieved:
    """What the border wrote."""
    named = [text for name, text in fields if name.lower() == "authentication-results"]
    claimed = [text for text in named if _is_of(text, border)]
    if len(claimed) > 1:
        return Unbelieved(f"{len(claimed)} headers speak in the border's name: none of them is believed")
    ours = [text for text in _above_strangers(fields, border) if _is_of(text, border)]
    if not ours:
        return Unbelieved("its results stand below a server that is not the border's" if claimed else "")
    return Results(tuple(_results(ours[0], border)), ours[0][:1000])


def _above_strangers(fields: Sequence[tuple[str, str]], border: Border) -> Iterator[str]:
    """Results above the first hop that is none of the border's. What a stranger handed in begins below the hop by which
    it came in: whatever names the border further down is the stranger's own writing."""
    entered = False
    for name, text in fields:
        if name.lower() == "received":
            if entered or not border.wrote(text):
                return
            entered = border.took_in(text)
        if name.lower() == "authentication-results":
            yield text


def _is_of(text: str, border: Border) -> bool:
    """Microsoft writes no id: its header begins with a result. Behind an id there may be a version (RFC 8601 2.2)."""
    head = next(_parts(text))[0].split()
    if border.profile == MICROSOFT365:
        return bool(head) and "=" in head[0]
    return 1 <= len(head) <= 2 and head[0].strip('"').lower() == border.server


def _results(text: str, border: Border) -> Iterator[Result]:
    first = 0 if border.profile == MICROSOFT365 else 1
    for plain, comment in list(_parts(text))[first:][:MOST_RESULTS]:
        pairs = [(key.lower(), _unquoted(value)) for key, value in _PAIR.findall(plain)]
        if pairs:
            (method, verdict), *rest = pairs
            yield Result(method.partition("/")[0], verdict, tuple(rest), comment)


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value.strip('"')).lower()


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """What stands between semicolons, each with the comments that were in it."""
    plain: list[str] = []
    comment: list[str] = []
    for letter, place in placed(text[:LONGEST]):
        if letter == ";" and place == PLAIN:
            yield "".join(plain), " ".join("".join(comment).split())
            plain, comment = [], []
        else:
            (comment if place == COMMENT else plain).append(letter)
    yield "".join(plain), " ".join("".join(comment).split())
