"""What a mail asks for that waits for somebody, and what a mail answers to that: `asked`, `answered`, `accepted`. Pure.

In: the case, how its sender stands, the ticket with its open proposals; out: changes, reasons and who is told.
Laws: an authorised contact's wish waits for staff; anybody else's is held until an authorised contact of the same
organisation says yes, proven (REQ-H6); nobody says yes to their own wish. Words of a sender who proved nothing are not
passed on. A machine asks for nothing and agrees to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from maild.decide.case import Case
from maild.decide.facts import KnownTicket
from maild.decide.people_changes import EnterPerson, Propose, SetProposal
from maild.decide.plan import Change
from maild.decide.told.notices import Told, notice
from maild.decide.who.consent import Consent, consent_in
from maild.decide.who.naming import people_in
from maild.decide.who.sight import TRUSTED, same_person
from maild.decide.who.trust import Right, Standing
from maild.decide.work.estimates import BINDING, answered_estimate, said_in_vain
from maild.desks.policy import Desk
from maild.model import (
    Address,
    Call,
    Contact,
    Duty,
    NotificationKind,
    Proposal,
    ProposalKind,
    ProposalState,
    Reason,
    Register,
)
from maild.rules.model import Draft

PATIENCE = timedelta(days=30)
"""So long a proposal waits."""
MOST_QUOTED = 2000
QUESTIONS = {
    ProposalKind.NEXT_PRIMARY: ProposalKind.NEW_PRIMARY,
    ProposalKind.NEXT_MONITORING: ProposalKind.NEW_MONITORING,
    ProposalKind.SEATS: ProposalKind.NEW_CONTACT,
}
"""What naming somebody in answer to our question comes to."""


@dataclass(frozen=True, slots=True)
class Enters:
    """As what somebody comes into the register."""

    register: Register = Register.REGISTERED
    primary: bool = False
    duties: tuple[Duty, ...] = ()


ENTERS = {
    ProposalKind.NEW_CONTACT: Enters(),
    ProposalKind.NEW_AUTHORISED: Enters(Register.AUTHORISED),
    ProposalKind.NEW_PRIMARY: Enters(primary=True),
    ProposalKind.NEW_MONITORING: Enters(duties=(Duty.MONITORING,)),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mail comes to as far as proposals go, and requests with legal weight. `held`: its wish waits for an
    authorised contact."""

    changes: tuple[Change, ...] = ()
    reasons: tuple[Reason, ...] = ()
    told: tuple[Told, ...] = ()
    held: bool = False
    calls: tuple[Call, ...] = ()


NOTHING = Outcome()


# ---- a new ticket asks for something --------------------------------------------------------------


def asked(case: Case, desk: Desk, who: Standing, draft: Draft) -> Outcome:
    """What the rules saw in a new mail (`propose`, `instruction`)."""
    sender = case.facts.contact(case.message.sender.address) if case.message.sender else None
    if case.message.automatic or not (draft.proposes or draft.instructs):
        return NOTHING
    wishes = [*_wishes(case, who, draft, sender), *_instruction(case, who, draft, sender)]
    held = [one for one in wishes if one.state is ProposalState.HELD]
    asks = held[:1] if sender and sender.register in TRUSTED else []
    told = tuple(told for one in asks for told in _consents(case, desk, who, one))
    return Outcome(tuple(wishes), tuple(map(_why, wishes)), told, bool(asks))


def _wishes(case: Case, who: Standing, draft: Draft, sender: Contact | None) -> Iterable[Propose]:
    state = ProposalState.OPEN if who.may(Right.NAME) else ProposalState.HELD
    people = _named(case) or (Address("", ""),)
    for kind in draft.proposes:
        yield from (_propose(case, sender, kind, state, person) for person in people)


def _instruction(case: Case, who: Standing, draft: Draft, sender: Contact | None) -> Iterable[Propose]:
    if draft.instructs and not who.may(Right.INSTRUCT):
        yield _propose(case, sender, ProposalKind.INSTRUCTION, ProposalState.HELD, Address("", ""))


def _propose(case: Case, sender: Contact | None, kind: ProposalKind, state: ProposalState, person: Address) -> Propose:
    of, by = (sender.organisation, sender.address) if sender else ("", _sender(case).address)
    return Propose(None, kind, state, of, person.address, person.name, by, case.now + PATIENCE)


def _why(wish: Propose) -> Reason:
    who = f" {wish.address}" if wish.address else ""
    waits = "staff decide" if wish.state is ProposalState.OPEN else "an authorised contact must say yes first"
    return Reason("proposal", f"proposal-{wish.state}", f"{wish.kind}{who}: {waits}")


def _consents(case: Case, desk: Desk, who: Standing, wish: Propose) -> Iterable[Told]:
    """Those who may say yes are asked, in a mail to each; what a sender wrote who proved nothing stays out of it."""
    asker = case.facts.contact(wish.asked_by)
    quoted = case.message.visible_text.strip()[:MOST_QUOTED] if who.proven else ""
    about = case.message.subject.strip() if who.proven else ""
    values = (
        *(("who", _called(asker, wish.asked_by)), ("what", wish.kind.value), ("address", wish.address)),
        *(("text", quoted), ("about", about)),
    )
    event = f"consent:{case.message.content_key[:16]}"
    for one in case.facts.principals:
        if one.register is Register.AUTHORISED and not (asker and same_person(one, asker)):
            yield notice(NotificationKind.CONSENT, event, one, desk, values=values, proven=who.proven)


# ---- a mail on a ticket answers -------------------------------------------------------------------


def answered(case: Case, known: KnownTicket, desk: Desk, who: Standing) -> Outcome:
    """A yes or a no to what is held on the ticket, or names in answer to our questions."""
    sender = case.facts.contact(_sender(case).address)
    if sender is None or case.message.automatic or not known.proposals:
        return NOTHING
    waiting = [one for one in known.proposals if one.state is ProposalState.HELD and _is_for(sender, known, one, who)]
    said = consent_in(case.message.visible_text)
    settled = [_settled(case, known, desk, one, said) for one in waiting if one.kind not in QUESTIONS and said]
    named = [_named_for(case, sender, one) for one in waiting if one.kind in QUESTIONS and _named(case)]
    vain = said_in_vain(known, waiting, sender) if said else ()
    return together([*settled, *named, Outcome(reasons=vain)])


def _is_for(sender: Contact, known: KnownTicket, one: Proposal, who: Standing) -> bool:
    needed = Right.INSTRUCT if one.kind in BINDING else Right.NAME
    theirs = sender.organisation == one.organisation != ""
    return who.may(needed) and theirs and (one.kind in QUESTIONS or not _asked_it(sender, known, one))


def _asked_it(sender: Contact, known: KnownTicket, one: Proposal) -> bool:
    """Under whichever of their addresses."""
    asker = next((part.contact for part in known.participants if part.contact.address == one.asked_by), None)
    return sender.address == one.asked_by or (asker is not None and same_person(sender, asker))


def _settled(case: Case, known: KnownTicket, desk: Desk, one: Proposal, said: Consent | None) -> Outcome:
    by = _sender(case).address
    state = _after(one, said)
    kind = NotificationKind.PROPOSAL_DECLINED if state is ProposalState.DECLINED else NotificationKind.PROPOSAL_DONE
    told = () if state is ProposalState.OPEN else told_asker(known, desk, one, kind)
    until = case.now + PATIENCE if state is ProposalState.OPEN else None
    why = Reason("proposal", f"said-{said}", f"{by} says {said} to {one.kind} {one.address}".rstrip())
    return Outcome((SetProposal(one.ticket, one.id, state, by, until), *answered_estimate(one, state)), (why,), told)


def _after(one: Proposal, said: Consent | None) -> ProposalState:
    if said is Consent.NO:
        return ProposalState.DECLINED
    return ProposalState.DONE if one.kind in BINDING else ProposalState.OPEN


def _named_for(case: Case, sender: Contact, question: Proposal) -> Outcome:
    """Each person who is named becomes a proposal; the question is answered."""
    kind = QUESTIONS[question.kind]
    until = case.now + PATIENCE
    wishes = tuple(
        Propose(question.ticket, kind, ProposalState.OPEN, question.organisation, *_pair(one), sender.address, until)
        for one in _named(case)
    )
    done = SetProposal(question.ticket, question.id, ProposalState.DONE, sender.address)
    return Outcome((*wishes, done), tuple(map(_why, wishes)))


def _pair(person: Address) -> tuple[str, str]:
    return person.address, person.name


# ---- somebody new says yes ------------------------------------------------------------------------


def accepted(case: Case, known: KnownTicket, desk: Desk, who: Standing) -> Outcome:
    """The answer of somebody who was invited: their address is proven, or they wrote to the address that only the
    invitation held."""
    sender = case.facts.contact(_sender(case).address)
    said = consent_in(case.message.visible_text)
    if sender is None or said is None or case.message.automatic or not (who.proven or _got_it(case, known, sender)):
        return NOTHING
    invited = [one for one in known.proposals if one.state is ProposalState.INVITED and one.address == sender.address]
    return together([confirmed(known, desk, one, said, sender.language) for one in invited])


def confirmed(known: KnownTicket, desk: Desk, one: Proposal, said: Consent, language: str, name: str = "") -> Outcome:
    """What somebody new who says yes or no comes to, by mail or by the link; `name` is what they call themselves."""
    state = ProposalState.DONE if said is Consent.YES else ProposalState.DECLINED
    why = Reason("proposal", f"invited-{said}", f"{one.address} says {said} to becoming {one.kind}")
    kind = NotificationKind.PROPOSAL_DONE if said is Consent.YES else NotificationKind.PROPOSAL_DECLINED
    entering = (enter(one, language, name),) if said is Consent.YES else ()
    settled = SetProposal(one.ticket, one.id, state, one.decided_by or one.address)
    return Outcome((settled, *entering), (why,), told_asker(known, desk, one, kind))


def enter(one: Proposal, language: str, name: str = "") -> EnterPerson:
    """The register shall say what was proposed."""
    as_ = ENTERS[one.kind]
    return EnterPerson(
        ticket=one.ticket,
        proposal=one.id,
        address=one.address,
        name=name or one.name,
        organisation=one.organisation,
        register=as_.register,
        primary=as_.primary,
        duties=as_.duties,
        language=language,
        by=one.address,
        why=f"proposal {one.id}: {one.kind}, asked by {one.asked_by}, approved by {one.decided_by or 'staff'}",
    )


def told_asker(
    known: KnownTicket, desk: Desk, one: Proposal, kind: NotificationKind, *values: tuple[str, str]
) -> tuple[Told, ...]:
    """Whoever asked hears what became of it, if they are on the ticket and registered."""
    here = (part.contact for part in known.participants if part.takes_part)
    asker = next((contact for contact in here if contact.address == one.asked_by), None)
    if asker is None or asker.register not in TRUSTED:
        return ()
    about = (("what", one.kind.value), ("who", one.name or one.address), *values)
    return (notice(kind, f"proposal:{one.id}:{kind}", asker, desk, one.ticket, about),)


def _got_it(case: Case, known: KnownTicket, sender: Contact) -> bool:
    token = case.keys.token
    home = case.facts.home(token.ticket) if token else None
    return token is not None and home == known.ticket.id and token.contact == sender.id


def _named(case: Case) -> tuple[Address, ...]:
    """Whom the new text names, without the sender and our own addresses."""
    people = people_in(case.message.visible_text)
    sender = _sender(case).address
    return tuple(one for one in people if one.address != sender and not case.policy.desk_of(one.address))


def _sender(case: Case) -> Address:
    return case.message.sender or Address("", "")


def _called(contact: Contact | None, address: str) -> str:
    return contact.name or address if contact else address


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """All of them as one."""
    whole = NOTHING
    for one in outcomes:
        whole = replace(
            whole,
            changes=(*whole.changes, *one.changes),
            reasons=(*whole.reasons, *one.reasons),
            told=(*whole.told, *one.told),
            calls=(*whole.calls, *one.calls),
        )
    return whole
