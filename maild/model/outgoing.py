"""What leaves: finished mail and finished calls of webhooks, where they stand, and every attempt to hand them over."""

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


class Channel(StrEnum):
    """Which way an outbox entry leaves: to the relay, or by HTTP to a webhook of the operator's."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class CallKind(StrEnum):
    """What wants a call. It stands where a mail's entry has its `NotificationKind`, and shares no word with that."""

    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Call:
    """The intention: this webhook shall be told, once per (ticket, event, webhook).

    `event` names the occasion, as a notification's does: what stands before its first colon is the body's `type`
    ("ticket-opened", "follow-up:512"). `rule` is the rule that wants it; `ticket` None is the one this plan opens.
    """

    webhook: str
    event: str
    rule: str
    ticket: TicketId | None = None


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A finished call: the bytes as every attempt sends them. `id` is the same for all of them: receivers go by it."""

    id: str
    webhook: str
    body: bytes


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


@dataclass(frozen=True, slots=True)
class CallEntry:
    """A finished call that waits to be made, the `attempts`-th time."""

    id: OutboxId
    ticket: TicketId | None
    call: OutgoingCall
    attempts: int
    created_at: datetime


class DeliveryResult(StrEnum):
    """What one attempt came to.

    REFUSED is the recipient's own permanent no (5yz at RCPT or DATA; HTTP 4xx); RELAY_REFUSED a 5yz at connect, AUTH
    or MAIL, which says nothing of the recipient (law 10); AMBIGUOUS: the connection broke after the last dot.
    """

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    RELAY_REFUSED = "relay refused"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to hand an outbox entry over, with the server's answer.

    `not_before` (UTC): when the server wants the next attempt at the earliest. It is not kept.
    """

    outbox: OutboxId
    at: datetime
    result: DeliveryResult
    answer: str = field(default="")
    not_before: datetime | None = None
