"""An answer that comes after its ticket was settled for good: a ticket of its own, and both know of each other. Pure.

Laws: its writer is told that it is a new one (REQ-A12); what a machine writes opens nothing, it is added where it
belongs; nobody else of the old ticket joins by themselves, only who stands in the mail.
"""

from __future__ import annotations

from dataclasses import replace

from maild.decide.case import Case
from maild.decide.clocks.states import may_reopen
from maild.decide.mail import opening
from maild.decide.mail.follow_up import Belongs
from maild.decide.plan import LinkTickets, Plan
from maild.desks.policy import Desk
from maild.model import Disposition, Notification, NotificationKind, Reason

SAYING = frozenset({NotificationKind.CONFIRMATION, NotificationKind.MISSING})
"""Mails to the writer that have a word for the earlier ticket."""


def comes_later(case: Case, found: Belongs, desk: Desk) -> bool:
    """Whether the desk's days for reopening were over when the mail came."""
    ticket, arrived = found.known.ticket, case.envelope.received_at
    return case.message.automatic is None and not may_reopen(ticket, desk.life_cycle, arrived)


def later_plan(case: Case, found: Belongs, desk: Desk) -> Plan:
    """A new ticket, linked to the one it follows."""
    plan, old = opening.new_plan(case, desk), found.known.ticket
    if plan.disposition is not Disposition.NEW_TICKET:
        return plan
    days = desk.life_cycle.reopen_days
    why = Reason("follow-up", "later", f"{old.number} has been {old.status} for more than {days} days")
    link = LinkTickets(None, old.id, f"a follow-up to {old.number}, which was {old.status} for more than {days} days")
    return replace(
        plan,
        reasons=(found.reason, why, *plan.reasons[1:]),
        changes=(*plan.changes, link),
        notifications=tuple(_saying(one, old.number) for one in plan.notifications),
    )


def _saying(told: Notification, earlier: str) -> Notification:
    if told.kind not in SAYING:
        return told
    return replace(told, values=(*told.values, ("earlier", earlier)))
