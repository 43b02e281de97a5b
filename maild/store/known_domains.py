"""The mail domains of all organisations in the register, and whether anything in it has changed since a last look."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from maild.store.schema import audit, organisation


def last_change(tx: Connection) -> int:
    """A number that grows with every change of the register, since each leaves a line in the audit trail."""
    return tx.scalar(select(func.max(audit.c.id))) or 0


def known_domains(tx: Connection) -> frozenset[str]:
    """Every domain that an organisation has, in its normal form."""
    return frozenset(domain for row in tx.execute(select(organisation.c.domains)) for domain in row.domains)
