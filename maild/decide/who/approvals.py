"""Staff decide what was proposed: `approve`, `decline`, `propose`; the clock lets what nobody decided lapse. Pure.

In: the hand of a member of staff, the proposal, what the register says of it (`Background`); out: a Plan, or ValueError
with what is possible instead.
Laws: somebody new is asked first, at their own address, and comes in with their yes (REQ-H3); whom the register knows
comes in at once. What cannot be is declined with its reason, and whoever asked is told (REQ-A2, A4, H4). A held wish is
an authorised contact's to agree to: staff need a reason to do so in their place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from maild.decide.people_changes import LetGo, Propose, SetParticipant, SetProposal
from maild.decide.plan import Change, JoinTicket, Plan, RecordContact, SetStatus
from maild.decide.told.links import invite
from maild.decide.told.notices import Told, notice
from maild.decide.told.tokens import Tokens
from maild.decide.who.proposals import ENTERS, PATIENCE, enter, told_asker
from maild.decide.who.sight import TRUSTED
from maild.decide.work.estimates import answered_estimate
from maild.decide.work.staff import Hand, staff_plan
from maild.model import (
    Address,
    Contact,
    ContactId,
    NotificationKind,
    Organisation,
    Proposal,
    ProposalKind,
    ProposalState,
    Purpose,
    Reason,
    Register,
    Role,
    Status,
)

NOT_YET = ContactId(0)
"""Somebody whom the plan itself makes known."""
Steps = tuple[tuple[Change, ...], tuple[Told, ...]]


@dataclass(frozen=True, slots=True)
class Background:
    """What the register says: of whom the proposal is about, of the organisation, and why it may not be.

    `cause` is "no-seat", "shared", "elsewhere" or "" (`holders` are the seats' then). `needs` is what the organisation
    lacks once this person has left: kinds of questions, and whether nobody could instruct any more.
    """

    contact: Contact | None = None
    organisation: Organisation | None = None
    cause: str = ""
    holders: tuple[str, ...] = ()
    needs: tuple[ProposalKind, ...] = ()
    leaderless: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """One proposal on somebody's desk. `why` is what staff say about their decision."""

    hand: Hand
    one: Proposal
    background: Background
    tokens: Tokens
    why: str = ""

    @property
    def decided(self) -> Callable[[ProposalState], SetProposal]:
        return lambda state: SetProposal(self.one.ticket, self.one.id, state, self.hand.actor.address)


def approve(case: Approval) -> Plan:
    """`maild approve ID`. Raises ValueError."""
    one = case.one
    _require_open(one)
    if one.state is ProposalState.HELD and not case.why.strip():
        raise ValueError(
            f"proposal {one.id} waits for the yes of an authorised contact ({one.organisation or 'no organisation'}): "
            "approve it in their place with --why, and say how you know that they agree"
        )
    if case.background.cause:
        return _refused(case)
    changes, told = APPROVED[one.kind](case)
    why = f" ({case.why.strip()})" if case.why.strip() else ""
    return staff_plan(case.hand, f"approved proposal {one.id}, {one.kind} {one.address}".rstrip() + why, changes, told)


def decline(case: Approval) -> Plan:
    """`maild decline ID`: whoever asked is told, with the words of staff. Raises ValueError."""
    _require_open(case.one)
    told = _declined(case, "", ())
    what = f"declined proposal {case.one.id}, {case.one.kind} {case.one.address}".rstrip()
    follows = answered_estimate(case.one, ProposalState.DECLINED)
    return staff_plan(case.hand, what, (case.decided(ProposalState.DECLINED), *follows), told)


def propose(hand: Hand, kind: ProposalKind, person: Address, organisation: str) -> Plan:
    """`maild propose N KIND ADDRESS`: what a mail asks for and no rule saw, kept in the requester's name."""
    requester = hand.known.requester
    if kind not in ENTERS and kind not in (ProposalKind.LEAVING, ProposalKind.REQUESTER, ProposalKind.INSTRUCTION):
        raise ValueError(f"{kind} is a question of ours: nobody proposes it")
    of = organisation or (requester.organisation if requester else "")
    if not of and kind is not ProposalKind.REQUESTER:
        raise ValueError(f"{hand.known.ticket.number} is of no organisation: say which with --organisation")
    by = requester.address if requester else hand.actor.address
    state = ProposalState.HELD if kind is ProposalKind.INSTRUCTION else ProposalState.OPEN
    ticket, until = hand.known.ticket.id, hand.now + PATIENCE
    return staff_plan(
        hand,
        f"proposed {kind} {person.address}".rstrip(),
        (Propose(ticket, kind, state, of, person.address, person.name, by, until),),
    )


def lapsed(one: Proposal) -> Plan:
    """The clock: nobody has decided in time."""
    why = Reason("clock", "proposal-expired", f"nobody decided proposal {one.id}, {one.kind} {one.address}".rstrip())
    done = SetProposal(one.ticket, one.id, ProposalState.EXPIRED, "clock")
    return Plan(None, (why,), (done,), ticket=one.ticket, actor="clock")


# ---- what a yes comes to, by kind -----------------------------------------------------------------


def _enters(case: Approval) -> Steps:
    """Whom the register knows in this organisation comes in at once, everybody else is asked."""
    one, contact = case.one, case.background.contact
    if contact is None or contact.register not in TRUSTED:
        return _invited(case)
    by = replace(one, decided_by=case.hand.actor.address)
    entering = replace(enter(by, contact.language, contact.name), by=case.hand.actor.address)
    told = told_asker(case.hand.known, case.hand.desk, one, NotificationKind.PROPOSAL_DONE)
    return (case.decided(ProposalState.DONE), entering), told


def _invited(case: Approval) -> Steps:
    one, hand, organisation = case.one, case.hand, case.background.organisation
    if not one.address:
        raise ValueError(f"proposal {one.id} names nobody: say who with --address")
    until = hand.now + timedelta(days=hand.desk.link_days)
    known: tuple[Change, ...] = () if case.background.contact else (RecordContact(_person(one), Register.UNVERIFIED),)
    nonce = f"proposal:{one.id}:{hand.now.isoformat()}"
    values = (
        *(("organisation", organisation.name if organisation else one.organisation), ("who", one.asked_by)),
        ("authorised", "yes" if one.kind is ProposalKind.NEW_AUTHORISED else ""),
    )
    event, stranger = f"invitation:{one.id}", Contact(NOT_YET, one.address, "", Register.UNVERIFIED)
    told = notice(NotificationKind.INVITATION, event, stranger, hand.desk, one.ticket, values, invitation=nonce)
    link = invite(case.tokens, Purpose.CONFIRM_CONTACT, one.address, nonce, hand.desk.desk, until, str(one.id))
    return (*known, replace(case.decided(ProposalState.INVITED), due_at=until), link), (told,)


def _leaves(case: Approval) -> Steps:
    """They are set inactive, and we ask who follows (REQ-H9, H10)."""
    one, hand, background = case.one, case.hand, case.background
    if background.contact is None or background.contact.organisation != one.organisation:
        raise ValueError(
            f"{one.address or 'nobody'} is no contact of {one.organisation}: say who leaves with --address"
        )
    gone = LetGo(one.ticket, one.address, hand.actor.address, f"proposal {one.id}, asked by {one.asked_by}")
    until = hand.now + PATIENCE
    asks = tuple(
        Propose(one.ticket, kind, ProposalState.HELD, one.organisation, one.address, one.name, one.asked_by, until)
        for kind in background.needs
    )
    return (case.decided(ProposalState.DONE), gone, *asks), _about_leaving(case)


def _about_leaving(case: Approval) -> tuple[Told, ...]:
    needs, hand = case.background.needs, case.hand
    if not needs and not case.background.leaderless:
        return told_asker(hand.known, hand.desk, case.one, NotificationKind.PROPOSAL_DONE)
    values = (
        ("primary", "yes" if ProposalKind.NEXT_PRIMARY in needs else ""),
        ("monitoring", "yes" if ProposalKind.NEXT_MONITORING in needs else ""),
        ("authorised", "yes" if case.background.leaderless else ""),
    )
    return told_asker(hand.known, hand.desk, case.one, NotificationKind.SUCCESSOR, *values)


def _instructs(case: Approval) -> Steps:
    told = told_asker(case.hand.known, case.hand.desk, case.one, NotificationKind.PROPOSAL_DONE)
    return (case.decided(ProposalState.DONE),), told


def _agreed(case: Approval) -> Steps:
    """An authorised contact has agreed otherwise than by mail: the work may begin."""
    ticket = case.hand.known.ticket
    moved: tuple[Change, ...] = (SetStatus(ticket.id, Status.OPEN),) if ticket.status is Status.WAITING else ()
    return (case.decided(ProposalState.DONE), *answered_estimate(case.one, ProposalState.DONE), *moved), ()


def _asked_for(case: Approval) -> Steps:
    """The ticket is theirs whose mail was forwarded; whoever forwarded it follows."""
    one, hand = case.one, case.hand
    known: tuple[Change, ...] = () if case.background.contact else (RecordContact(_person(one), Register.UNVERIFIED),)
    before = [part for part in hand.known.participants if part.role is Role.REQUESTER]
    here = any(part.contact.address == one.address for part in hand.known.participants)
    theirs: Change = (
        SetParticipant(one.ticket, one.address, Role.REQUESTER)
        if here
        else JoinTicket(one.ticket, one.address, Role.REQUESTER)
    )
    follow = tuple(
        SetParticipant(one.ticket, part.contact.address, Role.FOLLOWER)
        for part in before
        if part.contact.address != one.address
    )
    return (*known, *follow, theirs, case.decided(ProposalState.DONE)), ()


def _question(case: Approval) -> Steps:
    """We asked, and know the answer otherwise."""
    return (case.decided(ProposalState.DONE),), ()


APPROVED: dict[ProposalKind, Callable[[Approval], Steps]] = {
    **dict.fromkeys(ENTERS, _enters),
    ProposalKind.LEAVING: _leaves,
    ProposalKind.INSTRUCTION: _instructs,
    ProposalKind.ESTIMATE: _agreed,
    ProposalKind.REQUESTER: _asked_for,
    ProposalKind.NEXT_PRIMARY: _question,
    ProposalKind.NEXT_MONITORING: _question,
    ProposalKind.SEATS: _question,
}


# ---- what cannot be -------------------------------------------------------------------------------


def _refused(case: Approval) -> Plan:
    """The register cannot take them in: declined, and whoever asked learns why."""
    background = case.background
    told = _declined(case, background.cause, background.holders)
    what = f"proposal {case.one.id} cannot be: {background.cause} {case.one.address}".rstrip()
    return staff_plan(case.hand, what, (case.decided(ProposalState.DECLINED),), told)


def _declined(case: Approval, cause: str, holders: tuple[str, ...]) -> tuple[Told, ...]:
    values = (("cause", cause), ("holders", "\n".join(holders)), ("why", case.why.strip()))
    return told_asker(case.hand.known, case.hand.desk, case.one, NotificationKind.PROPOSAL_DECLINED, *values)


def _require_open(one: Proposal) -> None:
    if one.state in (ProposalState.DONE, ProposalState.DECLINED, ProposalState.EXPIRED):
        raise ValueError(f"proposal {one.id} is {one.state} already")


def _person(one: Proposal) -> Address:
    return Address(one.name, one.address)
