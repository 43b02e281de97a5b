"""What plans mean for the clocks of their tickets: what has to be known for `decide.clocks.course` is looked up here.

In: plans, and when the mails they are about arrived; out: the same plans with what follows. The dry run passes here,
too. Nothing is looked up for plans that move no clock, nor for new tickets of desks that promise nothing by package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from maild.decide.clocks import course
from maild.decide.clocks.course import Before
from maild.decide.plan import JoinTicket, OpenTicket, Plan
from maild.decide.policy import Policy
from maild.desks.policy import Desk
from maild.model import Role, TicketId
from maild.store import clocks
from maild.store.rows import tickets_by_id


def along(
    tx: Connection, policy: Policy, plans: Sequence[Plan], arrived: Sequence[datetime | None], now: datetime
) -> tuple[Plan, ...]:
    """The plans with what they mean for their tickets' clocks."""
    before = _before(tx, policy, plans)
    packages = clocks.packages_of(tx, sorted({one for plan in plans for one in _asking(policy, plan)}))
    return tuple(
        _along(policy, plan, before, packages, min(at or now, now)) for plan, at in zip(plans, arrived, strict=True)
    )


def _along(
    policy: Policy, plan: Plan, before: Mapping[TicketId, Before], packages: Mapping[str, str], at: datetime
) -> Plan:
    if (change := _opens(plan)) and (desk := policy.desk_named(change.desk)):
        package = next((packages.get(one, "") for one in _asking(policy, plan)), "")
        return course.opened(plan, change, desk, package, at)
    was = before.get(plan.ticket) if plan.ticket else None
    there = policy.desk_named(was.ticket.desk) if was else None
    return course.followed(plan, was, there, at) if was and there else plan


def _before(tx: Connection, policy: Policy, plans: Sequence[Plan]) -> dict[TicketId, Before]:
    touched = {plan.ticket for plan in plans if plan.ticket and not _opens(plan) and course.is_touched(plan)}
    if not touched:
        return {}
    found, promises = tickets_by_id(tx, touched), clocks.promises_of(tx, touched)
    wanting = [one.id for one in found.values() if _goes_by_package(policy.desk_named(one.desk))]
    requesters = clocks.requesters_of(tx, wanting)
    packages = clocks.packages_of(tx, sorted(set(requesters.values())))
    return {
        number: Before(one, promises.get(number, ()), packages.get(requesters.get(number, ""), ""))
        for number, one in found.items()
    }


def _opens(plan: Plan) -> OpenTicket | None:
    return next((change for change in plan.changes if isinstance(change, OpenTicket)), None)


def _asking(policy: Policy, plan: Plan) -> Iterator[str]:
    """The requester of a new ticket, where it matters what their organisation bought."""
    change = _opens(plan)
    if change and _goes_by_package(policy.desk_named(change.desk)):
        for one in plan.changes:
            if isinstance(one, JoinTicket) and one.ticket is None and one.role is Role.REQUESTER:
                yield one.address


def _goes_by_package(desk: Desk | None) -> bool:
    return desk is not None and any(level.package for level in desk.service_levels)
