"""Estimates: what a change or an extra service will cost waits for an authorised contact's consent (REQ-L12). Pure.

In: the hand of a member of staff with their words, and who may agree; or a proposal and what became of it. Out: a Plan,
or the changes that follow from an answer; ValueError with what is possible instead.
Laws: only authorised contacts of the requester's organisation are asked, and only their yes counts (`proposals`); one
estimate waits on a ticket at a time, so that nobody agrees to another one than they read; after its days it lapses. How
it stands is the ticket's field `estimate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from maild.decide.facts import KnownTicket
from maild.decide.people_changes import Propose, SetProposal
from maild.decide.plan import AddArticle, Change, Plan, SetStatus, SetTicket
from maild.decide.told.notices import Told, notice, notifications, suppressions
from maild.decide.who.sight import parts_of
from maild.decide.work.staff import Hand, staff_plan
from maild.desks.policy import Desk
from maild.model import (
    ArticleKind,
    Contact,
    NotificationKind,
    Proposal,
    ProposalKind,
    ProposalState,
    Reason,
    Register,
    Status,
    Suppressed,
)

DAYS = 30
"""So long an offer holds (REQ-L12)."""
MOST_DAYS = 365
FIELD = "field:estimate"
BINDING = frozenset({ProposalKind.INSTRUCTION, ProposalKind.ESTIMATE})
"""What an authorised contact's yes is the last word on."""
STANDS = {
    ProposalState.HELD: "waiting",
    ProposalState.DONE: "approved",
    ProposalState.DECLINED: "declined",
    ProposalState.EXPIRED: "lapsed",
}


def estimate(hand: Hand, text: str, days: int, contacts: Iterable[Contact]) -> Plan:
    """`maild estimate N TEXT`: `contacts` are those of the requester's organisation. Raises ValueError."""
    _require_room(hand, text, days)
    ticket, until = hand.known.ticket, hand.now + timedelta(days=days)
    asked = _asked(hand, contacts)
    organisation = asked[0].organisation
    waits = (ProposalState.HELD, organisation, "", "", hand.actor.address, until)
    moved: tuple[Change, ...] = () if ticket.status is Status.WAITING else (SetStatus(ticket.id, Status.WAITING),)
    changes = (
        AddArticle(ticket.id, ArticleKind.OUTGOING, hand.actor, text, text, subject=ticket.title),
        Propose(ticket.id, ProposalKind.ESTIMATE, *waits),
        SetTicket(ticket.id, FIELD, STANDS[ProposalState.HELD]),
        *moved,
    )
    told = tuple(_told(hand, one, text, until) for one in asked)
    return staff_plan(hand, f"sent an estimate, which holds until {until:%Y-%m-%d}", changes, told)


def answered_estimate(one: Proposal, state: ProposalState) -> tuple[Change, ...]:
    """What follows for the ticket from how its estimate stands now; nothing from any other proposal."""
    if one.kind is not ProposalKind.ESTIMATE or state not in STANDS:
        return ()
    return (SetTicket(one.ticket, FIELD, STANDS[state]),)


def is_answer(change: Change) -> bool:
    """Whether this is how an estimate stands now."""
    return isinstance(change, SetTicket) and change.name == FIELD


def waiting_estimates(known: KnownTicket) -> list[Proposal]:
    """Those on which nobody has said anything yet."""
    return [one for one in known.proposals if one.kind is ProposalKind.ESTIMATE]


def said_in_vain(known: KnownTicket, counted: Iterable[Proposal], sender: Contact) -> tuple[Reason, ...]:
    """A yes or a no to an estimate from somebody whose word does not count: it waits on for one who may."""
    open_ones = [one for one in waiting_estimates(known) if one not in counted]
    text = f"{sender.address} answers the estimate, which waits for a proven authorised contact"
    return tuple(Reason("proposal", "not-theirs-to-say", text) for _ in open_ones[:1])


def lapsed(known: KnownTicket, desk: Desk, one: Proposal) -> Plan:
    """The clock: nobody has agreed in time. The requester is told, and staff see the ticket again."""
    ticket = known.ticket
    why = Reason("clock", "estimate-lapsed", f"nobody agreed to estimate {one.id} in time")
    moved: tuple[Change, ...] = (SetStatus(ticket.id, Status.OPEN),) if ticket.status is Status.WAITING else ()
    done = SetProposal(ticket.id, one.id, ProposalState.EXPIRED, "clock")
    told = _told_requester(known, desk, one)
    return Plan(
        None,
        (why,),
        (done, *answered_estimate(one, ProposalState.EXPIRED), *moved),
        notifications=notifications(told),
        suppressed=suppressions(told),
        ticket=ticket.id,
        actor="clock",
    )


def _require_room(hand: Hand, text: str, days: int) -> None:
    if not text.strip():
        raise ValueError("an estimate needs some words: what is done, and what it costs")
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"an estimate holds 1 to {MOST_DAYS} days, not {days}")
    if waiting := waiting_estimates(hand.known):
        raise ValueError(f"estimate {waiting[0].id} still waits: first `maild decline {waiting[0].id}`")


def _asked(hand: Hand, contacts: Iterable[Contact]) -> list[Contact]:
    """The authorised contacts who take part; where none does, all of them."""
    requester = hand.known.requester
    of = requester.organisation if requester else ""
    if not of:
        raise ValueError(f"{hand.known.ticket.number} is of no organisation: nobody may agree to an estimate")
    may = [one for one in contacts if one.organisation == of and _may_agree(one)]
    if not may:
        raise ValueError(f"{of} has no authorised contact who may agree: `maild contacts set ADDRESS` makes one")
    here = [one for one in may if any(part.takes_part for part in parts_of(one, hand.known.participants))]
    return here or may


def _may_agree(contact: Contact) -> bool:
    """Whoever is authorised for a while only instructs nothing (REQ-H10), and agrees to no costs."""
    return contact.register is Register.AUTHORISED and contact.until is None


def _told(hand: Hand, contact: Contact, text: str, until: datetime) -> Told:
    """Staff's own words: a person's mail, in the thread of the ticket."""
    ticket, kind = hand.known.ticket, NotificationKind.ESTIMATE
    values = (("text", text), ("staff", hand.actor.name), ("until", until.isoformat()), ("subject", ticket.title))
    event, asker = f"estimate:{int(hand.now.timestamp() * 1000)}", hand.known.requester
    proven = asker is not None and asker.address in hand.proven
    told = notice(kind, event, contact, hand.desk, ticket.id, values, proven=proven, by_person=True)
    if isinstance(told, Suppressed):
        return told
    parent = hand.thread[-1] if hand.thread else ""
    return replace(told, reply_to_id=parent, references=hand.thread[:-1], by_person=True)


def _told_requester(known: KnownTicket, desk: Desk, one: Proposal) -> tuple[Told, ...]:
    parts = (part for part in known.participants if part.contact == known.requester and part.takes_part)
    kind, event = NotificationKind.ESTIMATE_LAPSED, f"estimate-lapsed:{one.id}"
    proven = not known.ticket.unverified
    return tuple(notice(kind, event, part.contact, desk, one.ticket, proven=proven) for part in parts)
