"""The nouns of maild: frozen data without behaviour, shared by every stage.

Laws of this file: every time is an aware UTC instant; every address is normalised (`Address`);
nothing here reads, writes or decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

EntryId = NewType("EntryId", int)
TicketId = NewType("TicketId", int)
ContactId = NewType("ContactId", int)
ArticleId = NewType("ArticleId", int)
OutboxId = NewType("OutboxId", int)


# ---- mail as it arrives ----------------------------------------------------------------------


class Source(StrEnum):
    """By which edge a mail came in."""

    SMTP = "smtp"
    LMTP = "lmtp"
    IMAP = "imap"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: the display name as written, and the address in its one normal form.

    Normal form: local part case-folded, domain case-folded and in IDNA A-labels (`xn--…`).
    """

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known about a mail without opening it.

    `mail_from` is "" for the null sender `<>` (RFC 5321 4.5.5) and None where the source does not say.
    `recipient` is the address this copy was delivered to, normalised; it names the desk.
    `source_key` makes one delivery unique at its source (IMAP: account, folder, UIDVALIDITY, UID).
    """

    source: Source
    mail_from: str | None
    recipient: str
    received_at: datetime
    peer: str = ""
    source_key: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """Raw bytes an edge took in, for all the recipients it was accepted for (one inbox entry each).

    `message_id` and `parent_id` come from a bounded scan of the bytes (`ingest.scan`), so that a reply need
    not overtake its parent (law 6); "" where the scan found none.
    """

    raw: bytes
    source: Source
    mail_from: str | None
    recipients: tuple[str, ...]
    received_at: datetime
    peer: str = ""
    source_key: str | None = None
    message_id: str = ""
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A mail we promised to handle, claimed for work. `alone` asks for a run without company (law 3)."""

    id: EntryId
    envelope: Envelope
    raw: bytes
    attempts: int = 0
    alone: bool = False


# ---- mail as it was read -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of a mail that is not its text. Its bytes stay in the raw mail; `part` is its place there ("2.1")."""

    filename: str
    content_type: str
    size: int
    md5: str
    sha256: str
    part: str
    content_id: str = ""
    inline: bool = False


class AutomaticKind(StrEnum):
    """What kind of machine wrote a mail."""

    AUTO_REPLY = "auto-reply"
    AUTO_GENERATED = "auto-generated"
    LIST = "list"
    BULK = "bulk"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True)
class Automatic:
    """No person wrote this mail; `evidence` names the header that says so."""

    kind: AutomaticKind
    evidence: str


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """One recipient of ours that a report speaks of (RFC 3464 2.3). `status` is like "5.1.1", or ""."""

    address: str
    permanent: bool
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that mail was not delivered: about whom, and the Message-ID of the mail it is about ("" if unknown)."""

    recipients: tuple[BouncedRecipient, ...]
    original_message_id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A parsed incoming mail.

    `sender` is set only where there is exactly one From header with exactly one mailbox.
    Message ids are canonical: `<left@right>`, or "" where missing. `text` is the whole body,
    `visible_text` the new part of it. `content_key` identifies the mail over all routes (law 5);
    `lasting_key` is False without Date or Message-ID: then the key counts for 24 hours only.
    `delivered_to` are addresses from Delivered-To, X-Original-To and Envelope-To: hints, never trusted.
    """

    message_id: str
    subject: str
    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    date: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    visible_text: str
    html: str
    attachments: tuple[Attachment, ...]
    automatic: Automatic | None
    bounce: Bounce | None
    suppress_reply: str
    loop_marks: tuple[str, ...]
    hops: int
    language: str
    content_key: str
    lasting_key: bool
    defects: tuple[str, ...] = ()


# ---- people ------------------------------------------------------------------------------------


class Register(StrEnum):
    """What the directory says of an address (law 8). UNKNOWN: it has never been seen."""

    UNKNOWN = "unknown"
    UNVERIFIED = "unverified"
    REGISTERED = "registered"
    AUTHORISED = "authorised"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person we know by address. `organisation` is its key in the directory, "" for none."""

    id: ContactId
    address: str
    name: str
    register: Register
    organisation: str = ""
    language: str = ""


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


# ---- tickets -----------------------------------------------------------------------------------


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


# ---- decisions ---------------------------------------------------------------------------------


class Disposition(StrEnum):
    """What became of a mail: a closed list (law 4). No mail ends without one."""

    NEW_TICKET = "new ticket"
    FOLLOW_UP = "follow-up"
    AWAITING_REVIEW = "awaiting review"
    DUPLICATE = "duplicate"
    BOUNCE_RECORDED = "bounce recorded"
    IGNORED = "ignored"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of why, with the step that says it and a code that may stand in logs (it holds no personal data)."""

    step: str
    code: str
    text: str


class NotificationKind(StrEnum):
    """What a notification is about; the name of its template."""

    CONFIRMATION = "confirmation"
    CONFIRMATION_UNVERIFIED = "confirmation-unverified"
    STATUS_UPDATE = "status-update"
    REPLY = "reply"
    DELETION_COMPLETED = "deletion-completed"


@dataclass(frozen=True, slots=True)
class Notification:
    """The intention: this person shall hear this, once per (ticket, event, recipient).

    `event` names the occasion ("confirmation", "status:solved:81", "reply:512"); `ticket` None is the
    one this plan opens. `reply_to_id` and `references` thread the mail; `values` fill its template.
    `by_person` marks a staff member's own words: no Auto-Submitted, never suppressed (law 9).
    """

    kind: NotificationKind
    event: str
    recipient: Address
    language: str
    ticket: TicketId | None = None
    reply_to_id: str = ""
    references: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A mail that was not sent, and why (law 9: a reason is recorded for each)."""

    kind: NotificationKind
    event: str
    recipient: str
    reason: Reason
    ticket: TicketId | None = None


# ---- mail as it leaves -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """Finished mail: the bytes as every attempt sends them. `mail_from` "" is the null sender."""

    message_id: str
    mail_from: str
    recipient: str
    raw: bytes


class OutboxState(StrEnum):
    """Where an outbox entry stands (law 10)."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A finished mail that waits to be handed over. `ambiguous`: an earlier attempt may have arrived."""

    id: OutboxId
    ticket: TicketId | None
    mail: OutgoingMail
    attempts: int
    created_at: datetime
    ambiguous: bool = False


class DeliveryResult(StrEnum):
    """What one attempt came to.

    REFUSED is the recipient's own permanent no (5yz at RCPT or DATA); RELAY_REFUSED a 5yz at connect, AUTH or
    MAIL, which says nothing of the recipient (law 10); AMBIGUOUS: the connection broke after the last dot.
    """

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    RELAY_REFUSED = "relay refused"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to hand an outbox entry over, with the server's answer."""

    outbox: OutboxId
    at: datetime
    result: DeliveryResult
    answer: str = field(default="")
