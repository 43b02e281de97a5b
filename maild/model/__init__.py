"""The nouns of maild: frozen data without behaviour, shared by every stage.

Laws of this file: every time is an aware UTC instant; every address is normalised (`Address`);
nothing here reads, writes or decides.
"""

from __future__ import annotations

from maild.model.authenticity import UNPROVEN, Authenticity, Means, Proof
from maild.model.breakers import Breaker, Stand
from maild.model.decisions import (
    Disposition,
    Enclosure,
    Notification,
    NotificationKind,
    Reason,
    Suppressed,
)
from maild.model.ids import (
    ArticleId,
    ContactId,
    EntryId,
    OutboxId,
    TicketId,
)
from maild.model.incoming import (
    Address,
    Answers,
    Attachment,
    Automatic,
    AutomaticKind,
    Bounce,
    BouncedRecipient,
    Envelope,
    Hint,
    InboxEntry,
    Message,
    Note,
    ReceivedMail,
    Source,
)
from maild.model.mailboxes import Fate, MailboxState, Missed, Page, Position, Tally
from maild.model.outgoing import (
    Call,
    CallEntry,
    CallKind,
    Channel,
    Delivery,
    DeliveryResult,
    OutboxEntry,
    OutboxState,
    OutgoingCall,
    OutgoingMail,
)
from maild.model.people import Contact, Duty, Organisation, Register, StaffMember, Team
from maild.model.promises import Aim, Promise, PromiseState, TimerKind
from maild.model.proposals import Proposal, ProposalId, ProposalKind, ProposalState, Purpose
from maild.model.screening import Finding, Verdict
from maild.model.tickets import (
    ArticleKind,
    Participant,
    Role,
    Status,
    Ticket,
)

__all__ = [
    "UNPROVEN",
    "Address",
    "Aim",
    "Answers",
    "ArticleId",
    "ArticleKind",
    "Attachment",
    "Authenticity",
    "Automatic",
    "AutomaticKind",
    "Bounce",
    "BouncedRecipient",
    "Breaker",
    "Call",
    "CallEntry",
    "CallKind",
    "Channel",
    "Contact",
    "ContactId",
    "Delivery",
    "DeliveryResult",
    "Disposition",
    "Duty",
    "Enclosure",
    "EntryId",
    "Envelope",
    "Fate",
    "Finding",
    "Hint",
    "InboxEntry",
    "MailboxState",
    "Means",
    "Message",
    "Missed",
    "Note",
    "Notification",
    "NotificationKind",
    "Organisation",
    "OutboxEntry",
    "OutboxId",
    "OutboxState",
    "OutgoingCall",
    "OutgoingMail",
    "Page",
    "Participant",
    "Position",
    "Promise",
    "PromiseState",
    "Proof",
    "Proposal",
    "ProposalId",
    "ProposalKind",
    "ProposalState",
    "Purpose",
    "Reason",
    "ReceivedMail",
    "Register",
    "Role",
    "Source",
    "StaffMember",
    "Stand",
    "Status",
    "Suppressed",
    "Tally",
    "Team",
    "Ticket",
    "TicketId",
    "TimerKind",
    "Verdict",
]
