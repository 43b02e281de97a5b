"""What somebody wants to see of the list, as it stands in a URL: a query string in, a `Choice` out, and back. Pure.

Laws: what is not known is as if it were not there; what is usual is not written, so that the same list has one address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlencode

from maild.model import ContactId, Status
from maild.store.listing import EVERY, UNSETTLED, Choice, SortBy

ALL = "all"
ORGANISATION = "organisation"
LARGEST = 10**9
USUAL = Choice()
STATUSES: Mapping[str, frozenset[Status]] = MappingProxyType(
    {ALL: EVERY, **{one.value: frozenset({one}) for one in Status}}
)
"""By the word in the URL; without one of these it is what is not settled."""
_DOWNWARDS = "-"
_NEWEST_FIRST = frozenset({SortBy.NUMBER, SortBy.OPENED, SortBy.CHANGED})


def choice_in(wanted: Mapping[str, str]) -> Choice:
    """What the query string wants."""
    by = _number(wanted.get("by", ""))
    sort, descending = _order(wanted.get("sort", ""))
    return Choice(
        colleagues=wanted.get("show") == ORGANISATION,
        statuses=STATUSES.get(wanted.get("status", ""), UNSETTLED),
        asked_by=ContactId(by) if by else None,
        kind=wanted.get("type", ""),
        sort=sort,
        descending=descending,
        page=_number(wanted.get("page", "")) or 1,
    )


def query(choice: Choice) -> str:
    """The query string that wants this, with its `?`; "" for what is usual."""
    words = urlencode([(name, value) for name, value in fields(choice).items() if value])
    return f"?{words}" if words else ""


def fields(choice: Choice) -> dict[str, str]:
    """The parts of the query string, "" where it is as usual."""
    return {
        "show": ORGANISATION if choice.colleagues else "",
        "status": next((word for word, statuses in STATUSES.items() if statuses == choice.statuses), ""),
        "by": str(choice.asked_by or ""),
        "type": choice.kind,
        "sort": sorting(choice) if sorting(choice) != sorting(USUAL) else "",
        "page": str(choice.page) if choice.page > 1 else "",
    }


def sorting(choice: Choice) -> str:
    """The order in a word."""
    return f"{_DOWNWARDS if choice.descending else ''}{choice.sort}"


def sorted_by(choice: Choice, sort: SortBy) -> Choice:
    """The same tickets from the first page on, by this column; the other way round where they are by it already."""
    downwards = not choice.descending if choice.sort is sort else sort in _NEWEST_FIRST
    return replace(choice, sort=sort, descending=downwards, page=1)


def _order(word: str) -> tuple[SortBy, bool]:
    name = word.removeprefix(_DOWNWARDS)
    return (SortBy(name), name != word) if name in frozenset(SortBy) else (USUAL.sort, USUAL.descending)


def _number(text: str) -> int:
    """0 for what is none, or too large to be one of ours."""
    return min(int(text), LARGEST) if text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST)) else 0
