"""Requests with legal weight: what the clock does with them, and what staff find before they act.

In: a transaction; out: plans, or what was written. Law: each due event happens once, also after a downtime.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from maild.decide.facts import KnownTicket
from maild.decide.plan import Plan
from maild.decide.runs import carrying
from maild.decide.runs.ground import Ground, ground_of
from maild.decide.runs.starting import new_run
from maild.decide.runs.ticking import came_due
from maild.errors import NotFound
from maild.model import TicketId
from maild.steps.house import House
from maild.steps.writing import Settled, write
from maild.store.rows import known_tickets, tickets_by_id
from maild.store.runs import due_runs, known_run, with_runs
from maild.store.workers import workers_named
from maild.yaml.suggest import did_you_mean

AT_ONCE = 100


def pass_time(tx: Connection, house: House) -> int:
    """What time has brought about for requests: at most one thing for each."""
    desks = [desk.desk for desk in house.policy.desks]
    due = due_runs(tx, desks, house.clock(), AT_ONCE)
    plans = list(_plans(tx, house, [run.ticket for run in due]))
    write(tx, house, "clock", [Settled(plan) for plan in plans])
    return len(plans)


def find_ground(tx: Connection, house: House, number: TicketId) -> tuple[KnownTicket, Ground]:
    """The request that is under way on a ticket, locked. Raises NotFound."""
    known = _locked(tx, [number])[number]
    ground = _ground(tx, house, known)
    if ground is None:
        raise NotFound(f"no request with legal weight is under way on {known.ticket.number}: `maild workflow list`")
    return known, ground


def begin_by_staff(tx: Connection, house: House, number: TicketId, name: str, by: str) -> Plan:
    """A request begins on a ticket, for its requester. Raises NotFound, ValueError."""
    known = _locked(tx, [number])[number]
    desk, requester = house.policy.desk_named(known.ticket.desk), known.requester
    workflow = house.policy.workflow_named(name, known.ticket.desk)
    if desk is None or workflow is None:
        there = [one.workflow for one in house.policy.workflows]
        raise NotFound(f"{known.ticket.desk} has no workflow `{name[:40]}`{did_you_mean(name, there)}")
    if known.run or requester is None:
        raise ValueError(f"{known.ticket.number} carries a request already, or has no requester")
    run = new_run(workflow, number, requester.address, requester.organisation, house.clock())
    ground = _ground(tx, house, replace(known, run=known_run(tx, run, known)))
    if ground is None:
        raise NotFound(f"{known.ticket.number} is of a desk that the policy no longer has")
    return carrying.start(ground, by, known.ticket.fields)


def _plans(tx: Connection, house: House, numbers: Sequence[TicketId]) -> Iterator[Plan]:
    for one in _locked(tx, numbers).values():
        if ground := _ground(tx, house, one):
            yield came_due(ground)


def _locked(tx: Connection, numbers: Sequence[TicketId]) -> dict[TicketId, KnownTicket]:
    return with_runs(tx, known_tickets(tx, tickets_by_id(tx, numbers, lock=True).values()))


def _ground(tx: Connection, house: House, known: KnownTicket) -> Ground | None:
    """With the desk's team where mail reaches nobody else who would carry it out."""
    desk = house.policy.desk_named(known.ticket.desk)
    ground = ground_of(known, desk, house.clock()) if desk else None
    if ground is None or ground.carrier or not ground.desk.team:
        return ground
    team = workers_named(tx, [ground.desk.team]).get(ground.desk.team)
    return replace(ground, carrier=team)
