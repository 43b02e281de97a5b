"""The one Authentication-Results header that is believed, read (RFC 8601): `read_results(fields, border)`.

In: the header's fields from the top down as (name, value) without line ends, and the border. Out: `Results`, or why
none is believed. Laws (reliability.md 5.3): it must begin with the border's very id, stand above the first Received
that is not the border's own, and be the only one; two mean that one of them is a stranger's. Whoever claims to be the
border is read generously, who is believed strictly: a form that the border would not write (an id behind a comment, in
quotes) is one it may not have removed. Bounded, linear, never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maild.ingest.authenticity.borders import MICROSOFT365, Border
from maild.ingest.authenticity.comments import COMMENT, PLAIN, placed
from maild.ingest.header.suffixes import registered_domain

LONGEST = 16_000
MOST_RESULTS = 40
# Possessive, and from the beginning of a word only: in one pass.
_PAIR = re.compile(r'(?<![\w./-])([A-Za-z][\w./-]*+)\s*+=\s*+("(?:[^"\\]|\\.)*+"|[^\s;"]*+)')
_FIRST = re.compile(r"\s*+([^\s;()\"]++)")
# "p=REJECT sp=NONE dis=NONE" (Google, OpenDMARC), "policy=reject" (rspamd), "action=oreject" (Microsoft: it would
# have had to refuse it, and let it through).
_POLICY = re.compile(r"\b(p|policy|sp)=(reject|quarantine|none)\b", re.IGNORECASE)
_ACTIONS = {"oreject": "reject", "o.reject": "reject", "reject": "reject", "quarantine": "quarantine", "none": "none"}


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
        if self.value("action") in _ACTIONS:
            return _ACTIONS[self.value("action")]
        said: dict[str, str] = {name.lower(): wanted.lower() for name, wanted in _POLICY.findall(self.comment)}
        author = self.value("header.from")
        if "sp" in said and author != registered_domain(author):
            return said["sp"]
        return said.get("p") or said.get("policy") or self.value("policy.published-domain-policy")


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
    claimed = [text for text in named if _claims(text, border)]
    if len(claimed) > 1:
        return Unbelieved(f"{len(claimed)} headers speak in the border's name: none of them is believed")
    ours = [text for text in _above_strangers(fields, border) if _claims(text, border)]
    if ours and not _is_written_by(ours[0], border):
        return Unbelieved("a header speaks in the border's name that is not written as it writes them")
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


def _claims(text: str, border: Border) -> bool:
    """Whether some reader could take it for the border's. Microsoft writes no id: its header begins with a result."""
    head = next(_parts(text))[0].split()
    if border.profile == MICROSOFT365:
        return bool(head) and "=" in head[0]
    return bool(head) and head[0].strip('"').lower() == border.server


def _is_written_by(text: str, border: Border) -> bool:
    """The id stands first and bare; behind it nothing but a version and comments (RFC 8601 2.2)."""
    if border.profile == MICROSOFT365:
        return True
    first = _FIRST.match(text)
    if first is None or first[1].lower() != border.server:
        return False
    more = next(_parts(text))[0].split()[1:]
    return not more or (len(more) == 1 and more[0].isdecimal())


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
