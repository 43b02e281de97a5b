"""What a plan means for the clocks of its ticket: promises begin, stand still, go on, are kept; timers are set. Pure.

In: any plan, whoever made it (a mail, staff, rules, the clock), and the ticket as it was; out: the same plan with
what follows from it. So nobody who moves a ticket has to remember its clocks.
Laws: an automatic answer keeps no promise (REQ-L3); a promise that was made is never recalculated because a calendar
changed, only where its ticket changes; who proved nothing is promised nothing, but a deadline of a law runs for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maild.decide.clocks.promises import OPEN, Present, kept, made, remade, resumed, stopped, voided
from maild.decide.clocks.states import is_settled
from maild.decide.plan import (
    AddArticle,
    Change,
    OpenTicket,
    Plan,
    SetPromise,
    SetProof,
    SetStatus,
    SetTicket,
    SetTimer,
)
from maild.desks.calendar import next_opening
from maild.desks.life_cycle import Then
from maild.desks.policy import Desk
from maild.desks.service_levels import Asked
from maild.desks.targets import Stops
from maild.model import (
    Aim,
    ArticleKind,
    NotificationKind,
    Promise,
    PromiseState,
    Reason,
    Status,
    Ticket,
    TicketId,
    TimerKind,
)

CLOCK = "clock"
COUNTS = {"priority", "type", "category"}
"""Properties of a ticket that say what is promised."""


@dataclass(frozen=True, slots=True)
class Before:
    """A ticket as it was before a plan, what it had been promised, and what its requester's organisation bought."""

    ticket: Ticket
    promises: tuple[Promise, ...] = ()
    package: str = ""


@dataclass(frozen=True, slots=True)
class After:
    """What a plan makes of a ticket, as far as its clocks are concerned."""

    status: Status
    asked: Asked
    proven: bool
    answered: bool


def opened(plan: Plan, change: OpenTicket, desk: Desk, package: str, at: datetime) -> Plan:
    """A new ticket's clocks; `at` (UTC) is when it was written to us."""
    asked = Asked(change.priority, change.type, change.category, package)
    promises = made(Present(desk, at, not change.unverified), asked, waits=_stands(desk, change.status))
    timers = tuple(_timers(None, desk, change.status, change.type, at))
    said = _saying(plan, desk, () if change.unverified else promises, at)
    return _with(said, None, {}, promises, timers)


def followed(plan: Plan, before: Before, desk: Desk, now: datetime) -> Plan:
    """What a plan means for the clocks of a ticket that is there already."""
    ticket, after = before.ticket, _after(plan, before)
    was = {one.aim: one for one in before.promises}
    promises = tuple(_promises(plan, before, after, Present(desk, now)))
    timers = tuple(_timers(ticket, desk, after.status, after.asked.type, now)) if _begins_anew(ticket, after) else ()
    return _with(plan, ticket.id, was, promises, timers)


def _begins_anew(ticket: Ticket, after: After) -> bool:
    """Whether days without an answer are counted from now on: it came to rest, we wrote again, or it is of a kind for
    which others count."""
    if after.status is not ticket.status:
        return True
    return after.status is Status.WAITING and (after.answered or after.asked.type != ticket.type)


def is_touched(plan: Plan) -> bool:
    """Whether a plan may mean anything for the clocks of a ticket that is there already."""
    return any(_counts(change) for change in plan.changes)


def _counts(change: Change) -> bool:
    match change:
        case SetStatus() | SetProof():
            return True
        case SetTicket(_, name, _):
            return name in COUNTS
        case AddArticle(kind=kind):
            return kind is ArticleKind.OUTGOING
    return False


# ---- what the plan makes of the ticket --------------------------------------------------------------


def _after(plan: Plan, before: Before) -> After:
    ticket = before.ticket
    said = {change.name: change.value for change in plan.changes if isinstance(change, SetTicket)}
    statuses = [change.status for change in plan.changes if isinstance(change, SetStatus)]
    proven = any(isinstance(change, SetProof) and not change.unverified for change in plan.changes)
    return After(
        status=statuses[-1] if statuses else ticket.status,
        asked=Asked(
            int(said.get("priority", ticket.priority)),
            said.get("type", ticket.type),
            said.get("category", ticket.category),
            before.package,
        ),
        proven=proven or not ticket.unverified,
        answered=any(isinstance(one, AddArticle) and one.kind is ArticleKind.OUTGOING for one in plan.changes),
    )


def _promises(plan: Plan, before: Before, after: After, present: Present) -> Iterator[Promise]:
    """Each promise as it stands afterwards."""
    ticket = before.ticket
    current = before.promises
    if (after.proven and ticket.unverified) or _asked(before) != after.asked:
        current = _anew(before, after, replace(present, proven=after.proven))
    for one in current:
        yield _moved(one, plan, ticket, after, present)


def _anew(before: Before, after: After, present: Present) -> tuple[Promise, ...]:
    """What is promised for what the ticket is now; for one that was nobody's so far, and for a letter, from its
    beginning on."""
    ticket, stands = before.ticket, _stands(present.desk, before.ticket.status)
    if before.promises:
        return remade(before.promises, present, after.asked, ticket.created_at)
    whole = made(replace(present, now=ticket.created_at), after.asked, stands)
    if ticket.unverified or any(one.fixed for one in whole):
        return whole
    return made(present, after.asked, stands)


def _moved(one: Promise, plan: Plan, ticket: Ticket, after: After, present: Present) -> Promise:
    """The first step that applies, in this order: an answer keeps it, an end stops it, a wait lets it stand still."""
    desk = present.desk
    if one.state in OPEN and after.answered and _ends_with_answer(one, desk):
        one = kept(one, present)
    if is_settled(after.status):
        ends = voided if plan.actor == CLOCK else kept
        return ends(one, present) if one.state in OPEN else one
    if is_settled(ticket.status) and _may_go_on(one, desk):
        one = stopped(one)
    step = STEPS.get((one.state, _stands(desk, after.status) and not one.fixed))
    return step(one, present) if step else one


def _may_go_on(one: Promise, desk: Desk) -> bool:
    """Whether a reopened ticket wants it again: a solution that did not hold, or what nobody waited for any more. An
    answer was given once and for all, and what the ticket's kind no longer promises has no time left."""
    return one.left is not None and not (one.state is PromiseState.MET and _ends_with_answer(one, desk))


def _pause(one: Promise, present: Present) -> Promise:
    return stopped(one, present)


STEPS: Mapping[tuple[PromiseState, bool], Callable[[Promise, Present], Promise]] = {
    (PromiseState.RUNNING, True): _pause,
    (PromiseState.PAUSED, False): resumed,
}
"""By where a promise stands, and whether its clock shall stand still."""


def _asked(before: Before) -> Asked:
    ticket = before.ticket
    return Asked(ticket.priority, ticket.type, ticket.category, before.package)


def _stands(desk: Desk, status: Status) -> bool:
    return status in desk.life_cycle.stops_while


def _ends_with_answer(one: Promise, desk: Desk) -> bool:
    return one.aim is Aim.RESPONSE and desk.response_stops is Stops.ANSWER


# ---- what people hear of it ---------------------------------------------------------------------------

TOLD = frozenset({NotificationKind.CONFIRMATION, NotificationKind.STAFF_TICKET})


def _saying(plan: Plan, desk: Desk, promises: tuple[Promise, ...], at: datetime) -> Plan:
    """A confirmation says by when an answer may be expected, and, where nobody is there, when the desk opens."""
    said = tuple(_said(desk, promises, at))
    told = (replace(one, values=(*one.values, *said)) if one.kind in TOLD else one for one in plan.notifications)
    return replace(plan, notifications=tuple(told)) if said else plan


def _said(desk: Desk, promises: tuple[Promise, ...], at: datetime) -> Iterator[tuple[str, str]]:
    for one in promises:
        if one.aim is Aim.RESPONSE and one.state is PromiseState.RUNNING:
            yield "due", one.due_at.isoformat()
    opens = next_opening(desk.hours, at)
    if opens and opens > at:
        yield "opens", opens.isoformat()


# ---- what the clock shall do with it -----------------------------------------------------------------


def _timers(ticket: Ticket | None, desk: Desk, status: Status, type: str, now: datetime) -> Iterator[SetTimer]:
    """Those that the new state wants; all others end."""
    wanted = dict(_wanted(desk, status, type))
    for kind in TimerKind:
        days = wanted.get(kind)
        if days is not None or ticket:
            at = now + timedelta(days=days) if days else None
            yield SetTimer(ticket.id if ticket else None, kind, at)


def _wanted(desk: Desk, status: Status, type: str) -> Iterator[tuple[TimerKind, int]]:
    """What the clock shall do, and after how many days."""
    life = desk.life_cycle
    case = life.unanswered_case(type) if status is Status.WAITING else None
    if case:
        yield TimerKind.ASK if case.then is Then.ASK else TimerKind.UNANSWERED, case.after_days
    if status is Status.SOLVED and life.settle_days:
        yield TimerKind.SETTLED, life.settle_days


# ---- the plan with all of it --------------------------------------------------------------------------


def _with(
    plan: Plan,
    ticket: TicketId | None,
    was: Mapping[Aim, Promise],
    promises: tuple[Promise, ...],
    timers: tuple[SetTimer, ...],
) -> Plan:
    changed = [one for one in promises if was.get(one.aim) != one]
    reasons = tuple(_why(one) for one in changed)
    changes: tuple[Change, ...] = (*(SetPromise(ticket, one) for one in changed), *timers)
    return replace(plan, reasons=(*plan.reasons, *reasons), changes=(*plan.changes, *changes))


def _why(one: Promise) -> Reason:
    said = {
        PromiseState.RUNNING: f"{one.aim} due: {one.words}",
        PromiseState.PAUSED: f"the clock of the {one.aim} stands still",
        PromiseState.MET: f"{one.aim} given{', too late' if one.missed_at else ''}",
        PromiseState.VOID: f"nobody waits for the {one.aim} any more",
    }
    return Reason("promise", one.state.value, said[one.state])
