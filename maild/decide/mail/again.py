"""Deciding once more: what the DNS could not say when a mail came is known now, or will not be known any more (law 8).

In: the case with the answer, and the ticket the mail has been put on; out: a plan that writes the proof down and tells
whom the first decision let wait. Pure. It moves nothing else: staff have worked on the ticket since then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from maild.decide.case import Case
from maild.decide.facts import Facts
from maild.decide.people_changes import WAITING, Propose, SetParticipant
from maild.decide.plan import Change, OpenTicket, Plan, SetAsked, SetProof
from maild.decide.triage import decide
from maild.decide.who.people import is_unverified
from maild.decide.who.trust import standing
from maild.decide.work.estimates import is_answer
from maild.desks.policy import Desk
from maild.ingest.authenticity.weighing import OWN_PENDING, guarded
from maild.model import Address, Authenticity, Disposition, EntryId, Means, Proof, Reason, TicketId

PATIENCE = timedelta(hours=6)
"""So long a proof may be pending; then it is given up."""
PAUSE = timedelta(minutes=5)
GIVEN_UP = Authenticity(
    Proof.NONE, Means.NOTHING, "dns-silent", f"the DNS gave no answer within {PATIENCE.total_seconds() / 3600:g} hours"
)


@dataclass(frozen=True, slots=True)
class Before:
    """What the first decision made of the mail: it is on this ticket, which it has opened, or joined."""

    entry: EntryId
    ticket: TicketId
    opened: bool


def waits_still(case: Case) -> bool:
    """Whether the answer is still to come."""
    return case.facts.authenticity.proof is Proof.PENDING and case.now < case.envelope.received_at + PATIENCE


def decide_again(case: Case, desk: Desk, before: Before) -> Plan:
    """The proof as it is now, and the answers that waited for it."""
    found, ticket = case.facts.authenticity, before.ticket
    sender = case.message.sender
    known = given_up(found, sender) if found.proof is Proof.PENDING else found
    facts = replace(_as_before(case.facts, before), authenticity=known)
    fresh = decide(replace(case, facts=facts, keys=replace(case.keys, earlier=None)))
    who = standing(known, facts.contact(sender.address) if sender else None, desk.proof, case.now)
    return Plan(
        None,
        (Reason("trust", "decided-again", f"its proof was pending: {known.text}"),),
        (
            SetProof(ticket, before.entry, known.proof, known.text, is_unverified(who.register)),
            *(_on(ticket, change) for change in fresh.changes if _is_made_up_for(change, fresh)),
            *(SetAsked(ticket, one.asked) for one in fresh.changes if isinstance(one, OpenTicket) and one.asked),
        ),
        notifications=tuple(replace(one, ticket=ticket) for one in fresh.notifications),
        suppressed=tuple(replace(one, ticket=ticket) for one in fresh.suppressed),
        ticket=ticket,
        policy=case.policy.version,
        actor="clock",
    )


def _is_made_up_for(change: Change, fresh: Plan) -> bool:
    """Of what the mail would do now, what is done yet; with a command all of it, since its answer says so."""
    by_command = fresh.disposition is Disposition.ANSWERED and isinstance(change, SetParticipant)
    return isinstance(change, WAITING | SetAsked) or is_answer(change) or by_command


def _on(ticket: TicketId, change: Change) -> Change:
    """What the mail would have asked for on the ticket it opens is asked for on the one it has opened."""
    return replace(change, ticket=ticket) if isinstance(change, Propose) else change


def given_up(pending: Authenticity, sender: Address | None) -> Authenticity:
    """What a proof is that never came: none; of mail that claims to be our own, a failed one, as ever (FAULT-D24)."""
    return guarded(GIVEN_UP, sender) if sender and pending.code == OWN_PENDING else GIVEN_UP


def _as_before(facts: Facts, before: Before) -> Facts:
    """What was known without this mail: its own content, its own Message-ID and the ticket it opened are its doing."""
    alone = replace(facts, duplicate_of=None)
    if not before.opened:
        return alone
    return replace(
        alone,
        tickets=tuple(known for known in facts.tickets if known.ticket.id != before.ticket),
        by_message_id=tuple(found for found in facts.by_message_id if found.ticket != before.ticket),
        by_number=tuple(found for found in facts.by_number if found.ticket != before.ticket),
    )
