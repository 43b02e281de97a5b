"""Which of the tickets that the store found are shown to whoever asked for an overview, and as what. Pure.

In: the tickets found (`Facts.overview`), the scope that was asked for; out: `Overview`, the scope that is shown and its
entries. Entries travel in a notification as text without language (`written`), and are read again where the reader's
language is known (`read`). Laws: only what the asker may see (`sight`): what they take part in, and what is their
organisation's where they see all of it. Titles are somebody else's words: one line, and bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from maild.cleaning import clean_header, without_bidi
from maild.decide.facts import Listed
from maild.decide.who.sight import sees_all
from maild.desks.policy import Desk
from maild.model import Contact, Register, Role, Status

MINE, CC, ORGANISATION = "mine", "cc", "organisation"
MOST_SHOWN = 50
LONGEST_TITLE = 60
LONGEST_NAME = 40
_BETWEEN = "\t"  # no clean line holds it
_PARTS, _STATUSES = 4, frozenset(Status)
_ALONGSIDE = frozenset({Role.CC, Role.FOLLOWER, Role.GUEST})
_SHOWS: Mapping[str, Callable[[Role | None], bool]] = MappingProxyType(
    {
        "": lambda role: role is not None,
        MINE: lambda role: role is Role.REQUESTER,
        CC: lambda role: role in _ALONGSIDE,
        ORGANISATION: lambda _: True,
    }
)
"""For each scope ("" for mine and cc), in which role somebody takes part in what is shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One ticket in an overview. `requester` is "" where it goes without saying."""

    number: str
    status: Status
    title: str
    requester: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """What is shown: the scope as a template knows it, and the tickets, the latest first."""

    scope: str
    entries: tuple[Entry, ...]


def overview(found: Iterable[Listed], scope: str, asker: Contact, desk: Desk) -> Overview:
    """Who may not see all of their organisation's tickets sees their own instead, and is told so by the scope."""
    if scope == ORGANISATION and not sees_all(asker, desk):
        scope = ""
    shows = _SHOWS[scope] if asker.register is not Register.INACTIVE else lambda _: False
    shown = [one for one in found if shows(one.role)][:MOST_SHOWN]
    return Overview(scope or MINE, tuple(_entry(one, named=scope == ORGANISATION) for one in shown))


def written(entries: Iterable[Entry]) -> str:
    """One line for each."""
    return "\n".join(_BETWEEN.join((one.number, one.status, one.title, one.requester)) for one in entries)


def read(text: str) -> tuple[Entry, ...]:
    """What `written` wrote; a line of anything else is left out."""
    rows = (line.split(_BETWEEN) for line in text.split("\n"))
    known = (row for row in rows if len(row) == _PARTS and row[1] in _STATUSES)
    return tuple(Entry(number, Status(status), title, requester) for number, status, title, requester in known)


def _entry(one: Listed, *, named: bool) -> Entry:
    ticket = one.ticket
    requester = _line(one.requester, LONGEST_NAME) if named else ""
    return Entry(ticket.number, ticket.status, _line(ticket.title, LONGEST_TITLE), requester)


def _line(text: str, longest: int) -> str:
    line = without_bidi(clean_header(text))
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
