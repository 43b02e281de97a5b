"""Where a ticket goes when something happens: one table, drawn into the README.

A pair that is not in the table changes nothing. Automatic mail never asks this table (peers' complaint:
out-of-office replies that reopen tickets).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from maild.desks.life_cycle import SETTLED, LifeCycle
from maild.model import Status, Ticket


class Happening(StrEnum):
    """What can happen to a ticket by itself."""

    THEY_WROTE = "a participant wrote"
    WE_ANSWERED = "we answered"
    WE_SOLVED = "we proposed a solution"
    REMINDER_DUE = "its reminder is due"
    UNANSWERED = "nobody answered us for long"
    UNDISPUTED = "nobody disputed the solution"


TRANSITIONS: dict[tuple[Status, Happening], Status] = {
    (Status.WAITING, Happening.THEY_WROTE): Status.OPEN,
    (Status.THIRD_PARTY, Happening.THEY_WROTE): Status.OPEN,
    (Status.SOLVED, Happening.THEY_WROTE): Status.OPEN,
    (Status.CLOSED, Happening.THEY_WROTE): Status.OPEN,
    (Status.NEW, Happening.WE_ANSWERED): Status.WAITING,
    (Status.OPEN, Happening.WE_ANSWERED): Status.WAITING,
    (Status.NEW, Happening.WE_SOLVED): Status.SOLVED,
    (Status.OPEN, Happening.WE_SOLVED): Status.SOLVED,
    (Status.WAITING, Happening.WE_SOLVED): Status.SOLVED,
    (Status.THIRD_PARTY, Happening.WE_SOLVED): Status.SOLVED,
    (Status.WAITING, Happening.REMINDER_DUE): Status.OPEN,
    (Status.THIRD_PARTY, Happening.REMINDER_DUE): Status.OPEN,
    (Status.WAITING, Happening.UNANSWERED): Status.CLOSED,
    (Status.SOLVED, Happening.UNDISPUTED): Status.CLOSED,
}


def after(status: Status, happening: Happening) -> Status:
    """The status afterwards; the same where the table is silent."""
    return TRANSITIONS.get((status, happening), status)


def is_settled(status: Status) -> bool:
    """Whether nobody works on it any more."""
    return status in SETTLED


def may_reopen(ticket: Ticket, life: LifeCycle, now: datetime) -> bool:
    """Whether an answer still belongs to the ticket; what comes later is a ticket of its own (REQ-A12)."""
    if not is_settled(ticket.status) or life.reopen_days is None:
        return True
    return now - (ticket.settled_at or ticket.changed_at) <= timedelta(days=life.reopen_days)
