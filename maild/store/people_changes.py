"""Changes about people onto the sheet: who takes part, what is proposed, whose link works."""

from __future__ import annotations

from maild.decide.people_changes import Invite, Propose, SetParticipant, SetProposal
from maild.decide.plan import JoinTicket
from maild.model import TicketId
from maild.store.schema import invitation, participant, proposal
from maild.store.sheet import Sheet


def invite(sheet: Sheet, change: Invite) -> None:
    """A link that was promised before is the same link: the mail that carries it may be decided twice."""
    about = {"purpose": change.purpose, "address": change.address, "desk": change.desk, "about": change.about}
    sheet.add(invitation, digest=change.digest, created_at=sheet.now, expires_at=change.until, **about)


def join(sheet: Sheet, change: JoinTicket, ticket: TicketId) -> None:
    part = {"role": change.role, "since": change.since, "waits": change.waits, "has_left": False}
    sheet.add(participant, ticket_id=ticket, contact_id=sheet.contact(change.address), **part)


def take_part(sheet: Sheet, change: SetParticipant) -> None:
    named = {"ticket_id": change.ticket, "contact_id": sheet.contact(change.address)}
    part = {"role": change.role, "since": change.since, "waits": change.waits, "has_left": change.has_left}
    sheet.parts.append(named | part)
    stands = "has left" if change.has_left else "waits for staff" if change.waits else f"takes part as {change.role}"
    sheet.note(change.ticket, "people", f"{change.address} {stands}")


def propose(sheet: Sheet, change: Propose, ticket: TicketId) -> None:
    about = {"organisation": change.organisation, "address": change.address, "name": change.name}
    times = {"created_at": sheet.now, "due_at": change.due_at}
    kind = {"kind": change.kind, "state": change.state, "asked_by": change.asked_by}
    sheet.add(proposal, ticket_id=ticket, **kind, **about, **times)
    sheet.note(ticket, "proposal", " ".join(filter(None, (change.kind, change.address, f"is {change.state}"))))


def set_proposal(sheet: Sheet, change: SetProposal) -> None:
    stands = {"state": change.state, "decided_by": change.decided_by, "due_at": change.due_at}
    sheet.proposals.append({"id": change.proposal, **stands})
    sheet.note(change.ticket, "proposal", f"{change.proposal} is {change.state}: {change.decided_by}")
