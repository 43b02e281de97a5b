"""The lines of an overview, in the reader's language. Pure.

In: the entries as `decide.asked.overview.written` has them; out: one line for each ticket: number, status, title, and
who opened it where that is told.
"""

from __future__ import annotations

from maild.decide.asked.overview import Entry, read
from maild.desks.policy import Desk
from maild.notify.words import status_word


def told(entries: str, language: str, desk: Desk) -> str:
    """The text that stands in the mail."""
    return "\n".join(_line(one, language, desk) for one in read(entries))


def _line(one: Entry, language: str, desk: Desk) -> str:
    requester = f" ({one.requester})" if one.requester else ""
    return f"{one.number}, {status_word(one.status, language, desk)}: {one.title}{requester}"
