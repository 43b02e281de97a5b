"""Requests with legal weight: those of tickets, with the people who have a say; what is due; lists. Writing is the
sheet's, but for `disarm_all`, after a restore."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, select, update

from maild.decide.facts import KnownRun, KnownTicket, Worker
from maild.decide.runs.ground import workflow_of
from maild.model import Contact, OutboxState, TicketId
from maild.model import NotificationKind as Kind
from maild.model.workflows import Run, RunId, RunState
from maild.store.among import among
from maild.store.homes import principals_of
from maild.store.rows import CONTACTS, AnyRow, as_contact, rows_among
from maild.store.schema import RUN_LIVE, outbox_entry, ticket, workflow_run
from maild.store.workers import managers_of, workers_named
from maild.workflows.model import ACCOUNT_MANAGER, ASSIGNEE

_NAMES = tuple(name for name in workflow_run.c.keys() if name not in ("id", "ticket_id"))  # noqa: SIM118 - columns
_KINDS = (Kind.WORKFLOW_CONFIRM, Kind.WORKFLOW_SECOND, Kind.WORKFLOW_SCHEDULED)
_LOST = select(outbox_entry.c.ticket_id, outbox_entry.c.recipient, outbox_entry.c.created_at).where(
    among(outbox_entry.c.ticket_id), outbox_entry.c.state == OutboxState.FAILED, outbox_entry.c.kind.in_(_KINDS)
)
_LIVE = select(workflow_run).where(among(workflow_run.c.ticket_id), RUN_LIVE)
_EVERY = (
    select(workflow_run).where(among(workflow_run.c.ticket_id)).order_by(workflow_run.c.ticket_id, workflow_run.c.id)
)


def with_runs(tx: Connection, known: Mapping[TicketId, KnownTicket]) -> dict[TicketId, KnownTicket]:
    """The tickets with the requests that are under way on them."""
    found = {TicketId(row.ticket_id): as_run(row) for row in rows_among(tx, _LIVE, sorted(known))}
    if not found:
        return dict(known)
    people = _people(tx, found.values())
    carriers = _carriers(tx, [(run, known[number]) for number, run in found.items()])
    lost = _unreached(tx, found)
    runs = {
        number: KnownRun(run, people[run.id], carriers.get(run.id), lost.get(number, ()))
        for number, run in found.items()
    }
    return {number: replace(one, run=runs.get(number)) for number, one in known.items()}


def known_run(tx: Connection, run: Run, known: KnownTicket) -> KnownRun:
    """A request with the people who have a say in it."""
    return KnownRun(run, _people(tx, [run])[run.id], _carriers(tx, [(run, known)]).get(run.id))


def runs_of(tx: Connection, tickets: Collection[TicketId]) -> dict[TicketId, tuple[Run, ...]]:
    """All that there ever were, by ticket, the oldest first."""
    rows = map(as_run, rows_among(tx, _EVERY, sorted(tickets)))
    return {number: tuple(ones) for number, ones in groupby(rows, lambda one: one.ticket)}


def list_runs(
    tx: Connection, desks: Collection[str] | None = None, *, all_of_them: bool = False, limit: int = 1000
) -> tuple[Run, ...]:
    """What is under way on tickets of these desks, or of all, the oldest first; `all_of_them`: what has ended, too."""
    query = select(workflow_run).order_by(workflow_run.c.id).limit(limit)
    if desks is not None:
        query = query.join(ticket, ticket.c.id == workflow_run.c.ticket_id).where(ticket.c.desk.in_(desks))
    return tuple(map(as_run, tx.execute(query if all_of_them else query.where(RUN_LIVE))))


def due_runs(tx: Connection, desks: Collection[str], now: datetime, limit: int) -> tuple[Run, ...]:
    """What the clock must look at, the longest due first, locked: no other clock finds it until the end."""
    late = (
        select(workflow_run)
        .join(ticket, ticket.c.id == workflow_run.c.ticket_id)
        .where(workflow_run.c.next_at <= now, RUN_LIVE, ticket.c.desk.in_(desks))
        .order_by(workflow_run.c.next_at, workflow_run.c.id)
        .limit(limit)
    )
    return tuple(map(as_run, tx.execute(late.with_for_update(skip_locked=True, of=workflow_run))))


def disarm_all(tx: Connection, why: str) -> tuple[Run, ...]:
    """After a restore nobody knows what was stopped since: everything is asked for anew, or never done."""
    is_armed = and_(RUN_LIVE, workflow_run.c.state != RunState.DISARMED)
    armed = tuple(map(as_run, tx.execute(select(workflow_run).where(is_armed))))
    said = {"state": RunState.DISARMED, "next_at": None, "ended_by": "restore", "why": why}
    tx.execute(update(workflow_run).where(is_armed).values(**said))
    return armed


def run_row(run: Run) -> dict[str, Any]:
    """What the table stores, without the run's own number."""
    return {"ticket_id": run.ticket} | {name: getattr(run, name) for name in _NAMES}


def as_run(row: AnyRow) -> Run:
    plain = {name: getattr(row, name) for name in _NAMES} | {"objects": tuple(map(tuple, row.objects))}
    return Run(id=RunId(row.id), ticket=TicketId(row.ticket_id), **plain)


def _unreached(tx: Connection, runs: Mapping[TicketId, Run]) -> dict[TicketId, tuple[str, ...]]:
    """By ticket, whom our mails did not reach since the last question; what was lost before it was asked anew."""
    found: dict[TicketId, tuple[str, ...]] = {}
    for row in rows_among(tx, _LOST, sorted(runs)):
        number, asked_at = TicketId(row.ticket_id), runs[TicketId(row.ticket_id)].asked_at
        if asked_at is None or row.created_at >= asked_at:
            found[number] = (*found.get(number, ()), row.recipient)
    return found


def _people(tx: Connection, runs: Iterable[Run]) -> dict[RunId, tuple[Contact, ...]]:
    runs = list(runs)
    askers = {one.address: one for one in map(as_contact, rows_among(tx, CONTACTS, {run.asked_by for run in runs}))}
    principals = principals_of(tx, {run.organisation for run in runs} - {""})
    return {run.id: _each_once(run, askers, principals) for run in runs}


def _each_once(
    run: Run, askers: Mapping[str, Contact], principals: Mapping[str, tuple[Contact, ...]]
) -> tuple[Contact, ...]:
    asker = askers.get(run.asked_by)
    people = (*((asker,) if asker else ()), *principals.get(run.organisation, ()))
    return tuple({one.address: one for one in people}.values())


def _carriers(tx: Connection, runs: Iterable[tuple[Run, KnownTicket]]) -> dict[RunId, Worker]:
    """The assignee, the organisation's account manager, or whoever the workflow names."""
    runs = list(runs)
    managers = managers_of(tx, {run.organisation for run, _ in runs} - {""})
    wanted = {run.id: _wanted(run, known) for run, known in runs}
    workers = workers_named(tx, set(wanted.values()) - {"", ACCOUNT_MANAGER})
    found = {
        run.id: managers.get(run.organisation) if wanted[run.id] == ACCOUNT_MANAGER else workers.get(wanted[run.id])
        for run, _ in runs
    }
    return {number: worker for number, worker in found.items() if worker}


def _wanted(run: Run, known: KnownTicket) -> str:
    name = workflow_of(run.definition).carried_out_by
    return known.ticket.assignee if name == ASSIGNEE else name
