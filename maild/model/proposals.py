"""What was asked for by mail and waits for a person: changes of the register, instructions, and links in mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from maild.model.ids import TicketId

ProposalId = NewType("ProposalId", int)


class ProposalKind(StrEnum):
    """What is asked for. INSTRUCTION: the ticket's own wish, from somebody who may not give it (REQ-H6). REQUESTER: the
    ticket is this person's, whose mail staff forwarded. ESTIMATE: what staff ask for a change or an extra service waits
    for an authorised contact's consent (REQ-L12). NEXT_PRIMARY, NEXT_MONITORING and SEATS are questions of ours:
    who follows somebody who leaves (REQ-H9), and who else shall have a seat (REQ-A15); naming people answers them.
    """

    NEW_CONTACT = "new-contact"
    NEW_AUTHORISED = "new-authorised"
    NEW_PRIMARY = "new-primary"
    NEW_MONITORING = "new-monitoring"
    LEAVING = "leaving"
    NEXT_PRIMARY = "next-primary"
    NEXT_MONITORING = "next-monitoring"
    SEATS = "seats"
    INSTRUCTION = "instruction"
    REQUESTER = "requester"
    ESTIMATE = "estimate"


class ProposalState(StrEnum):
    """HELD: an authorised contact must say yes, or name somebody. OPEN: staff decide. INVITED: the new person must
    confirm."""

    HELD = "held"
    OPEN = "open"
    INVITED = "invited"
    DONE = "done"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that was asked for on a ticket. `address` and `name` are whom it is about, "" for nobody.

    `asked_by` is the address of whoever asked. `due_at` (UTC) ends it.
    """

    id: ProposalId
    ticket: TicketId
    kind: ProposalKind
    state: ProposalState
    organisation: str
    address: str
    name: str
    asked_by: str
    created_at: datetime
    due_at: datetime | None = None
    decided_by: str = ""


class Purpose(StrEnum):
    """What a link in a mail is for; a link of one purpose is worth nothing for another."""

    REGISTER = "register"
    CONFIRM_CONTACT = "confirm-contact"
    LOOK = "look"
