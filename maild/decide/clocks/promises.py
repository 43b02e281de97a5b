"""A promise and its clock: it is made, stands still, goes on, is kept. Pure; each step gives the promise as it is then.

Laws: the arithmetic behind a due time is kept in words; a promise that stood still has as much working time left
afterwards as before; what is too late stays too late; a deadline of a law or contract stands still for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maild.desks import service_levels
from maild.desks.policy import Desk
from maild.desks.service_levels import Asked, Promised
from maild.desks.targets import Escalation
from maild.model import Promise, PromiseState

NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Present:
    """By whose calendar, when (UTC), and whether the requester is proven: whoever is not is promised nothing, but a
    letter has its deadline whoever wrote it (REQ-L13)."""

    desk: Desk
    now: datetime
    proven: bool = True


def made(present: Present, asked: Asked, waits: bool) -> tuple[Promise, ...]:
    """What the desk promises from now on; `waits`: its clock stands still at once."""
    fresh = (_fresh(one, present) for one in _owed(present, asked, present.now))
    return tuple(stopped(one, present) if waits and not one.fixed else one for one in fresh)


def _owed(present: Present, asked: Asked, start: datetime) -> tuple[Promised, ...]:
    every = service_levels.promised(present.desk, asked, start)
    return tuple(one for one in every if present.proven or one.fixed)


def _fresh(one: Promised, present: Present) -> Promise:
    plain = Promise(one.aim, PromiseState.RUNNING, one.started_at, one.due_at, one.work, one.always, one.words)
    return with_next(replace(plain, fixed=one.fixed), present)


def with_next(one: Promise, present: Present) -> Promise:
    """With the time of its next escalation, if there is one to come."""
    found = upcoming(one, present)
    return replace(one, next_at=found[0] if found else None)


def upcoming(one: Promise, present: Present) -> tuple[datetime, Escalation] | None:
    """Its next escalation, and when that is (UTC)."""
    return service_levels.milestone(present.desk, one, one.step)


def stopped(one: Promise, present: Present | None = None) -> Promise:
    """Its clock stands still. Without a clock it stood still already, as that of a solution that is disputed."""
    left = one.left if present is None else service_levels.left(present.desk, one.always, present.now, one.due_at)
    return replace(one, state=PromiseState.PAUSED, left=left or NOTHING, met_at=None, next_at=None)


def resumed(one: Promise, present: Present) -> Promise:
    """Its clock goes on with what was left. What was too late before, had no time left or has a day that is fixed,
    keeps its due time."""
    running = replace(one, state=PromiseState.RUNNING, left=None)
    if one.missed_at is None and one.left and not one.fixed:
        due_at, words = service_levels.resumed(present.desk, one.always, one.left, present.now)
        running = replace(running, due_at=due_at, words=words)
    return with_next(running, present)


def kept(one: Promise, present: Present) -> Promise:
    """It was done now, in time or not. What was left is remembered: the ticket may be reopened."""
    return replace(_ended(one, present), state=PromiseState.MET, met_at=present.now)


def voided(one: Promise, present: Present) -> Promise:
    """Nobody waits for it any more."""
    return replace(_ended(one, present), state=PromiseState.VOID)


def _ended(one: Promise, present: Present) -> Promise:
    if one.state is PromiseState.PAUSED:
        return replace(one, next_at=None)
    late = one.missed_at or (one.due_at if present.now > one.due_at else None)
    left = service_levels.left(present.desk, one.always, present.now, one.due_at)
    return replace(one, left=left, missed_at=late, next_at=None)


def remade(current: Iterable[Promise], present: Present, asked: Asked, start: datetime) -> tuple[Promise, ...]:
    """After a change of what the ticket is: the promises of its new kind, counted from its beginning, without the time
    for which their clocks stood still. What was done stays done."""
    was = {one.aim: one for one in current}
    wanted = {one.aim: one for one in _owed(present, asked, start)}
    again = [_again(was.get(aim), one, present) for aim, one in wanted.items()]
    dropped = [_dropped(one, present) for aim, one in was.items() if aim not in wanted]
    return (*again, *dropped)


OPEN = frozenset({PromiseState.RUNNING, PromiseState.PAUSED})


def _dropped(one: Promise, present: Present) -> Promise:
    """Not to be taken up again."""
    return replace(voided(one, present), left=None) if one.state in OPEN else one


def _again(old: Promise | None, new: Promised, present: Present) -> Promise:
    fresh = _fresh(new, present)
    if old is None or old.state is PromiseState.VOID:
        return fresh
    if old.state is PromiseState.MET or (old.work, old.always, old.fixed) == (new.work, new.always, new.fixed):
        return old
    if new.fixed:
        return fresh
    if _stood_still(old, present):
        left = fresh.work - _spent(old, present)
        due_at, words = service_levels.resumed(present.desk, fresh.always, left, present.now)
        fresh = with_next(replace(fresh, due_at=due_at, words=words), present)
    return stopped(fresh, present) if old.state is PromiseState.PAUSED else fresh


def _spent(old: Promise, present: Present) -> timedelta:
    """Time of its clock that has been used up."""
    left = old.left if old.left is not None else service_levels.left(present.desk, old.always, present.now, old.due_at)
    return old.work - left


def _stood_still(old: Promise, present: Present) -> bool:
    if old.fixed:
        return False
    if old.state is PromiseState.PAUSED:
        return True
    return service_levels.resumed(present.desk, old.always, old.work, old.started_at)[0] != old.due_at
