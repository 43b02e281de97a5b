"""A `Diff` onto the tables, and into the audit trail: the only place that writes the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, update

from maild.directory.entries import Entry, Kind
from maild.directory.plan import Diff, Difference, Step
from maild.model import EntryId
from maild.store.audit import Line, note_all
from maild.store.bulk import insert_rows, update_rows
from maild.store.register.looking import COLUMN_OF, KEYS, TABLES
from maild.store.schema import contact, organisation, team

TAKEN_OUT = {Kind.TEAM: team.c.name, Kind.ORGANISATION: organisation.c.key}


@dataclass(frozen=True, slots=True)
class By:
    """Who changes the register, at what time (UTC), and why: an address, or a source's name.

    `entry` is the inbox entry of the mail that asked for it.
    """

    actor: str
    at: datetime
    why: str = ""
    entry: EntryId | None = None


def write(tx: Connection, diff: Diff, by: By) -> None:
    """Write what differs, and who did it. What refers to others is written after them, and taken out before."""
    for kind in Kind:
        rows = [one for one in diff.differences if one.ref[0] is kind and one.step is not Step.KEPT]
        _insert(tx, kind, [one.after for one in rows if one.before is None and one.after], by.at)
        _update(tx, kind, [one.after for one in rows if one.before and one.after])
    gone = [one.ref for one in diff.differences if one.after is None]
    _take_out(tx, Kind.TEAM, [key for kind, key in gone if kind is Kind.TEAM])
    _take_out(tx, Kind.ORGANISATION, [key for kind, key in gone if kind is Kind.ORGANISATION])
    note_all(tx, [_line(one, by) for one in diff.differences if one.step is not Step.KEPT])


def _insert(tx: Connection, kind: Kind, entries: Sequence[Entry], now: datetime) -> None:
    first = {"created_at": now} if kind is Kind.CONTACT else {}
    insert_rows(tx, TABLES[kind], [_row(one) | first for one in entries])


def _update(tx: Connection, kind: Kind, entries: Sequence[Entry]) -> None:
    update_rows(tx, TABLES[kind], (KEYS[kind],), [_row(one) for one in entries])


def _row(entry: Entry) -> dict[str, Any]:
    fields: Mapping[str, Any] = entry.fields
    row = {COLUMN_OF.get(name, name): value for name, value in fields.items()}
    if entry.kind is Kind.CONTACT:
        row["organisation"] = row["organisation"] or None
    return {KEYS[entry.kind]: entry.key, **row, "source": entry.source}


def _take_out(tx: Connection, kind: Kind, keys: Sequence[str]) -> None:
    """Of an organisation, what is left are people nobody vouches for: they belong to none."""
    if keys and kind is Kind.ORGANISATION:
        tx.execute(update(contact).where(contact.c.organisation.in_(keys)).values(organisation=None))
    if keys:
        tx.execute(delete(TABLES[kind]).where(TAKEN_OUT[kind].in_(keys)))


def _line(one: Difference, by: By) -> Line:
    kind, key = one.ref
    return Line(by.at, by.actor, kind, key, one.what, by.why, by.entry)
