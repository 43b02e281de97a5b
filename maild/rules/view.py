"""What rules look at: `RuleView`, parsed values only, as plain data that can be stored and looked at again.

Laws: nothing in it is a raw header with a display name; times are UTC; whoever decides fills it, so that a mail looks
the same to the rules today, in the dry run and in a replay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from maild.model import Proof, Register, Status


class Trigger(StrEnum):
    """What happened. NEW: a mail opens a ticket. FOLLOW_UP: a mail joins one. REPLY: staff answer. TIME: it passes."""

    NEW = "new"
    FOLLOW_UP = "follow-up"
    REPLY = "reply"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Attached:
    """An attachment as rules see it: its name, its type as the mail declares it, its size in bytes."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The ticket as it was before: `since` when it has been there, `quiet` when somebody last wrote (both UTC)."""

    status: Status
    since: datetime
    quiet: datetime


@dataclass(frozen=True, slots=True)
class RuleView:
    """One occasion on which rules are asked.

    `at` (UTC) is when the mail arrived, or what the clock says. `desk_open`: whether that is within the desk's hours.
    `recipients`: whom it was delivered to, then To and Cc, normal forms. `register` and `organisation` are what the
    sender counts as. `roles`: what else they are there (primary, commercial, technical, monitoring). `automatic` is the
    kind of machine that wrote it, "" for a person. `headers` are names in lower case with values not yet decoded.
    `ticket` is None where there is none yet. For REPLY the text is ours and the sender is the requester; for TIME there
    is no text.
    """

    trigger: Trigger
    at: datetime
    desk: str
    subject: str = ""
    text: str = ""
    full_text: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    proof: Proof = Proof.NONE
    register: Register = Register.UNKNOWN
    organisation: str = ""
    roles: tuple[str, ...] = ()
    language: str = ""
    automatic: str = ""
    desk_open: bool = True
    attachments: tuple[Attached, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    ticket: Standing | None = None
