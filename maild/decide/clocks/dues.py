"""What time brings to a ticket, as plans: time is just another message. Pure: the clock is given.

In: what came due, and the ticket; out: a plan that takes the same road as any other. `course` adds what it means for
the ticket's clocks. Laws: each due event is done once, since the plan itself takes it off; what no longer fits the
ticket is taken off and does nothing; closing is told (REQ-A13).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maild.decide.clocks.promises import Present, upcoming, with_next
from maild.decide.clocks.states import Happening, after
from maild.decide.facts import Facts, KnownTicket
from maild.decide.plan import Change, Plan, SetPromise, SetStatus, SetTicket, SetTimer
from maild.decide.told.notices import Told, notice, notifications, staff_notice, suppressions
from maild.decide.who.sight import TRUSTED
from maild.decide.work import staff
from maild.desks.policy import Desk
from maild.desks.targets import WHOLE, Escalation
from maild.model import (
    Address,
    Aim,
    Contact,
    NotificationKind,
    Promise,
    Reason,
    Status,
    Suppressed,
    TimerKind,
)
from maild.model.promises import REMINDER


@dataclass(frozen=True, slots=True)
class Lapse:
    """A ticket on which something came due, with what it was promised and the staff who may have to hear of it."""

    known: KnownTicket
    promises: tuple[Promise, ...]
    facts: Facts
    desk: Desk
    now: datetime

    @property
    def present(self) -> Present:
        return Present(self.desk, self.now)


def came_due(it: Lapse, what: str) -> Plan:
    """The plan for what came due: a reminder, a timer, or the next escalation of a promise."""
    return _DUE[what](it)


# ---- reminders and timers ---------------------------------------------------------------------------


def _reminded(it: Lapse) -> Plan:
    return staff.reminded(it.known)


def _still_needed(it: Lapse) -> Plan:
    """Ask whether it is still needed; without an answer it is closed."""
    ticket = it.known.ticket
    ended: tuple[Change, ...] = (SetTimer(ticket.id, TimerKind.ASK, None),)
    case = it.desk.life_cycle.unanswered_case(ticket.type)
    if ticket.status is not Status.WAITING or case is None:
        return _plan(it, "past", "the ticket no longer waits for an answer", ended)
    until = it.now + timedelta(days=case.close_after_days)
    told = _told(it, NotificationKind.STILL_NEEDED, ("until", until.isoformat()))
    why = f"no answer for {case.after_days} days: asked whether it is still needed"
    return _plan(it, "still-needed", why, (*ended, SetTimer(ticket.id, TimerKind.UNANSWERED, until)), told)


def _unanswered(it: Lapse) -> Plan:
    return _closed(it, TimerKind.UNANSWERED, Happening.UNANSWERED)


def _settled(it: Lapse) -> Plan:
    """Closed without a word: its solution was told, and how long it may be disputed."""
    return replace(_closed(it, TimerKind.SETTLED, Happening.UNDISPUTED), notifications=(), suppressed=())


def _closed(it: Lapse, kind: TimerKind, happening: Happening) -> Plan:
    ticket, ended = it.known.ticket, SetTimer(it.known.ticket.id, kind, None)
    status = after(ticket.status, happening)
    if status is ticket.status:
        return _plan(it, "past", f"the ticket is {status}: nothing to close", (ended,))
    days = it.desk.life_cycle.reopen_days
    until = (("until", (it.now + timedelta(days=days)).isoformat()),) if days else ()
    told = _told(it, NotificationKind.CLOSED, ("why", kind.value), *until)
    return _plan(it, kind.value, f"{happening}: closed", (ended, SetStatus(ticket.id, status)), told)


def _told(it: Lapse, kind: NotificationKind, *values: tuple[str, str]) -> tuple[Told, ...]:
    """The requester hears of it, and nobody else."""
    requester, event = it.known.requester, f"{kind}:{int(it.now.timestamp())}"
    if requester is None:
        return ()
    return (notice(kind, event, requester, it.desk, it.known.ticket.id, values, proven=_is_known(requester, it)),)


def _is_known(requester: Contact, it: Lapse) -> bool:
    """A title may be repeated to whoever is not a stranger."""
    return not it.known.ticket.unverified and requester.register in TRUSTED


# ---- promises ----------------------------------------------------------------------------------------


def _escalated(it: Lapse, aim: Aim) -> Plan:
    """The next escalation of a promise: who is told, and who gets the ticket; at the due time it is missed."""
    promise = next((one for one in it.promises if one.aim is aim), None)
    found = upcoming(promise, it.present) if promise else None
    if promise is None or found is None or promise.next_at is None:
        return _plan(it, "past", f"the {aim} is no longer waited for", _off(promise, it))
    if found[0] > it.now:
        later = with_next(promise, it.present)
        return _plan(it, "later", f"the desk now wants to hear of the {aim} later: {found[1].at}", (_set(it, later),))
    step, missed = found[1], promise.due_at if found[1].percent >= WHOLE else promise.missed_at
    moved = with_next(replace(promise, step=promise.step + 1, missed_at=missed), it.present)
    stands, said = ("missed", "overdue") if missed else ("near", "due soon")
    text = f"the {aim} is {said} ({step.at} of the promised time): {promise.words}"
    return _plan(it, f"{aim}-{stands}", text, (_set(it, moved), *_given(it, step)), _warned(it, promise, step))


def _off(promise: Promise | None, it: Lapse) -> tuple[Change, ...]:
    return (_set(it, replace(promise, next_at=None)),) if promise else ()


def _set(it: Lapse, promise: Promise) -> SetPromise:
    return SetPromise(it.known.ticket.id, promise)


def _given(it: Lapse, step: Escalation) -> tuple[Change, ...]:
    if not step.assign or step.assign == it.known.ticket.assignee:
        return ()
    return (SetTicket(it.known.ticket.id, "assignee", step.assign),)


def _warned(it: Lapse, promise: Promise, step: Escalation) -> tuple[Told, ...]:
    """Whoever the step names, or who has the ticket, or the desk's team."""
    names = dict.fromkeys(name for name in (step.tell or it.known.ticket.assignee or it.desk.team, step.assign) if name)
    return tuple(_warning(it, promise, step, name) for name in names)


def _warning(it: Lapse, promise: Promise, step: Escalation, name: str) -> Told:
    kind, ticket, worker = NotificationKind.SERVICE_LEVEL, it.known.ticket, it.facts.worker(name)
    event = f"{kind}:{promise.aim}:{promise.step}:{name}"
    if worker is None or not worker.address:
        why = Reason("notify", "no-such-staff", f"`{name}` is nobody whom mail could reach")
        return Suppressed(kind, event, name, why, ticket.id)
    to, values = Address(worker.title, worker.address), tuple(_said(it, promise, step))
    return staff_notice(kind, event, to, it.desk, ticket.id, values)


def _said(it: Lapse, promise: Promise, step: Escalation) -> Iterator[tuple[str, str]]:
    requester = it.known.requester
    yield "aim", promise.aim.value
    yield "stands", "missed" if step.percent >= WHOLE else "near"
    yield "due", promise.due_at.isoformat()
    yield "who", (requester.name or requester.address) if requester else ""
    yield "organisation", requester.organisation if requester else ""


# ---- all of it -----------------------------------------------------------------------------------------


def _plan(it: Lapse, code: str, said: str, changes: tuple[Change, ...], told: tuple[Told, ...] = ()) -> Plan:
    return Plan(
        None,
        (Reason("clock", code, said),),
        changes,
        notifications=notifications(told),
        suppressed=suppressions(told),
        ticket=it.known.ticket.id,
        actor="clock",
    )


def _of(aim: Aim) -> Callable[[Lapse], Plan]:
    return lambda it: _escalated(it, aim)


_DUE: Mapping[str, Callable[[Lapse], Plan]] = {
    REMINDER: _reminded,
    **{aim.value: _of(aim) for aim in Aim},
    TimerKind.ASK.value: _still_needed,
    TimerKind.UNANSWERED.value: _unanswered,
    TimerKind.SETTLED.value: _settled,
}


def names_for(desk: Desk, assignee: str) -> frozenset[str]:
    """Staff and teams who may have to hear of a ticket of this desk."""
    steps = (name for step in desk.escalation for name in (step.tell, step.assign))
    return frozenset(filter(None, (*steps, assignee, desk.team)))
