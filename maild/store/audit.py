"""The audit trail: every change of the register, and every export of it: who, what, why. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from maild.model import EntryId
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.rows import AnyRow
from maild.store.schema import audit


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done, at `at` (UTC), by `actor` (an address, or the name of a source).

    It was done to the `subject` of a `kind`: contact and address, organisation and key, staff or team and name.
    `entry` is the inbox entry that asked for it.
    """

    at: datetime
    actor: str
    kind: str
    subject: str
    what: str
    why: str = ""
    entry: EntryId | None = None


def note(
    tx: Connection,
    at: datetime,
    actor: str,
    kind: str,
    subject: str,
    what: str,
    why: str,
    entry: EntryId | None = None,
) -> None:
    """Record one thing that was done."""
    note_all(tx, [Line(at, actor, kind, subject, what, why, entry)])


def note_all(tx: Connection, lines: Sequence[Line]) -> None:
    """Record many at once, in their order."""
    insert_rows(tx, audit, [_row(one) for one in lines])


def trail(tx: Connection, kind: str, subject: str, limit: int = 1000) -> tuple[Line, ...]:
    """What was done to one subject, the newest first."""
    query = select(audit).where(audit.c.kind == kind, audit.c.subject == subject)
    return tuple(map(_line, tx.execute(query.order_by(audit.c.id.desc()).limit(limit))))


def trail_of(tx: Connection, kind: str, subjects: Iterable[str], limit: int = 1000) -> tuple[Line, ...]:
    """What was done to any of several subjects, the newest first."""
    query = select(audit).where(audit.c.kind == kind, among(audit.c.subject))
    rows = tx.execute(query.order_by(audit.c.id.desc()).limit(limit), {"values": sorted(set(subjects))})
    return tuple(map(_line, rows))


def latest(tx: Connection, limit: int = 1000) -> tuple[Line, ...]:
    """What was done last, to whomever."""
    return tuple(map(_line, tx.execute(select(audit).order_by(audit.c.id.desc()).limit(limit))))


def _row(line: Line) -> dict[str, object]:
    return {
        "at": line.at,
        "actor": line.actor,
        "kind": line.kind,
        "subject": line.subject,
        "what": line.what,
        "why": line.why,
        "entry_id": line.entry,
    }


def _line(row: AnyRow) -> Line:
    entry = EntryId(row.entry_id) if row.entry_id is not None else None
    return Line(row.at, row.actor, row.kind, row.subject, row.what, row.why, entry)
