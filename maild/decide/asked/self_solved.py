"""A customer says that it is solved: the word alone closes the ticket (REQ-D4). Pure.

In: the follow-up as `joining` made it; out: the same, with the ticket solved, and those told whom it concerns.
Laws: the word counts as strictly as a command does (`commands`), so never in a quotation; it takes a requester, or a
registered colleague, who proved who they are as far as the desk wants it; where rules say something of the status, they
have the last word; nobody's thanks opens a ticket again that is solved already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from maild.decide.asked.command_words import Action
from maild.decide.asked.commands import command_in
from maild.decide.clocks.states import is_settled
from maild.decide.facts import KnownTicket
from maild.decide.plan import Change, Plan, SetStatus, SetTicket
from maild.decide.told.notices import Told, notice, notifications, suppressions
from maild.decide.told.notify import Occasion, silenced
from maild.decide.told.suggestions import OFFERED
from maild.decide.who.sight import TRUSTED, parts_of, same_organisation, same_person
from maild.decide.who.trust import Right
from maild.desks.policy import AsksForProof
from maild.model import (
    Answers,
    Contact,
    Notification,
    NotificationKind,
    Proof,
    Reason,
    Role,
    Status,
    Suppressed,
    Ticket,
)
from maild.rules.model import Draft

BY_ARTICLE = "solved-by-article"
"""Tag of a ticket that its own people call solved after they were offered articles."""
OWN, COLLEAGUE = "own", "colleague"
"""Whose word it is, to whom it is told."""


def says_solved(it: Occasion, known: KnownTicket) -> bool:
    """Whether this mail says nothing else, and its sender may say it on this ticket, to which the mail belongs."""
    command = command_in(it.message)
    if command is None or command.action is not Action.SOLVED:
        return False
    is_new = it.case.envelope.answers is Answers.SENT and it.case.keys.earlier is None
    return is_new and _is_theirs(it, known) and _is_sure(it)


def with_end(plan: Plan, it: Occasion, known: KnownTicket, draft: Draft) -> Plan:
    """The plan, with the end of its ticket if the mail says so."""
    if draft.status is not None or not says_solved(it, known):
        return plan
    ticket = known.ticket
    is_news = not is_settled(ticket.status)
    told = tuple(_told(it, known)) if is_news else ()
    return replace(
        plan,
        reasons=(*(one for one in plan.reasons if one.step != "status"), _why(it, ticket)),
        changes=(*_without_moves(plan), *(_ended(ticket, draft) if is_news else ())),
        notifications=(*plan.notifications, *notifications(told)),
        suppressed=(*plan.suppressed, *suppressions(told)),
    )


def _is_theirs(it: Occasion, known: KnownTicket) -> bool:
    """Whether the sender is the requester, or a registered colleague."""
    contact = it.case.facts.contact(it.recipient.address)
    if contact is None:
        return False
    if any(part.role is Role.REQUESTER for part in parts_of(contact, known.participants)):
        return True
    return it.who.register in TRUSTED and known.requester is not None and same_organisation(contact, known.requester)


def _is_sure(it: Occasion) -> bool:
    pending = it.case.facts.authenticity.proof is Proof.PENDING
    return it.who.may(Right.FOLLOW_UP) and (it.who.proven or (it.desk.proof is AsksForProof.OFF and not pending))


def _without_moves(plan: Plan) -> Iterator[Change]:
    """Their answer opens nothing."""
    return (one for one in plan.changes if not isinstance(one, SetStatus))


def _ended(ticket: Ticket, draft: Draft) -> Iterator[Change]:
    yield SetStatus(ticket.id, Status.SOLVED)
    if OFFERED in ticket.tags:
        yield SetTicket(ticket.id, "tags", ", ".join(dict.fromkeys((*draft.tags, BY_ARTICLE))))


def _why(it: Occasion, ticket: Ticket) -> Reason:
    if is_settled(ticket.status):
        return Reason("status", "self-solved", f"says that it is solved: it stays {ticket.status}")
    after = " after it was offered articles" if OFFERED in ticket.tags else ""
    return Reason("status", "self-solved", f"{it.recipient.address} says that it is solved{after}")


# ---- who hears of it -------------------------------------------------------------------------------


def _told(it: Occasion, known: KnownTicket) -> Iterator[Told]:
    """Whoever said it, and whose ticket it is: either may say that it is not so, by a reply."""
    contact, requester = it.case.facts.contact(it.recipient.address), known.requester
    if contact is None:
        return
    told = _notice(it, known.ticket, contact, OWN, proven=it.who.proven)
    if why := silenced(it):
        yield Suppressed(told.kind, told.event, contact.address, why, known.ticket.id)
    else:
        yield _in_thread(told, it)
    if requester and not same_person(contact, requester):
        is_known = not known.ticket.unverified and requester.register in TRUSTED
        yield _notice(it, known.ticket, requester, COLLEAGUE, proven=is_known)


def _notice(it: Occasion, ticket: Ticket, contact: Contact, said: str, *, proven: bool) -> Told:
    kind, event = NotificationKind.STATUS_UPDATE, f"status:{Status.SOLVED}:{it.message.content_key[:16]}"
    values = (("subject", ticket.title), ("status", Status.SOLVED.value), ("said", said))
    return notice(kind, event, contact, it.desk, ticket.id, values, proven=proven)


def _in_thread(told: Told, it: Occasion) -> Told:
    if isinstance(told, Notification):
        return replace(told, reply_to_id=it.message.message_id, references=it.message.references)
    return told
