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
    """A contact on a ticket.

    `since` (UTC): what came before is not for them; None for all of it. `waits`: staff have not let them in, so that
    they read and change nothing. `has_left`: they asked to hear no more, or staff took them out (then `waits`, too).
    """

    contact: Contact
    role: Role
    since: datetime | None = None
    waits: bool = False
    has_left: bool = False

    @property
    def takes_part(self) -> bool:
        return not (self.waits or self.has_left)


class Status(StrEnum):
    """Where a ticket stands. WAITING: for the customer. THIRD_PARTY: for somebody else, such as development."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    THIRD_PARTY = "third-party"
    SOLVED = "solved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A case. Its number, as people write it, is `prefix-id`: SD-1042. `written_at` (UTC): when a mail of theirs or of
    ours was last added to it. `settled_at` (UTC): since when it is solved or closed. `asked`: names of what its
    requester was asked for already. `merged_into`: the ticket that it goes on as."""

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
    type: str = ""
    module: str = ""
    written_at: datetime | None = None
    settled_at: datetime | None = None
    asked: tuple[str, ...] = ()
    merged_into: TicketId | None = None

    @property
    def number(self) -> str:
        return f"{self.prefix}-{self.id}"


class ArticleKind(StrEnum):
    """What an article is: a mail of theirs, a mail of ours, or a note that stays inside."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    NOTE = "note"
