"""Mail as it leaves: finished bytes, where they stand, and every attempt to hand them over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from maild.model.ids import OutboxId, TicketId


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """Finished mail: the bytes as every attempt sends them. `mail_from` "" is the null sender."""

    message_id: str
    mail_from: str
    recipient: str
    raw: bytes


class OutboxState(StrEnum):
    """Where an outbox entry stands (law 10). PARKED: finished, but it goes only when a person releases it."""

    PARKED = "parked"
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
