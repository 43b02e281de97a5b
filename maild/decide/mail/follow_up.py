"""Does this message belong to a known ticket, and may its sender say so?

Evidence is asked strongest first (`CHECKS`): signed reply address, References, number in the subject. Evidence
names a ticket; only the evidence of somebody who takes part, or who proves to speak for the requester's organisation,
makes a follow-up, and only where the desk is content with the proof of who they are (law 8, `trust`). Evidence in other
hands is a `Claim` that a person must review: a number in a subject is a hint, never authority (FAULT-D13).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maild.decide.facts import Facts, KnownTicket, LookupKeys
from maild.decide.keys import thread_ids
from maild.decide.who.sight import parts_of, speaks_for
from maild.decide.who.trust import Right, Standing
from maild.desks.policy import Desk
from maild.model import Message, Reason, Register, Ticket, TicketId


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something in a message that names a ticket."""

    known: KnownTicket
    reason: Reason
    contact: int | None = None


@dataclass(frozen=True, slots=True)
class Belongs:
    """The message is a follow-up: a participant's own."""

    known: KnownTicket
    reason: Reason


@dataclass(frozen=True, slots=True)
class Claim:
    """The message names a ticket that its sender does not take part in, or may not speak on; `why` says which."""

    known: KnownTicket
    reason: Reason
    why: Reason


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a ticket is judged: by the policy of its own desk, whichever desk a mail was sent to."""

    desk: Desk
    who: Standing


GroundOf = Callable[[Ticket], Ground]
Check = Callable[[Message, LookupKeys, Facts], Evidence | None]


def by_reply_address(_message: Message, keys: LookupKeys, facts: Facts) -> Evidence | None:
    """A reply address of ours whose signature is good; it is bound to one ticket and one contact."""
    if keys.token is None or (known := facts.known(keys.token.ticket)) is None:
        return None
    why = f"sent to the signed reply address of {known.ticket.number}"
    return Evidence(known, Reason("follow-up", "reply-address", why), keys.token.contact)


def by_entry(_message: Message, keys: LookupKeys, facts: Facts) -> Evidence | None:
    """The mail itself has been here before, when it could not be read; now it was released from quarantine."""
    if keys.earlier is None or (known := facts.known(keys.earlier)) is None:
        return None
    why = f"it opened {known.ticket.number} when it could not be read"
    return Evidence(known, Reason("follow-up", "released", why))


def by_references(message: Message, _keys: LookupKeys, facts: Facts) -> Evidence | None:
    """In-Reply-To, References, or its own id where a child indexed it; the nearest ancestor wins."""
    tickets = {found.message_id: found.ticket for found in facts.by_message_id}
    for one in thread_ids(message):
        if one in tickets and (known := facts.known(tickets[one])):
            return Evidence(known, Reason("follow-up", "references", f"{one} belongs to {known.ticket.number}"))
    return None


def by_subject(_message: Message, keys: LookupKeys, facts: Facts) -> Evidence | None:
    """A number in the subject: [SD-1042]."""
    tickets: dict[str, TicketId] = {found.number: found.ticket for found in facts.by_number}
    for number in keys.numbers:
        if number in tickets and (known := facts.known(tickets[number])):
            return Evidence(known, Reason("follow-up", "subject-token", f"subject carries [{number}]"))
    return None


CHECKS: tuple[Check, ...] = (by_entry, by_reply_address, by_references, by_subject)


def follow_up(message: Message, keys: LookupKeys, facts: Facts, at: GroundOf) -> Belongs | Claim | None:
    """What the strongest evidence comes to; None where nothing names a ticket."""
    found = [evidence for check in CHECKS if (evidence := check(message, keys, facts))]
    theirs = next((evidence for evidence in found if takes_part(message, evidence, facts)), None)
    theirs = theirs or next((evidence for evidence in found if speaks(message, evidence, facts, at)), None)
    if theirs and at(theirs.known.ticket).who.may(Right.FOLLOW_UP):
        return Belongs(theirs.known, theirs.reason)
    named = theirs or next(iter(found), None)
    return Claim(named.known, named.reason, _hindrance(named, theirs, at)) if named else None


def _hindrance(named: Evidence, theirs: Evidence | None, at: GroundOf) -> Reason:
    if theirs:
        who = at(theirs.known.ticket).who
        why = f"{named.reason.text}, but nothing proves that a participant wrote it: {who.reason.text}"
        return Reason("follow-up", "unproven", why)
    why = f"{named.reason.text}, but its sender takes no part there"
    return Reason("follow-up", "not-a-participant", why)


def takes_part(message: Message, evidence: Evidence, facts: Facts) -> bool:
    """Is the sender a participant of that ticket, active, and the one a signed address is bound to?

    A person may write from another address that the directory says is theirs. Whoever has left may come back by
    writing; whoever waits for staff may not.
    """
    sender = facts.contact(message.sender.address) if message.sender else None
    if sender is None or sender.register is Register.INACTIVE:
        return False
    return any(
        evidence.contact in (None, participant.contact.id) and not participant.waits
        for participant in parts_of(sender, evidence.known.participants)
    )


def speaks(message: Message, evidence: Evidence, facts: Facts, at: GroundOf) -> bool:
    """Does the sender see all tickets of the requester's organisation, proven (REQ-H7, A3)? A signed address must be
    bound to nobody else."""
    sender = facts.contact(message.sender.address) if message.sender else None
    here = at(evidence.known.ticket)
    if sender is None or not here.who.may(Right.ASK) or evidence.contact not in (None, sender.id):
        return False
    return speaks_for(sender, evidence.known.requester, here.desk)
