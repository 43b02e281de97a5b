"""The plans that open a ticket, shaped by the operator's rules, or one that a person must look at. Pure.

Laws: a mail in wrong hands looks to its sender exactly like a new request (no oracle about which tickets exist,
FAULT-D13); people join only as `people` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from maild.decide.case import Case
from maild.decide.facts import Facts
from maild.decide.mail import by_rule, guard, information
from maild.decide.mail.contribution import article_of, ignored, index_of, sender_of, staff_told, to_review
from maild.decide.mail.follow_up import Claim
from maild.decide.mail.ruling import ruled_mail
from maild.decide.people_changes import Propose
from maild.decide.plan import Change, IndexMessageIds, JoinTicket, LinkTickets, OpenTicket, Plan
from maild.decide.runs import starting
from maild.decide.told.notices import Told, notifications, suppressions
from maild.decide.told.notify import Occasion, confirmation
from maild.decide.told.suggestions import with_articles
from maild.decide.told.telling import by_mail
from maild.decide.who import people, proposals, strangers, trust
from maild.decide.who.following import followers
from maild.decide.who.people import Host
from maild.desks.policy import Desk
from maild.model import (
    Disposition,
    Proof,
    ProposalKind,
    ProposalState,
    Reason,
    Role,
    Status,
    Suppressed,
)
from maild.rules.model import Shaped

Shape = Callable[[Shaped], Shaped]
NO_SUBJECT = "(no subject)"
MOST_TITLE = 250
OPENED = "ticket-opened"
"""What webhooks are told of."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A ticket before it is opened: what rules made of the mail, who joins, what waits for somebody's yes, what
    request with legal weight begins, and what the writer is answered and asked."""

    it: Occasion
    shaped: Shaped
    joined: people.People
    wished: proposals.Outcome
    begun: proposals.Outcome
    answer: Told
    besides: tuple[Told, ...]

    @property
    def asked(self) -> tuple[str, ...]:
        return by_rule.asked((self.answer, *self.besides), self.shaped.draft)


def new_plan(case: Case, desk: Desk, shape: Shape = lambda shaped: shaped) -> Plan:
    """Open a ticket, shaped by the rules and then by `shape`; confirm it where the gate allows; ask whom it takes to
    say yes to it."""
    who = trust.of(case, desk)
    ruled = shape(ruled_mail(case, desk, who))
    if ruled.draft.ignored:
        return ignored(ruled)
    opening = _opening(Occasion(case, desk, sender_of(case.message), who), ruled)
    told, shaped = tuple(_told(opening)), opening.shaped
    plan = Plan(
        Disposition.NEW_TICKET,
        tuple(_reasons(opening)),
        tuple(_changes(opening)),
        notifications=notifications(told),
        suppressed=suppressions(told),
        calls=(*by_rule.calls(shaped.ruled, OPENED, None), *opening.begun.calls),
        ruled=ruled.ruled,
    )
    plan = with_articles(plan, case, desk)
    plan = to_review(plan) if shaped.draft.review else plan
    return guard.guarded(plan, opening.it, shaped.draft)


def _opening(it: Occasion, ruled: Shaped) -> Opening:
    shaped = information.completed(it, ruled)
    draft, contact = shaped.draft, it.case.facts.contact(it.recipient.address)
    host = Host(contact, it.who, contact)
    joined = people.colleagues(None, it.message, it.case.facts, host, it.desk, it.case.policy)
    wished = proposals.NOTHING if draft.review else proposals.asked(it.case, it.desk, it.who, draft)
    begun = proposals.NOTHING if draft.review else starting.started(it, draft)
    plain = strangers.with_link(it, confirmation(it, joined.left_out, held=wished.held))
    if wished.held:
        return Opening(it, shaped, joined, wished, begun, plain, by_rule.question(it, draft, None))
    return Opening(it, shaped, joined, wished, begun, by_rule.answer(it, draft, plain), ())


def _told(opening: Opening) -> Iterator[Told]:
    it, shaped = opening.it, opening.shaped
    yield from (opening.answer, *opening.besides, *opening.wished.told, *opening.begun.told)
    yield from followers(it)
    yield from staff_told(it, shaped)
    yield from by_mail(it, shaped.ruled, joined=opening.joined)


def _reasons(opening: Opening) -> Iterator[Reason]:
    it, answer = opening.it, opening.answer
    yield Reason("follow-up", "none", "names no known ticket")
    yield from people.sender_reasons(it.recipient, it.case.facts, it.who)
    yield from (*opening.joined.reasons, *opening.shaped.reasons)
    if isinstance(answer, Suppressed):
        yield answer.reason
    yield from (*opening.wished.reasons, *opening.begun.reasons)


def _changes(opening: Opening) -> Iterator[Change]:
    it, facts = opening.it, opening.it.case.facts
    yield from people.known(it.recipient, facts)
    yield _open(opening)
    yield JoinTicket(None, it.recipient.address, Role.REQUESTER)
    yield from opening.joined.changes
    yield from by_rule.participants(None, opening.shaped.draft, facts)
    yield article_of(None, it.message, facts, it.who)
    yield index_of(None, it.message)
    yield from (*_sibling(facts), *opening.wished.changes, *opening.begun.changes, *_forwarded(it.case))
    yield from strangers.invitations(it, opening.answer)


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


def _open(opening: Opening) -> OpenTicket:
    draft, desk, asked = opening.shaped.draft, opening.it.desk, opening.asked
    return OpenTicket(
        desk=desk.desk,
        prefix=desk.prefix,
        title=opening.it.message.subject.strip()[:MOST_TITLE] or NO_SUBJECT,
        priority=draft.priority,
        category=draft.category,
        assignee=draft.assignee,
        unverified=people.is_unverified(opening.it.who.register),
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
