"""Which help articles a confirmation offers, and what is written down of it (REQ-D4). Pure.

In: the case, and the plan that opens its ticket; out: the same plan with what is offered. Laws: nobody is offered
anything but in a confirmation that may speak of the message; only what was written anew is compared with the articles.
"""

from __future__ import annotations

from dataclasses import replace

from maild.decide.case import Case
from maild.decide.plan import Change, OpenTicket, Plan
from maild.desks.policy import Desk
from maild.desks.shelf import Fitting
from maild.model import Notification, NotificationKind, Reason

OFFERED = "articles-offered"
"""Tag of a ticket whose requester was offered articles: so it can be counted how often that helps."""


def with_articles(plan: Plan, case: Case, desk: Desk) -> Plan:
    """The confirmation among its notifications offers the help articles that fit, if there are any."""
    shelf, message = case.policy.shelf, case.message
    told = next((one for one in plan.notifications if one.kind is NotificationKind.CONFIRMATION), None)
    if shelf is None or told is None or not desk.articles:
        return plan
    fitting = shelf.best(message.subject, message.visible_text, told.language, desk.desk)
    return _offering(plan, told, fitting) if fitting else plan


def _offering(plan: Plan, told: Notification, fitting: tuple[Fitting, ...]) -> Plan:
    lines = "\n".join(f"{one.article.title}: {one.article.link}" for one in fitting)
    offers = replace(told, values=(*told.values, ("articles", lines)))
    return replace(
        plan,
        reasons=(*plan.reasons, *map(_why, fitting)),
        changes=tuple(map(_tagged, plan.changes)),
        notifications=tuple(offers if one is told else one for one in plan.notifications),
    )


def _tagged(change: Change) -> Change:
    if not isinstance(change, OpenTicket) or OFFERED in change.tags:
        return change
    return replace(change, tags=(*change.tags, OFFERED))


def _why(one: Fitting) -> Reason:
    words = ", ".join(one.words)
    return Reason("articles", "offered", f"offers: {one.article.title} (score {one.score}, for {words})")
