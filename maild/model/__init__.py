"""The nouns of maild: frozen data without behaviour, shared by every stage.

Laws of this file: every time is an aware UTC instant; every address is normalised (`Address`);
nothing here reads, writes or decides.
"""

from __future__ import annotations

from maild.model.breakers import Breaker, Stand
from maild.model.decisions import (
    Disposition,
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
    Attachment,
    Automatic,
    AutomaticKind,
    Bounce,
    BouncedRecipient,
    Envelope,
    InboxEntry,
    Message,
    Note,
    ReceivedMail,
    Source,
)
from maild.model.outgoing import (
    Delivery,
    DeliveryResult,
    OutboxEntry,
    OutboxState,
    OutgoingMail,
)
from maild.model.tickets import (
    ArticleKind,
    Contact,
    Participant,
    Register,
    Role,
    Status,
    Ticket,
)

__all__ = [
    "Address",
    "ArticleId",
    "ArticleKind",
    "Attachment",
    "Automatic",
    "AutomaticKind",
    "Bounce",
    "BouncedRecipient",
    "Breaker",
    "Contact",
    "ContactId",
    "Delivery",
    "DeliveryResult",
    "Disposition",
    "EntryId",
    "Envelope",
    "InboxEntry",
    "Message",
    "Note",
    "Notification",
    "NotificationKind",
    "OutboxEntry",
    "OutboxId",
    "OutboxState",
    "OutgoingMail",
    "Participant",
    "Reason",
    "ReceivedMail",
    "Register",
    "Role",
    "Source",
    "Stand",
    "Status",
    "Suppressed",
    "Ticket",
    "TicketId",
]
