"""Tickets, and how people take part in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from maild.model.ids import TicketId
from maild.model.people import Contact


class Role(StrEnum):
    """How a contact takes part in a ticket."""

    REQUESTER = "requester"
    CC = "cc"
    FOLLOWER = "follower"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Participant:
    """A contact on a ticket."""

    contact: Contact
    role: Role


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    SOLVED = "solved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A case. Its number, as people write it, is `prefix-id`: SD-1042."""

    id: TicketId
    prefix: str
    desk: str
    title: str
    status: Status
    priority: int
    category: str
    assignee: str
    unverified: bool
    created_at: datetime
    changed_at: datetime
    remind_at: datetime | None = None
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def number(self) -> str:
        return f"{self.prefix}-{self.id}"


class ArticleKind(StrEnum):
    """What an article is: a mail of theirs, a mail of ours, or a note that stays inside."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    NOTE = "note"
