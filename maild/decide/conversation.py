"""The plans that touch tickets: open one, add to one, or open one that a person must look at.

Laws: an automatic mail never moves a status; a mail in wrong hands looks to its sender exactly like a new
request (no oracle about which tickets exist, FAULT-D13); people join only as `people` says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from maild.decide import by_rule, people, proposals, strangers, trust
from maild.decide.case import Case
from maild.decide.facts import Facts, KnownTicket
from maild.decide.follow_up import Belongs, Claim
from maild.decide.following import followers
from maild.decide.notices import Told, notice, notifications, suppressions
from maild.decide.notify import Occasion, addresses_in_words, confirmation, silenced
from maild.decide.people import Host
from maild.decide.people_changes import Propose, SetParticipant
from maild.decide.plan import AddArticle, Change, IndexMessageIds, JoinTicket, LinkTickets, OpenTicket, Plan, SetStatus
from maild.decide.ruling import ruled_mail
from maild.decide.sight import parts_of
from maild.decide.states import Happening, after
from maild.decide.trust import Standing
from maild.desks.policy import Desk
from maild.model import (
    Address,
    ArticleKind,
    Disposition,
    Message,
    Notification,
    NotificationKind,
    Proof,
    ProposalKind,
    ProposalState,
    Reason,
    Role,
    Status,
    Suppressed,
    Ticket,
    TicketId,
)
from maild.rules.model import Draft, Shaped

NO_SUBJECT = "(no subject)"
MOST_TITLE = 250
MOST_INDEXED = 50
OPENED, JOINED = "ticket-opened", "follow-up"
"""What webhooks are told of."""


def new_plan(case: Case, desk: Desk) -> Plan:
    """Open a ticket, shaped by the rules; confirm it where the gate allows; ask whom it takes to say yes to it."""
    message, facts, who = case.message, case.facts, trust.of(case, desk)
    sender = sender_of(message)
    shaped = ruled_mail(case, desk, who)
    if shaped.draft.ignored:
        return _ignored(shaped)
    contact = facts.contact(sender.address)
    joined = people.colleagues(None, message, facts, Host(contact, who, contact), desk, case.policy)
    wished = proposals.asked(case, desk, who, shaped.draft)
    occasion = Occasion(case, desk, sender, who)
    plain = strangers.with_link(occasion, confirmation(occasion, joined.left_out, held=wished.held))
    answer = plain if wished.held else by_rule.answer(occasion, shaped.draft, plain)
    told = (answer, *wished.told, *followers(occasion), *_staff_told(occasion, shaped))
    plan = Plan(
        Disposition.NEW_TICKET,
        (
            Reason("follow-up", "none", "names no known ticket"),
            *people.sender_reasons(sender, facts, who),
            *_why(shaped, joined, answer),
            *wished.reasons,
        ),
        (
            *people.known(sender, facts),
            _open(message, shaped.draft, who, desk, by_rule.waits(occasion, shaped.draft)),
            JoinTicket(None, sender.address, Role.REQUESTER),
            *joined.changes,
            *by_rule.joining(None, shaped.draft, facts),
            _article(None, message, facts, who),
            _index(None, message),
            *_sibling(facts),
            *wished.changes,
            *_forwarded(case),
            *strangers.invitations(occasion, answer),
        ),
        notifications=notifications(told),
        suppressed=suppressions(told),
        calls=by_rule.calls(shaped.ruled, OPENED, None),
        ruled=shaped.ruled,
    )
    return _to_review(plan) if shaped.draft.review else plan


def review_plan(case: Case, claim: Claim, desk: Desk) -> Plan:
    """A ticket of its own, linked for staff; its sender sees what anybody sees who writes for the first time."""
    plan = new_plan(case, desk)
    other, why = claim.known.ticket, claim.why
    if plan.disposition is Disposition.IGNORED:
        return plan
    plan = _to_review(plan)
    kept = tuple(one for one in plan.changes if not isinstance(one, IndexMessageIds))
    link = LinkTickets(None, other.id, f"awaits review: {why.text}")
    return replace(plan, reasons=(why, *plan.reasons[1:]), changes=(*kept, link))


def follow_up_plan(case: Case, found: Belongs, desk: Desk) -> Plan:
    """Add the message to its ticket; a person's mail may move the status, and settle what waits there."""
    message, facts, ticket, who = case.message, case.facts, found.known.ticket, trust.of(case, desk)
    sender = sender_of(message)
    shaped = ruled_mail(case, desk, who, ticket)
    if shaped.draft.ignored:
        return _ignored(shaped, ticket.id)
    joined = _joining(case, found, desk, who)
    said = proposals.answered(case, found.known, desk, who)
    occasion = Occasion(case, desk, sender, who)
    told = (*said.told, *_left_out(occasion, ticket.id, joined), *_staff_told(occasion, shaped, ticket))
    plan = Plan(
        Disposition.FOLLOW_UP,
        (
            found.reason,
            *people.sender_reasons(sender, facts, who),
            *joined.reasons,
            *said.reasons,
            *shaped.reasons,
            *_moved(message, ticket),
        ),
        (
            _article(ticket.id, message, facts, who),
            *_sender_joins(case, found),
            *joined.changes,
            _index(ticket.id, message),
            *said.changes,
            *(by_rule.moved(ticket, shaped.draft) or _status(message, ticket)),
            *by_rule.ticket_changes(ticket, shaped.ruled),
            *by_rule.joining(ticket.id, shaped.draft, facts),
        ),
        notifications=notifications(told),
        suppressed=suppressions(told),
        ticket=ticket.id,
        calls=by_rule.calls(shaped.ruled, f"{JOINED}:{message.content_key[:16]}", ticket.id),
        ruled=shaped.ruled,
    )
    return _to_review(plan) if shaped.draft.review else plan


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
        (_article(number, case.message, case.facts, who), *said.changes),
        notifications=notifications(said.told),
        suppressed=suppressions(said.told),
        ticket=number,
    )


def sender_of(message: Message) -> Address:
    """The sender; triage has set aside every message that names none."""
    if message.sender is None:
        raise ValueError("a message without a sender is sorted out before")
    return message.sender


def _ignored(shaped: Shaped, ticket: TicketId | None = None) -> Plan:
    """A rule says that it is nothing for us. It is kept, and can be replayed."""
    why = Reason("rule", "ignored", f"a rule says so: {shaped.draft.ignored}")
    return Plan(Disposition.IGNORED, (why, *shaped.reasons), ticket=ticket, ruled=shaped.ruled)


def _to_review(plan: Plan) -> Plan:
    """A person must look at the mail before it counts; it moves nothing."""
    changes = (replace(one, review=True) if isinstance(one, AddArticle) else one for one in plan.changes)
    kept = tuple(one for one in changes if not isinstance(one, SetStatus))
    return replace(plan, disposition=Disposition.AWAITING_REVIEW, changes=kept)


def _staff_told(it: Occasion, shaped: Shaped, ticket: Ticket | None = None) -> Iterator[Told]:
    sender = sender_of(it.message)
    news = by_rule.News(
        desk=it.desk,
        event=it.message.content_key[:16],
        ticket=ticket.id if ticket else None,
        who=f"{sender.name} <{sender.address}>" if sender.name else sender.address,
        organisation=shaped.ruled.view.organisation,
        text=it.message.visible_text,
    )
    return by_rule.staff_told(shaped.ruled, it.case.facts, news)


def _why(shaped: Shaped, joined: people.People, answer: Notification | Suppressed) -> tuple[Reason, ...]:
    silent = (answer.reason,) if isinstance(answer, Suppressed) else ()
    return (*joined.reasons, *shaped.reasons, *silent)


def _open(message: Message, draft: Draft, who: Standing, desk: Desk, status: Status | None) -> OpenTicket:
    return OpenTicket(
        desk=desk.desk,
        prefix=desk.prefix,
        title=message.subject.strip()[:MOST_TITLE] or NO_SUBJECT,
        priority=draft.priority,
        category=draft.category,
        assignee=draft.assignee,
        unverified=people.is_unverified(who.register),
        tags=draft.tags,
        fields=draft.fields,
        type=draft.type,
        module=draft.module,
        status=status or Status.NEW,
    )


def _article(ticket: TicketId | None, message: Message, facts: Facts, who: Standing) -> AddArticle:
    sender = sender_of(message)
    return AddArticle(
        ticket=ticket,
        kind=ArticleKind.INCOMING,
        author=sender,
        text=message.text,
        visible_text=message.visible_text,
        subject=message.subject,
        message_id=message.message_id,
        attachments=message.attachments,
        unverified=people.is_unverified(who.register),
        automatic=message.automatic is not None,
        proof=facts.authenticity.proof,
        proof_text=facts.authenticity.text,
    )


def _index(ticket: TicketId | None, message: Message) -> IndexMessageIds:
    ids = (message.message_id, *message.in_reply_to, *reversed(message.references))
    return IndexMessageIds(ticket, tuple(dict.fromkeys(one for one in ids if one))[:MOST_INDEXED])


def _sibling(facts: Facts) -> tuple[Change, ...]:
    if facts.sibling is None:
        return ()
    return (LinkTickets(None, facts.sibling, "the same mail was sent to another desk too"),)


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


def _forwarded(case: Case) -> tuple[Change, ...]:
    """Staff forwarded somebody's mail: whose ticket it is, staff decide."""
    person = case.keys.forwarded
    if person is None or not case.facts.by_staff or case.facts.authenticity.proof is not Proof.PROVEN:
        return ()
    by, until = sender_of(case.message).address, case.now + proposals.PATIENCE
    return (Propose(None, ProposalKind.REQUESTER, ProposalState.OPEN, "", person.address, person.name, by, until),)


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
