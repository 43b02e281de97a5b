"""Staff and teams: by their names, where mail reaches them; by their address, who they are; and who manages whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection, select

from maild.decide.facts import Colleague, KnownTicket, Worker
from maild.model import Role, StaffMember, Team
from maild.store.among import among
from maild.store.rows import AnyRow, rows_among
from maild.store.schema import organisation, staff, team

_STAFF = select(staff.c.name, staff.c.address, staff.c.title).where(among(staff.c.name), staff.c.active)
_TEAMS = select(team.c.name, team.c.address, team.c.title).where(among(team.c.name))
_MANAGERS = select(organisation.c.key, organisation.c.account_manager).where(among(organisation.c.key))
_AT = (
    select(staff.c.name, staff.c.address, staff.c.title, staff.c.desks, staff.c.teams)
    .where(among(staff.c.address), staff.c.active)
    .order_by(staff.c.name.desc())
)


def workers_named(tx: Connection, names: Collection[str]) -> dict[str, Worker]:
    """By name; whoever has left is not among them."""
    found = (*rows_among(tx, _TEAMS, names), *rows_among(tx, _STAFF, names))
    return {row.name: Worker(row.name, row.address, row.title) for row in found}


def managers_of(tx: Connection, organisations: Collection[str]) -> dict[str, Worker]:
    """By organisation."""
    named = {row.key: row.account_manager for row in rows_among(tx, _MANAGERS, organisations) if row.account_manager}
    workers = workers_named(tx, set(named.values()))
    return {key: workers[name] for key, name in named.items() if name in workers}


def colleagues_at(tx: Connection, addresses: Collection[str]) -> dict[str, Colleague]:
    """By address, who works here now, with their teams; of two with one address, the first by name."""
    rows = rows_among(tx, _AT, addresses)
    teams = {row.name: Team(row.name, row.address, row.title) for row in rows_among(tx, _TEAMS, _teams_of(rows))}
    return {row.address: Colleague(_member(row), tuple(_among(row.teams, teams))) for row in rows}


def _teams_of(rows: Iterable[AnyRow]) -> set[str]:
    return {name for row in rows for name in row.teams}


def _member(row: AnyRow) -> StaffMember:
    return StaffMember(row.name, row.address, row.title, row.desks, row.teams)


def _among(names: Iterable[str], teams: dict[str, Team]) -> Iterator[Team]:
    return (teams[name] for name in names if name in teams)


def following_staff(tx: Connection, tickets: Iterable[KnownTicket]) -> dict[str, Worker]:
    """By address, staff who take part in any of these tickets as followers."""
    parts = (part for known in tickets for part in known.participants if part.role is Role.FOLLOWER)
    rows = rows_among(tx, _AT, {part.contact.address for part in parts if part.takes_part})
    return {row.address: Worker(row.name, row.address, row.title) for row in rows}
