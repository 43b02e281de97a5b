"""Where a ticket goes when something happens: one table, drawn into the README.

A pair that is not in the table changes nothing. Automatic mail never asks this table (peers' complaint:
out-of-office replies that reopen tickets).
"""

from __future__ import annotations

from enum import StrEnum

from maild.model import Status


class Happening(StrEnum):
    """What can happen to a ticket by itself."""

    THEY_WROTE = "a participant wrote"
    WE_ANSWERED = "we answered"
    REMINDER_DUE = "its reminder is due"


TRANSITIONS: dict[tuple[Status, Happening], Status] = {
    (Status.WAITING, Happening.THEY_WROTE): Status.OPEN,
    (Status.SOLVED, Happening.THEY_WROTE): Status.OPEN,
    (Status.CLOSED, Happening.THEY_WROTE): Status.OPEN,
    (Status.NEW, Happening.WE_ANSWERED): Status.WAITING,
    (Status.OPEN, Happening.WE_ANSWERED): Status.WAITING,
    (Status.WAITING, Happening.REMINDER_DUE): Status.OPEN,
}


def after(status: Status, happening: Happening) -> Status:
    """The status afterwards; the same where the table is silent."""
    return TRANSITIONS.get((status, happening), status)
