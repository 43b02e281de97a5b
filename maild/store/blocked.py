"""The block list: addresses and domains whose mail is spam because a person said so.

Law: who gets on it and who off it again, by whom and why, is in the audit trail; the list itself knows only who is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, delete, or_, select

from maild.decide.mail.screening import names_of
from maild.errors import NotFound
from maild.model import Address, Register
from maild.store.among import among
from maild.store.audit import note
from maild.store.bulk import insert_rows
from maild.store.rows import rows_among
from maild.store.schema import blocked, contact, organisation, staff
from maild.store.schema.types import as_key

_AMONG = select(blocked.c.sender).where(among(blocked.c.sender))
_VOUCHED = (Register.REGISTERED, Register.AUTHORISED)
MOST_KNOWN = 20
KIND = "blocked"
"""Of what kind its senders are in the audit trail."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """An entry: an address, or a domain with all below it; put there by `actor` (an address) at `at` (UTC)."""

    sender: str
    at: datetime
    actor: str
    why: str


def add(tx: Connection, sender: str, actor: Address, why: str, now: datetime) -> bool:
    """Block a sender, in the normal form of `decide.mail.screening.blockable`. False where it is blocked already."""
    row = {"sender": sender, "at": now, "actor": actor.address, "why": why}
    if not insert_rows(tx, blocked, [row], "DO NOTHING"):
        return False
    note(tx, now, actor.address, KIND, sender, "blocked", why)
    return True


def remove(tx: Connection, sender: str, actor: Address, why: str, now: datetime) -> None:
    """Let a sender in again. Raises NotFound if it is not on the list."""
    if not tx.execute(delete(blocked).where(blocked.c.sender == sender)).rowcount:
        raise NotFound(f"{sender} is not on the block list")
    note(tx, now, actor.address, KIND, sender, "let in again", why)


def list_blocked(tx: Connection, limit: int = 1000) -> tuple[Blocked, ...]:
    """The newest entries first."""
    rows = tx.execute(select(blocked).order_by(blocked.c.at.desc(), blocked.c.sender).limit(limit))
    return tuple(Blocked(row.sender, row.at, row.actor, row.why) for row in rows)


def blocking(tx: Connection, addresses: Sequence[str]) -> tuple[str, ...]:
    """For each address the entry that blocks it, the nearest one; "" for none. One query for all of them."""
    wanted = {name for address in addresses for name in names_of(address) if address}
    found = {row.sender for row in rows_among(tx, _AMONG, sorted(wanted))}
    return tuple(_nearest(address, found) for address in addresses)


def _nearest(address: str, found: set[str]) -> str:
    return next((name for name in names_of(address) if as_key(name) in found), "")


def would_miss(tx: Connection, sender: str) -> tuple[str, ...]:
    """Whom we know and would no longer hear: registered contacts, organisations and staff; at most twenty."""
    people = select(contact.c.address).where(contact.c.register.in_(_VOUCHED), _is_of(contact.c.address, sender))
    colleagues = select(staff.c.address).where(staff.c.active.is_(True), _is_of(staff.c.address, sender))
    known = [row.address for query in (people, colleagues) for row in tx.execute(query.limit(MOST_KNOWN))]
    if "@" not in sender:
        houses = tx.execute(select(organisation.c.name, organisation.c.domains))
        known += [row.name for row in houses if any(sender in names_of(f"x@{one}") for one in row.domains)]
    return tuple(dict.fromkeys(known))[:MOST_KNOWN]


def _is_of(column: Column[str], sender: str) -> ColumnElement[bool]:
    if "@" in sender:
        return column == sender
    return or_(column.endswith(f"@{sender}", autoescape=True), column.endswith(f".{sender}", autoescape=True))
