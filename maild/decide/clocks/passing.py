"""What the operator's rules want because time has passed. Pure: the clock is given.

In: a ticket that rules on `time` may be about, and when each of them last had its say there; out: a plan, or None where
none of them has anything to say. Laws: a rule does its work once (`rules.timed`); a customer is told only what the rule
names a template for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from maild.decide.facts import Facts, KnownTicket
from maild.decide.mail import by_rule
from maild.decide.mail.ruling import draft_of, standing_of, view_of_ticket
from maild.decide.plan import Plan
from maild.decide.policy import Policy
from maild.decide.told.notices import Told, notice, notifications, suppressions
from maild.desks.policy import Desk
from maild.model import NotificationKind, Suppressed
from maild.rules.model import Ruled
from maild.rules.run import run
from maild.rules.sieve import RuleSet
from maild.rules.timed import still_to_do
from maild.rules.view import Trigger

PASSED = "time"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket, the staff whom rules may tell something, and when rules last matched on it (UTC)."""

    known: KnownTicket
    facts: Facts
    last_hits: Mapping[str, datetime]


def passed(it: Waiting, policy: Policy, now: datetime) -> Plan | None:
    """The plan that time makes of a ticket."""
    ticket = it.known.ticket
    desk = policy.desk_named(ticket.desk)
    rules = RuleSet(still_to_do(policy.rule_set, standing_of(ticket), it.last_hits))
    if desk is None or not rules.rules:
        return None
    shaped = run(rules, draft_of(ticket), view_of_ticket(it.known, desk, Trigger.TIME, now))
    if not shaped.ruled.hits:
        return None
    told = tuple(_told(it, shaped.ruled, desk, now))
    return Plan(
        None,
        shaped.reasons,
        (
            *by_rule.moved(ticket, shaped.draft),
            *by_rule.ticket_changes(ticket, shaped.ruled),
            *by_rule.participants(ticket.id, shaped.draft, it.facts),
        ),
        notifications=notifications(told),
        suppressed=suppressions(told),
        ticket=ticket.id,
        policy=policy.version,
        actor="clock",
        calls=by_rule.calls(shaped.ruled, _event(now), ticket.id),
        ruled=shaped.ruled,
    )


def _told(it: Waiting, ruled: Ruled, desk: Desk, now: datetime) -> Iterator[Told]:
    requester, ticket = it.known.requester, it.known.ticket
    news = by_rule.News(desk, _event(now), ticket.id, requester.address if requester else "", ruled.view.organisation)
    yield from by_rule.staff_told(ruled, it.facts, news)
    if ruled.draft.answer and requester:
        told = notice(NotificationKind.ANSWER, f"answer:{_event(now)}", requester, desk, ticket.id, proven=False)
        yield told if isinstance(told, Suppressed) else replace(told, template=ruled.draft.answer)


def _event(now: datetime) -> str:
    """Unlike that of any other time."""
    return f"{PASSED}:{int(now.timestamp() * 1000)}"
