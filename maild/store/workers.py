"""Names of staff and teams -> where mail reaches them; organisations -> who manages their account."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from maild.decide.facts import Worker
from maild.store.among import among
from maild.store.rows import rows_among
from maild.store.schema import organisation, staff, team

_STAFF = select(staff.c.name, staff.c.address, staff.c.title).where(among(staff.c.name), staff.c.active)
_TEAMS = select(team.c.name, team.c.address, team.c.title).where(among(team.c.name))
_MANAGERS = select(organisation.c.key, organisation.c.account_manager).where(among(organisation.c.key))


def workers_named(tx: Connection, names: Collection[str]) -> dict[str, Worker]:
    """By name; whoever has left is not among them."""
    found = (*rows_among(tx, _TEAMS, names), *rows_among(tx, _STAFF, names))
    return {row.name: Worker(row.name, row.address, row.title) for row in found}


def managers_of(tx: Connection, organisations: Collection[str]) -> dict[str, Worker]:
    """By organisation."""
    named = {row.key: row.account_manager for row in rows_among(tx, _MANAGERS, organisations) if row.account_manager}
    workers = workers_named(tx, set(named.values()))
    return {key: workers[name] for key, name in named.items() if name in workers}
