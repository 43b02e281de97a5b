"""A mail that somebody who works here sends to the staff address of a ticket: may they, and what follows. Pure.

In: the case; out: `handled(case)`, a plan (`staff_work`), or a `Claim` that a person must look at, or None where it is
mail like any other. Laws: only a proven member of staff commands anything, on a ticket of a desk they see, by an
address that was sent to them or to a team of theirs. From anybody else a staff address is worth nothing and tells
nothing. Mail of machines commands nothing.
"""

from __future__ import annotations

from dataclasses import replace

from maild.decide.case import Case
from maild.decide.facts import Colleague, KnownTicket, StaffToken
from maild.decide.mail.follow_up import Claim
from maild.decide.plan import Plan
from maild.decide.work.staff import Hand
from maild.decide.work.staff_faults import faults_of
from maild.decide.work.staff_words import orders_in
from maild.decide.work.staff_work import Desktop, carried_out
from maild.desks.policy import Desk
from maild.model import Address, Disposition, Proof, Reason


def handled(case: Case) -> Plan | Claim | None:
    """What becomes of it."""
    token, colleague = case.keys.staff_token, case.facts.colleague
    if colleague is None:
        return None
    if case.message.automatic and (token or case.keys.answers_itself):
        return _aside(Disposition.IGNORED, "auto-reply", "an automatic answer in the name of staff")
    known = case.facts.known(token.ticket) if token else None
    return _on_ticket(case, token, colleague, known) if token and known else None


def _on_ticket(case: Case, token: StaffToken, colleague: Colleague, known: KnownTicket) -> Plan | Claim:
    desk = case.policy.desk_named(known.ticket.desk)
    if case.message.unreadable:
        return _aside(Disposition.QUARANTINED, case.message.unreadable, case.message.text)
    if case.facts.authenticity.proof is Proof.PENDING:
        return _aside(Disposition.QUARANTINED, "staff-pending", "the DNS has not said yet whether staff wrote it")
    why = _hindrance(case, token, colleague, known)
    if desk is None or why:
        named = Reason("follow-up", "staff-address", f"sent to the staff address of {known.ticket.number}")
        return Claim(known, named, why or Reason("staff", "no-desk", f"{named.text}, whose desk is no more"))
    return carried_out(_at_desktop(case, colleague, known, desk))


def _hindrance(case: Case, token: StaffToken, colleague: Colleague, known: KnownTicket) -> Reason | None:
    """Why whoever wrote this may not work on the ticket."""
    number, name = known.ticket.number, colleague.member.name
    if case.facts.authenticity.proof is not Proof.PROVEN:
        why = f"sent to the staff address of {number}, but nothing proves that {name} wrote it"
        return Reason("follow-up", "unproven", f"{why}: {case.facts.authenticity.text}")
    readers = (colleague.member.address, *(team.address for team in colleague.teams))
    if not any(case.tokens.is_staff_tag(token, reader) for reader in readers):
        return Reason("follow-up", "not-their-address", f"the staff address of {number} was not sent to {name}")
    if not colleague.sees(known.ticket.desk):
        return Reason("follow-up", "not-their-desk", f"{name} does not see desk {known.ticket.desk}")
    return None


def _aside(disposition: Disposition, code: str, text: str) -> Plan:
    return Plan(disposition, (Reason("staff", code, text),))


def _at_desktop(case: Case, colleague: Colleague, known: KnownTicket, desk: Desk) -> Desktop:
    member, written = colleague.member, case.facts.conversation
    hand = Hand(
        actor=Address(member.title or member.name, member.address),
        known=known,
        desk=desk,
        thread=written.thread,
        now=case.now,
        proven=written.proven,
        rules=case.policy.rule_set,
        facts=case.facts,
        latest=written.latest,
    )
    orders = orders_in(case.message.visible_text)
    faults = (*orders.faults, *faults_of(case, orders, known))
    return Desktop(case, hand, colleague, replace(orders, faults=faults))
