"""Organisations -> what is theirs: names of machines, addresses of platforms (REQ-H2, M10)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from maild.store.among import among
from maild.store.rows import rows_among
from maild.store.schema import organisation

_SYSTEMS = select(organisation.c.key, organisation.c.systems).where(among(organisation.c.key))


def systems_of(tx: Connection, organisations: Collection[str]) -> dict[str, tuple[str, ...]]:
    """By organisation."""
    return {row.key: row.systems for row in rows_among(tx, _SYSTEMS, organisations)}
