"""The plans that open a ticket, shaped by the operator's rules, or one that a person must look at. Pure.

Laws: a mail in wrong hands looks to its sender exactly like a new request (no oracle about which tickets exist,
FAULT-D13); people join only as `people` says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from maild.decide.case import Case
from maild.decide.facts import Facts
from maild.decide.mail import by_rule, information
from maild.decide.mail.contribution import article_of, ignored, index_of, sender_of, staff_told, to_review
from maild.decide.mail.follow_up import Claim
from maild.decide.mail.ruling import ruled_mail
from maild.decide.people_changes import Propose
from maild.decide.plan import Change, IndexMessageIds, JoinTicket, LinkTickets, OpenTicket, Plan
from maild.decide.told.notices import notifications, suppressions
from maild.decide.told.notify import Occasion, confirmation
from maild.decide.told.suggestions import with_articles
from maild.decide.told.telling import by_mail
from maild.decide.who import people, proposals, strangers, trust
from maild.decide.who.following import followers
from maild.decide.who.people import Host
from maild.decide.who.trust import Standing
from maild.desks.policy import Desk
from maild.model import (
    Disposition,
    Message,
    Notification,
    Proof,
    ProposalKind,
    ProposalState,
    Reason,
    Role,
    Status,
    Suppressed,
)
from maild.rules.model import Draft, Shaped

Shape = Callable[[Shaped], Shaped]
NO_SUBJECT = "(no subject)"
MOST_TITLE = 250
OPENED = "ticket-opened"
"""What webhooks are told of."""


def new_plan(case: Case, desk: Desk, shape: Shape = lambda shaped: shaped) -> Plan:
    """Open a ticket, shaped by the rules and then by `shape`; confirm it where the gate allows; ask whom it takes to
    say yes to it."""
    message, facts, who = case.message, case.facts, trust.of(case, desk)
    sender = sender_of(message)
    ruled = shape(ruled_mail(case, desk, who))
    if ruled.draft.ignored:
        return ignored(ruled)
    occasion = Occasion(case, desk, sender, who)
    shaped = information.completed(occasion, ruled)
    contact = facts.contact(sender.address)
    joined = people.colleagues(None, message, facts, Host(contact, who, contact), desk, case.policy)
    wished = proposals.NOTHING if shaped.draft.review else proposals.asked(case, desk, who, shaped.draft)
    plain = strangers.with_link(occasion, confirmation(occasion, joined.left_out, held=wished.held))
    answer = plain if wished.held else by_rule.answer(occasion, shaped.draft, plain)
    besides = by_rule.question(occasion, shaped.draft, None) if wished.held else ()
    asked = by_rule.asked((answer, *besides), shaped.draft)
    to_staff = (*staff_told(occasion, shaped), *by_mail(occasion, shaped.ruled))
    told = (answer, *besides, *wished.told, *followers(occasion), *to_staff)
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
            _open(message, shaped.draft, who, desk, asked),
            JoinTicket(None, sender.address, Role.REQUESTER),
            *joined.changes,
            *by_rule.participants(None, shaped.draft, facts),
            article_of(None, message, facts, who),
            index_of(None, message),
            *_sibling(facts),
            *wished.changes,
            *_forwarded(case),
            *strangers.invitations(occasion, answer),
        ),
        notifications=notifications(told),
        suppressed=suppressions(told),
        calls=by_rule.calls(shaped.ruled, OPENED, None),
        ruled=ruled.ruled,
    )
    plan = with_articles(plan, case, desk)
    return to_review(plan) if shaped.draft.review else plan


def review_plan(case: Case, claim: Claim, desk: Desk) -> Plan:
    """A ticket of its own, linked for staff; its sender sees what anybody sees who writes for the first time."""
    plan = new_plan(case, desk)
    other, why = claim.known.ticket, claim.why
    if plan.disposition is Disposition.IGNORED:
        return plan
    plan = to_review(plan)
    kept = tuple(one for one in plan.changes if not isinstance(one, IndexMessageIds))
    link = LinkTickets(None, other.id, f"awaits review: {why.text}")
    return replace(plan, reasons=(why, *plan.reasons[1:]), changes=(*kept, link))


def _why(shaped: Shaped, joined: people.People, answer: Notification | Suppressed) -> tuple[Reason, ...]:
    silent = (answer.reason,) if isinstance(answer, Suppressed) else ()
    return (*joined.reasons, *shaped.reasons, *silent)


def _open(message: Message, draft: Draft, who: Standing, desk: Desk, asked: tuple[str, ...]) -> OpenTicket:
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
        status=by_rule.waits(draft, asked) or Status.NEW,
        asked=asked,
    )


def _sibling(facts: Facts) -> tuple[Change, ...]:
    if facts.sibling is None:
        return ()
    return (LinkTickets(None, facts.sibling, "the same mail was sent to another desk too"),)


def _forwarded(case: Case) -> tuple[Change, ...]:
    """Staff forwarded somebody's mail: whose ticket it is, staff decide."""
    person = case.keys.forwarded
    if person is None or not case.facts.by_staff or case.facts.authenticity.proof is not Proof.PROVEN:
        return ()
    by, until = sender_of(case.message).address, case.now + proposals.PATIENCE
    return (Propose(None, ProposalKind.REQUESTER, ProposalState.OPEN, "", person.address, person.name, by, until),)
