"""What decisions are made of: dispositions, reasons, and who shall hear of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from maild.model.ids import TicketId
from maild.model.incoming import Address


class Disposition(StrEnum):
    """What became of a mail: a closed list (law 4). No mail ends without one. ANSWERED: it asked for something that a
    mail does at once (`status`, `help`), and there is no ticket."""

    NEW_TICKET = "new ticket"
    FOLLOW_UP = "follow-up"
    AWAITING_REVIEW = "awaiting review"
    ANSWERED = "answered"
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
    """What a notification is about; the name of its template. ANSWER, an operator's own words in place of the
    confirmation, has none: its notification names one. STAFF_NOTICE, FORWARDED, STAFF_TICKET, STAFF_ANSWER,
    SERVICE_LEVEL and STAFF_WORKFLOW go to staff, not to customers."""

    CONFIRMATION = "confirmation"
    CONFIRMATION_UNVERIFIED = "confirmation-unverified"
    STATUS_UPDATE = "status-update"
    REPLY = "reply"
    DELETION_COMPLETED = "deletion-completed"
    DIGEST = "digest"
    FIRST_LINE = "first-line"
    REGISTRATION = "registration"
    REFUSED = "refused"
    LOOK_LINK = "look-link"
    LEFT_OUT = "left-out"
    FOLLOWED = "followed"
    CONSENT = "consent"
    INVITATION = "invitation"
    WELCOME = "welcome"
    SUCCESSOR = "successor"
    PROPOSAL_DONE = "proposal-done"
    PROPOSAL_DECLINED = "proposal-declined"
    OVERVIEW = "overview"
    HELP = "help"
    SETTING_CHANGED = "setting-changed"
    ANSWER = "answer"
    STAFF_NOTICE = "staff-notice"
    FORWARDED = "forwarded"
    MISSING = "missing"
    PRIVACY = "privacy"
    STAFF_TICKET = "staff-ticket"
    STAFF_ANSWER = "staff-answer"
    SERVICE_LEVEL = "service-level"
    STILL_NEEDED = "still-needed"
    CLOSED = "closed"
    ESTIMATE = "estimate"
    ESTIMATE_LAPSED = "estimate-lapsed"
    MERGED = "merged"
    SHARED = "shared"
    ANNOUNCEMENT = "announcement"
    REPORT = "report"
    WORKFLOW_CONFIRM = "workflow-confirm"
    WORKFLOW_SECOND = "workflow-second"
    WORKFLOW_SCHEDULED = "workflow-scheduled"
    WORKFLOW_ENDED = "workflow-ended"
    WORKFLOW_DONE = "workflow-done"
    WORKFLOW_SUSPECT = "workflow-suspect"
    STAFF_WORKFLOW = "staff-workflow"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file of ours that goes along with a mail. `content_type` without parameters; the charset is UTF-8."""

    filename: str
    content_type: str
    text: str


@dataclass(frozen=True, slots=True)
class Notification:
    """The intention: this person shall hear this, once per (ticket, event, recipient).

    `event` names the occasion ("confirmation", "status:solved:81", "reply:512"); `ticket` None is the
    one this plan opens. `reply_to_id` and `references` thread the mail; `values` fill its template.
    `by_person` marks a staff member's own words: no Auto-Submitted, never suppressed (law 9).
    `unverified`: the recipient is not registered; `proven`: the mail that caused it proved to be theirs. `not_before`
    (UTC): when it may go at the earliest. `parked`: it goes only when a person releases it. `desk` is the desk's name
    where the mail is about no ticket. `invitation` is what its link is made from ("" for none): the link itself stands
    in the finished mail only. `template` names an operator's own template, used in place of the kind's ("" for none).
    `enclosures` go along as attachments. Values that are instants are ISO 8601 texts in UTC.
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
    unverified: bool = False
    not_before: datetime | None = None
    parked: bool = False
    proven: bool = False
    desk: str = ""
    invitation: str = ""
    template: str = ""
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A mail that was not sent, and why (law 9: a reason is recorded for each). `digest_at` (UTC): when a digest
    tells of it together with others; None for never.
    """

    kind: NotificationKind
    event: str
    recipient: str
    reason: Reason
    ticket: TicketId | None = None
    digest_at: datetime | None = None
