"""Mail as it arrives, and as it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from maild.model.ids import EntryId, TicketId


class Source(StrEnum):
    """By which edge a mail came in."""

    SMTP = "smtp"
    LMTP = "lmtp"
    IMAP = "imap"
    FILE = "file"


class Answers(StrEnum):
    """What becomes of mails of ours that a mail causes: sent, parked until a person releases them, or none made.

    FILED: none made, and what it opens is closed; an archive that is taken in.
    """

    SENT = "sent"
    PARKED = "parked"
    NONE = "none"
    FILED = "filed"


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
    `received_at` is when it arrived at its source: for a mailbox, when its server took it. `login` is the user who
    proved to be themselves when they handed it in, "" for nobody. `asks` are the headers (in lower case) that may name
    its desk, in the order they are asked, where the source itself does not say. `border` names whose
    Authentication-Results are believed in it (`ingest.authenticity.borders`), "" for nobody's.
    """

    source: Source
    mail_from: str | None
    recipient: str
    received_at: datetime
    peer: str = ""
    source_key: str | None = None
    answers: Answers = Answers.SENT
    login: str = ""
    asks: tuple[str, ...] = ()
    border: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """Raw bytes an edge took in, for all the recipients it was accepted for (one inbox entry each).

    `message_id` and `parent_id` come from a bounded scan of the bytes (`ingest.header.scan`), so that a reply need
    not overtake its parent (law 6); "" where the scan found none. `kept_at` is when maild took it, where that is not
    when it arrived at its source (`received_at`).
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
    kept_at: datetime | None = None
    answers: Answers = Answers.SENT
    login: str = ""
    border: str = ""


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A mail we promised to handle, claimed for work. `alone` asks for a run without company (law 3).

    `attempts` are runs that a worker did not survive, `cause` and `detail` say of what the last one died. `ticket` is
    the one it has opened already, while it was in quarantine. `cleared`: a person said that it is no spam.
    """

    id: EntryId
    envelope: Envelope
    raw: bytes
    attempts: int = 0
    alone: bool = False
    cause: str = ""
    detail: str = ""
    ticket: TicketId | None = None
    cleared: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of a mail that is not its text. Its bytes stay in the raw mail; `part` is its place there ("2.1"), "" for
    the whole mail. A picture that a mail holds more than once is here once, `content_id` is all its ids, with spaces.
    """

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
class Note:
    """What a reader at the desk should know of a mail as it was read: a code for logs, and a sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Hint:
    """An address that a server noted as the mail's destination, and the header (in lower case) it noted it in."""

    header: str
    address: str


@dataclass(frozen=True, slots=True)
class Message:
    """A parsed incoming mail.

    `sender` is set only where there is exactly one From header with exactly one mailbox; `claimed_sender` is what
    a mail client would show of a From that is worse: for people to see, never for rights.
    `unreadable` is the typed cause why the mail was not read: then only its readable headers are here.
    Message ids are canonical: `<left@right>`, or "" where missing. `text` is the whole body,
    `visible_text` the new part of it. `content_key` identifies the mail over all routes (law 5);
    `lasting_key` is False without Date or Message-ID: then the key counts for 24 hours only.
    `delivered_to` is what servers noted in Delivered-To, X-Original-To and their like: hints, never trusted.
    `headers` are its first header fields as they stand there, unfolded, not decoded, names in lower case: everybody can
    write them.
    """

    message_id: str
    subject: str
    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    delivered_to: tuple[Hint, ...]
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
    claimed_sender: Address | None = None
    notes: tuple[Note, ...] = ()
    unreadable: str = ""
    headers: tuple[tuple[str, str], ...] = ()
