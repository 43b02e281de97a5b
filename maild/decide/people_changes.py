"""Changes that are about people: how they take part, what was asked for them, what the register shall say.

They belong to the closed union `plan.Change`. People are named by address, as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maild.model import Duty, ProposalId, ProposalKind, ProposalState, Purpose, Register, Role, TicketId


@dataclass(frozen=True, slots=True)
class SetParticipant:
    """How somebody takes part from now on."""

    ticket: TicketId
    address: str
    role: Role
    since: datetime | None = None
    waits: bool = False
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Invite:
    """Let a link work: the one made from `nonce` for this purpose and address (`Tokens.invitation`), known by its
    hash. `about` says what it is for, `until` (UTC) ends it."""

    purpose: Purpose
    address: str
    digest: str
    desk: str
    about: str
    until: datetime


@dataclass(frozen=True, slots=True)
class SetPreference:
    """What a person wants for themselves, under all their addresses: `name` is "language", "name" or "follows"."""

    address: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Propose:
    """Keep what was asked for, until somebody decides (`Proposal`)."""

    ticket: TicketId | None
    kind: ProposalKind
    state: ProposalState
    organisation: str
    address: str
    name: str
    asked_by: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SetProposal:
    """Where a proposal stands now, and who said so."""

    ticket: TicketId
    proposal: ProposalId
    state: ProposalState
    decided_by: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EnterPerson:
    """Let the register say this of a person; done together with the plan, or, where the register refuses it, noted on
    the ticket, and the proposal goes back to staff. `by` and `why` are for the audit trail."""

    ticket: TicketId
    proposal: ProposalId
    address: str
    name: str
    organisation: str
    register: Register
    primary: bool
    duties: tuple[Duty, ...]
    language: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class LetGo:
    """Set a person inactive (REQ-H9)."""

    ticket: TicketId
    address: str
    by: str
    why: str


WAITING = Invite | SetPreference | Propose | SetProposal | EnterPerson
"""What a mail brings about only once its proof is known, be it good or bad."""
