"""The plans that add to a ticket: a follow-up, and the answer of somebody who was invited to it. Pure.

Laws: an automatic mail never moves a status, not even by a rule; people join only as `people` says; of a person's mail
rules have the last word on the ticket's status.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from maild.decide.asked.self_solved import with_end
from maild.decide.case import Case
from maild.decide.clocks.states import Happening, after
from maild.decide.facts import KnownTicket
from maild.decide.mail import by_rule, information
from maild.decide.mail.contribution import article_of, ignored, index_of, sender_of, staff_told, to_review
from maild.decide.mail.follow_up import Belongs
from maild.decide.mail.ruling import ruled_mail
from maild.decide.people_changes import SetParticipant
from maild.decide.plan import Change, JoinTicket, Plan, SetAsked, SetStatus
from maild.decide.told.notices import Told, notice, notifications, suppressions
from maild.decide.told.notify import Occasion, addresses_in_words, silenced
from maild.decide.told.sharing import shared
from maild.decide.told.telling import by_mail
from maild.decide.who import people, proposals, trust
from maild.decide.who.people import Host
from maild.decide.who.sight import parts_of
from maild.decide.who.trust import Standing
from maild.desks.policy import Desk
from maild.model import (
    Disposition,
    Message,
    NotificationKind,
    Reason,
    Role,
    Ticket,
    TicketId,
)
from maild.rules.model import Draft

JOINED = "follow-up"
"""What webhooks are told of."""


def follow_up_plan(case: Case, found: Belongs, desk: Desk) -> Plan:
    """Add the message to its ticket; a person's mail may move the status, and settle what waits there."""
    message, facts, ticket, who = case.message, case.facts, found.known.ticket, trust.of(case, desk)
    sender = sender_of(message)
    ruled = ruled_mail(case, desk, who, ticket)
    if ruled.draft.ignored:
        return ignored(ruled, ticket.id)
    occasion = Occasion(case, desk, sender, who)
    shaped = information.completed(occasion, ruled, found.known)
    held = bool(shaped.draft.review)
    joined = people.People() if held else _joining(case, found, desk, who)
    said = proposals.NOTHING if held else proposals.answered(case, found.known, desk, who)
    question = by_rule.question(occasion, shaped.draft, ticket.id)
    to_staff = (*staff_told(occasion, shaped, ticket), *by_mail(occasion, shaped.ruled, found.known))
    others = () if held else tuple(shared(occasion, found.known))
    told = (*question, *said.told, *_left_out(occasion, ticket.id, joined), *others, *to_staff)
    plan = Plan(
        Disposition.FOLLOW_UP,
        (
            found.reason,
            *people.sender_reasons(sender, facts, who),
            *joined.reasons,
            *said.reasons,
            *shaped.reasons,
            *(() if by_rule.decides_status(message, shaped.draft) else _moved(message, ticket)),
        ),
        (
            article_of(ticket.id, message, facts, who),
            *_sender_joins(case, found),
            *joined.changes,
            index_of(ticket.id, message),
            *said.changes,
            *_new_status(message, ticket, shaped.draft),
            *by_rule.ticket_changes(ticket, shaped.ruled),
            *information.better_title(occasion, found.known),
            *_asked(ticket, by_rule.asked(question, shaped.draft)),
            *by_rule.participants(ticket.id, shaped.draft, facts),
        ),
        notifications=notifications(told),
        suppressed=suppressions(told),
        ticket=ticket.id,
        calls=by_rule.calls(shaped.ruled, f"{JOINED}:{message.content_key[:16]}", ticket.id),
        ruled=ruled.ruled,
    )
    return to_review(plan) if held else with_end(plan, occasion, found.known, shaped.draft)


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


def _joining(case: Case, found: Belongs, desk: Desk, who: Standing) -> people.People:
    """New people in To and Cc of a follow-up; who is on the ticket already is not mentioned again."""
    here = {participant.contact.address for participant in found.known.participants}
    others = [[one for one in group if one.address not in here] for group in (case.message.to, case.message.cc)]
    rest = replace(case.message, to=tuple(others[0]), cc=tuple(others[1]))
    host = Host(case.facts.contact(sender_of(case.message).address), who, found.known.requester)
    return people.colleagues(found.known.ticket.id, rest, case.facts, host, desk, case.policy)


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
