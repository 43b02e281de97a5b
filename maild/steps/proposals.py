"""Proposals, with all that has to be known to decide them: for the command line, the pages and the clock.

In: a transaction; out: plans, or what was written. What the register would refuse is found out here, without a change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from maild.decide.facts import KnownTicket
from maild.decide.plan import Plan
from maild.decide.told.notices import notifications, suppressions
from maild.decide.who import approvals, proposals
from maild.decide.who.approvals import Background
from maild.decide.who.consent import Consent
from maild.decide.who.sight import TRUSTED
from maild.decide.work import estimates
from maild.directory.contradictions import lacks, seat_holders
from maild.directory.entries import Entries, Kind
from maild.directory.shared import is_shared
from maild.errors import NotFound
from maild.model import Contact, Duty, Organisation, Proposal, ProposalKind, ProposalState
from maild.steps.entering import REFUSED, newcomer
from maild.steps.house import House
from maild.steps.writing import Settled, write
from maild.store import register
from maild.store.enrolling import Person
from maild.store.proposals import find_proposal, overdue
from maild.store.rows import known_tickets, tickets_by_id

AT_ONCE = 100
NOBODY_LEADS = "no authorised contact"


def background(tx: Connection, one: Proposal) -> Background:
    """What the register says of a proposal. Raises ImportRefused for what it would refuse for any other reason."""
    current = register.register_entries(tx, [one.address] if one.address else [])
    contact = next(iter(register.find_contacts(tx, [one.address])), None) if one.address else None
    known = Background(contact, register.find_organisation(tx, one.organisation))
    if one.kind is ProposalKind.LEAVING:
        return replace(known, needs=tuple(_needs(contact)), leaderless=_leads_alone(current, contact))
    if one.kind not in proposals.ENTERS or not one.address:
        return known
    if cause := _cause(current, contact, known.organisation, one):
        return replace(known, cause=cause, holders=seat_holders(current, one.organisation))
    register.would_be(tx, newcomer(proposals.enter(one, "")))
    return known


def _cause(current: Entries, contact: Contact | None, organisation: Organisation | None, one: Proposal) -> str:
    """Why somebody cannot come in, as the answer to whoever asked says it (REQ-A2, A4, H4)."""
    theirs = contact.organisation if contact and contact.register in TRUSTED else ""
    if is_shared(one.address):
        return "shared"
    if theirs and theirs != one.organisation:
        return "elsewhere"
    seats = organisation.seats if organisation and not theirs else None
    return "no-seat" if seats is not None and len(seat_holders(current, one.organisation)) >= seats else ""


def _needs(contact: Contact | None) -> Iterator[ProposalKind]:
    if contact and contact.primary:
        yield ProposalKind.NEXT_PRIMARY
    if contact and Duty.MONITORING in contact.duties:
        yield ProposalKind.NEXT_MONITORING


def _leads_alone(current: Entries, contact: Contact | None) -> bool:
    """Whether nobody could instruct for the organisation once this contact has left (REQ-H10)."""
    if contact is None:
        return False
    gone = {contact.address, contact.person}
    left = {ref: one for ref, one in current.items() if ref[0] is not Kind.CONTACT or one.person not in gone}
    return NOBODY_LEADS in set(lacks(left, contact.organisation)) - set(lacks(current, contact.organisation))


def confirm(tx: Connection, house: House, number: int, person: Person) -> bool:
    """Whoever was invited has used the link. False where nothing is open that it could confirm, or it cannot be."""
    try:
        one = find_proposal(tx, number, lock=True)
    except NotFound:
        return False
    ticket = tickets_by_id(tx, [one.ticket], lock=True)[one.ticket]
    known, desk = known_tickets(tx, [ticket])[one.ticket], house.policy.desk_named(ticket.desk)
    if one.state is not ProposalState.INVITED or desk is None:
        return False
    plan = _plan(one, proposals.confirmed(known, desk, one, Consent.YES, person.language, person.name))
    written = write(tx, house, "", [Settled(plan)])
    return not any(reason.code == REFUSED for done in written.settled for reason in done.plan.reasons)


def _plan(one: Proposal, said: proposals.Outcome) -> Plan:
    return Plan(
        None,
        said.reasons,
        said.changes,
        notifications=notifications(said.told),
        suppressed=suppressions(said.told),
        ticket=one.ticket,
        actor=one.address,
    )


def lapse(tx: Connection, house: House) -> int:
    """What nobody decided in time."""
    late = overdue(tx, house.clock(), AT_ONCE)
    offered = {one.ticket for one in late if one.kind is ProposalKind.ESTIMATE}
    known = known_tickets(tx, tickets_by_id(tx, offered, lock=True).values())
    write(tx, house, "clock", [Settled(_lapsed(house, one, known.get(one.ticket))) for one in late])
    return len(late)


def _lapsed(house: House, one: Proposal, known: KnownTicket | None) -> Plan:
    """Of an estimate somebody is told, where its desk is still there."""
    desk = house.policy.desk_named(known.ticket.desk) if known else None
    if one.kind is not ProposalKind.ESTIMATE or known is None or desk is None:
        return approvals.lapsed(one)
    return estimates.lapsed(known, desk, one)
