"""The plans that add to a ticket: a follow-up, and the answer of somebody who was invited to it. Pure.

Laws: an automatic mail never moves a status, not even by a rule; people join only as `people` says; of a person's mail
rules have the last word on the ticket's status.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from maild.decide.asked.self_solved import with_end
from maild.decide.case import Case
from maild.decide.clocks.states import Happening, after
from maild.decide.facts import KnownTicket
from maild.decide.mail import by_rule, guard, information
from maild.decide.mail.contribution import article_of, ignored, index_of, sender_of, staff_told, to_review
from maild.decide.mail.follow_up import Belongs
from maild.decide.mail.ruling import ruled_mail
from maild.decide.people_changes import SetParticipant
from maild.decide.plan import Change, JoinTicket, Plan, SetAsked, SetStatus
from maild.decide.run_changes import SetRun
from maild.decide.runs import answering, starting
from maild.decide.told.notices import Told, notice, notifications, suppressions
from maild.decide.told.notify import Occasion, addresses_in_words, silenced
from maild.decide.told.sharing import shared
from maild.decide.told.telling import by_mail
from maild.decide.who import people, proposals, trust
from maild.decide.who.people import Host
from maild.decide.who.sight import parts_of
from maild.desks.policy import Desk
from maild.model import (
    Call,
    Disposition,
    Message,
    NotificationKind,
    Reason,
    Role,
    Ticket,
    TicketId,
)
from maild.rules.model import Draft, Shaped

JOINED = "follow-up"
"""What webhooks are told of."""


@dataclass(frozen=True, slots=True)
class Joining:
    """A mail before it is added: to which ticket and why, what rules made of it, who joins, what it settles, and what
    its writer is asked."""

    it: Occasion
    found: Belongs
    shaped: Shaped
    joined: people.People
    said: proposals.Outcome
    question: tuple[Told, ...]

    @property
    def ticket(self) -> Ticket:
        return self.found.known.ticket


def follow_up_plan(case: Case, found: Belongs, desk: Desk) -> Plan:
    """Add the message to its ticket; a person's mail may move the status, and settle what waits there."""
    ticket, who = found.known.ticket, trust.of(case, desk)
    ruled = ruled_mail(case, desk, who, ticket)
    if ruled.draft.ignored:
        return ignored(ruled, ticket.id)
    joining = _joining(Occasion(case, desk, sender_of(case.message), who), found, ruled)
    told, shaped = tuple(_told(joining)), joining.shaped
    plan = Plan(
        Disposition.FOLLOW_UP,
        tuple(_reasons(joining)),
        tuple(_changes(joining)),
        notifications=notifications(told),
        suppressed=suppressions(told),
        ticket=ticket.id,
        calls=tuple(_calls(joining)),
        ruled=ruled.ruled,
    )
    plan = to_review(plan) if shaped.draft.review else with_end(plan, joining.it, found.known, shaped.draft)
    return guard.guarded(plan, joining.it, shaped.draft, found.known)


def _joining(it: Occasion, found: Belongs, ruled: Shaped) -> Joining:
    shaped = information.completed(it, ruled, found.known)
    question = by_rule.question(it, shaped.draft, found.known.ticket.id)
    if shaped.draft.review:
        return Joining(it, found, shaped, people.People(), proposals.NOTHING, question)
    said = (proposals.answered(it.case, found.known, it.desk, it.who), _of_run(it, found.known, shaped.draft))
    return Joining(it, found, shaped, _new_people(it, found), proposals.together(said), question)


def _of_run(it: Occasion, known: KnownTicket, draft: Draft) -> proposals.Outcome:
    """What the mail says about the request with legal weight on the ticket, or that it begins one; only one of them: a
    word that stops is not undone by a fact behind it."""
    said = answering.answered(it, known)
    if said.changes or known.run is None:
        return said if known.run else starting.started(it, draft, known)
    return proposals.together((said, starting.collected(it, draft, known)))


def _told(joining: Joining) -> Iterator[Told]:
    it, known, shaped = joining.it, joining.found.known, joining.shaped
    yield from (*joining.question, *joining.said.told)
    yield from _left_out(it, known.ticket.id, joining.joined)
    if not shaped.draft.review and not _settles(joining):
        yield from shared(it, known)
    yield from staff_told(it, shaped, known.ticket)
    yield from by_mail(it, shaped.ruled, known, joining.joined)


def _settles(joining: Joining) -> bool:
    """Whether the mail was a word to us, about the request on the ticket: nobody else needs to read it."""
    return any(isinstance(change, SetRun) for change in joining.said.changes)


def _calls(joining: Joining) -> Iterator[Call]:
    event = f"{JOINED}:{joining.it.message.content_key[:16]}"
    yield from by_rule.calls(joining.shaped.ruled, event, joining.ticket.id)
    yield from joining.said.calls


def _reasons(joining: Joining) -> Iterator[Reason]:
    it, shaped = joining.it, joining.shaped
    yield joining.found.reason
    yield from people.sender_reasons(it.recipient, it.case.facts, it.who)
    yield from (*joining.joined.reasons, *joining.said.reasons, *shaped.reasons)
    if not by_rule.decides_status(it.message, shaped.draft):
        yield from _moved(it.message, joining.ticket)


def _changes(joining: Joining) -> Iterator[Change]:
    it, ticket, shaped = joining.it, joining.ticket, joining.shaped
    yield article_of(ticket.id, it.message, it.case.facts, it.who)
    yield from (*_sender_joins(it.case, joining.found), *joining.joined.changes)
    yield index_of(ticket.id, it.message)
    yield from (*joining.said.changes, *_new_status(it.message, ticket, shaped.draft))
    yield from by_rule.ticket_changes(ticket, shaped.ruled)
    yield from information.better_title(it, joining.found.known)
    yield from _asked(ticket, by_rule.asked(joining.question, shaped.draft))
    yield from by_rule.participants(ticket.id, shaped.draft, it.case.facts)


def accepted_plan(case: Case, known: KnownTicket, desk: Desk) -> Plan | None:
    """Somebody who was invited on this ticket, and takes no part in it, says yes or no (REQ-H3)."""
    who = trust.of(case, desk)
    said = proposals.accepted(case, known, desk, who)
    if not said.changes:
        return None
    number = known.ticket.id
    return Plan(
        Disposition.FOLLOW_UP,
        (*said.reasons, *people.sender_reasons(sender_of(case.message), case.facts, who)),
        (article_of(number, case.message, case.facts, who), *said.changes),
        notifications=notifications(said.told),
        suppressed=suppressions(said.told),
        ticket=number,
    )


def _asked(ticket: Ticket, names: tuple[str, ...]) -> tuple[Change, ...]:
    return (SetAsked(ticket.id, (*ticket.asked, *names)),) if names else ()


def _new_people(it: Occasion, found: Belongs) -> people.People:
    """New people in To and Cc of a follow-up; who is on the ticket already is not mentioned again."""
    case, here = it.case, {participant.contact.address for participant in found.known.participants}
    others = [[one for one in group if one.address not in here] for group in (case.message.to, case.message.cc)]
    rest = replace(case.message, to=tuple(others[0]), cc=tuple(others[1]))
    host = Host(case.facts.contact(it.recipient.address), it.who, found.known.requester)
    return people.colleagues(found.known.ticket.id, rest, case.facts, host, it.desk, case.policy)


def _sender_joins(case: Case, found: Belongs) -> tuple[Change, ...]:
    """Whoever speaks for the organisation takes part from now on; whoever had left is back. A machine's answer in their
    name is neither."""
    sender, ticket = case.facts.contact(sender_of(case.message).address), found.known.ticket.id
    if sender is None or case.message.automatic:
        return ()
    parts = parts_of(sender, found.known.participants)
    if not parts:
        return (JoinTicket(ticket, sender.address, Role.CC),)
    back = (one for one in parts if one.has_left and not one.waits)
    return tuple(SetParticipant(ticket, one.contact.address, one.role, one.since) for one in back)


def _left_out(it: Occasion, ticket: TicketId, joined: people.People) -> tuple[Told, ...]:
    """Whoever put them in copy is told whom the policy leaves out (REQ-A7); once for the same people."""
    contact = it.case.facts.contact(it.recipient.address)
    if contact is None or not joined.left_out or it.neutral or silenced(it):
        return ()
    named = addresses_in_words(joined.left_out)
    event = f"left-out:{hashlib.sha256(named.encode()).hexdigest()[:16]}"
    return (notice(NotificationKind.LEFT_OUT, event, contact, it.desk, ticket, (("left_out", named),)),)


def _new_status(message: Message, ticket: Ticket, draft: Draft) -> tuple[Change, ...]:
    return by_rule.moved(ticket, draft) if by_rule.decides_status(message, draft) else _status(message, ticket)


def _status(message: Message, ticket: Ticket) -> tuple[Change, ...]:
    status = after(ticket.status, Happening.THEY_WROTE)
    if message.automatic or status is ticket.status:
        return ()
    return (SetStatus(ticket.id, status),)


def _moved(message: Message, ticket: Ticket) -> tuple[Reason, ...]:
    if message.automatic:
        return (Reason("status", "automatic", f"written by a machine ({message.automatic.evidence}): status stays"),)
    status = after(ticket.status, Happening.THEY_WROTE)
    return (
        ()
        if status is ticket.status
        else (Reason("status", "moved", f"{ticket.status} → {status}: {Happening.THEY_WROTE}"),)
    )
