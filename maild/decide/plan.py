"""Plan: everything one decision wants written and told, as plain data with its reasons.

`Change` is a closed union; `store.apply` and `decide.explain` match it and end in `assert_never`, so that a
new kind of change makes the type checker list every place to edit. Tickets are named by id, or by None for
the ticket this same plan opens; people by address, since a stranger has no id before the plan is applied.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maild.decide.people_changes import (
    EnterPerson,
    Invite,
    LetGo,
    Propose,
    SetParticipant,
    SetPreference,
    SetProposal,
)
from maild.decide.run_changes import SetRun, StartRun
from maild.model import (
    Address,
    ArticleKind,
    Attachment,
    Breaker,
    Call,
    Disposition,
    EntryId,
    Notification,
    OutboxId,
    Promise,
    Proof,
    Reason,
    Register,
    Role,
    Status,
    Suppressed,
    TicketId,
    TimerKind,
)
from maild.rules.model import Ruled


@dataclass(frozen=True, slots=True)
class RecordContact:
    """Remember a person; nothing happens where the address is known already."""

    person: Address
    register: Register


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Open a ticket; the rules have already shaped it (`rules.run`)."""

    desk: str
    prefix: str
    title: str
    priority: int
    category: str = ""
    assignee: str = ""
    unverified: bool = False
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    status: Status = Status.NEW
    type: str = ""
    module: str = ""
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddArticle:
    """Add a contribution. `review`: it awaits a person's look before it counts as part of the conversation."""

    ticket: TicketId | None
    kind: ArticleKind
    author: Address
    text: str
    visible_text: str
    subject: str = ""
    message_id: str = ""
    attachments: tuple[Attachment, ...] = ()
    review: bool = False
    unverified: bool = False
    automatic: bool = False
    proof: Proof = Proof.NONE
    proof_text: str = ""


@dataclass(frozen=True, slots=True)
class JoinTicket:
    """Make somebody a participant; an existing role stays, and so does what staff have said of them.

    `since` and `waits` as in `Participant`.
    """

    ticket: TicketId | None
    address: str
    role: Role
    since: datetime | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Move a ticket to another status."""

    ticket: TicketId
    status: Status


@dataclass(frozen=True, slots=True)
class SetTicket:
    """Change one property or field of a ticket; `name` is one of `PROPERTIES` or "field:<key>"."""

    ticket: TicketId
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SetAsked:
    """What the people of a ticket have been asked for, by its names: all of it, nothing is asked for twice."""

    ticket: TicketId
    names: tuple[str, ...]


PROPERTIES = ("title", "priority", "category", "assignee", "tags", "type", "module")


@dataclass(frozen=True, slots=True)
class SetReminder:
    """When the clock shall bring a ticket back (UTC), or None to forget it."""

    ticket: TicketId
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SetPromise:
    """A promise as it stands from now on; a ticket has one of each aim."""

    ticket: TicketId | None
    promise: Promise


@dataclass(frozen=True, slots=True)
class SetTimer:
    """When the clock shall do this with a ticket (UTC), or None for never."""

    ticket: TicketId | None
    kind: TimerKind
    at: datetime | None


@dataclass(frozen=True, slots=True)
class IndexMessageIds:
    """Let these Message-IDs lead to the ticket (law 6: also ids of mails we never saw)."""

    ticket: TicketId | None
    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordBounce:
    """A mail of ours did not arrive."""

    outbox: OutboxId
    permanent: bool
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True)
class MoveBreaker:
    """Hold back automatic mail, as the breaker says."""

    breaker: Breaker


@dataclass(frozen=True, slots=True)
class LinkTickets:
    """Two tickets know of each other; `ticket` None is the one this plan opens."""

    ticket: TicketId | None
    other: TicketId
    why: str


@dataclass(frozen=True, slots=True)
class MergeTickets:
    """A ticket goes on as another: its articles and what waits there become that one's, and all that leads to it leads
    there (REQ-A10)."""

    ticket: TicketId
    into: TicketId
    why: str


@dataclass(frozen=True, slots=True)
class SetProof:
    """Write down what proves the sender of the article that this inbox entry became, known later than the article."""

    ticket: TicketId
    entry: EntryId
    proof: Proof
    text: str
    unverified: bool


Change = (
    RecordContact
    | OpenTicket
    | AddArticle
    | JoinTicket
    | SetParticipant
    | SetPreference
    | Propose
    | SetProposal
    | EnterPerson
    | LetGo
    | SetStatus
    | SetTicket
    | SetAsked
    | SetReminder
    | SetPromise
    | SetTimer
    | IndexMessageIds
    | RecordBounce
    | MoveBreaker
    | LinkTickets
    | MergeTickets
    | Invite
    | SetProof
    | StartRun
    | SetRun
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be written, who will be told, and why. `policy` is the version it was made with (law 13).

    `ruled` is what rules were asked, and what they came to; None where they had no say.
    `actor` is who caused it: "mail", "clock" or a member of staff.
    """

    disposition: Disposition | None
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...] = ()
    notifications: tuple[Notification, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    ticket: TicketId | None = None
    duplicate_of: EntryId | None = None
    policy: str = ""
    actor: str = "mail"
    calls: tuple[Call, ...] = ()
    ruled: Ruled | None = None
