"""Entering who proved an address by using the link that was sent there: unknown or unverified in, registered out.

Laws: a link never lowers or overrules what the register says, and is not the way back for somebody inactive. A shared
address is nobody's own, so a link, which anybody there may open, makes it no contact (REQ-A4). An organisation is
joined only where it alone owns the domain, the desk lets domains decide, and a seat is left; each entry is in the audit
trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from maild.directory.shared import is_shared
from maild.model import Contact, Register
from maild.store.audit import note
from maild.store.bulk import insert_rows
from maild.store.intake import lock
from maild.store.invitations import Invitation
from maild.store.register import find_contacts
from maild.store.schema import contact, organisation

_KNOWN = (Register.REGISTERED, Register.AUTHORISED)


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody says of themselves, clean; "" for what they leave open."""

    name: str
    language: str


def register_contact(tx: Connection, link: Invitation, person: Person, now: datetime, *, domain_decides: bool) -> bool:
    """Whoever used this link is registered now. False for somebody inactive and for a shared address: not by a link.

    Who was registered before stays as the register has them. With `domain_decides` they come to the organisation that
    alone owns their domain, while it has a seat left.
    """
    lock(tx, [link.address])
    known = next(iter(find_contacts(tx, [link.address])), None)
    if known is not None and known.register in (*_KNOWN, Register.INACTIVE):
        return known.register is not Register.INACTIVE
    if is_shared(link.address):
        return False
    of = _home(tx, link.address) if domain_decides else None
    row = {"name": person.name or (known.name if known else ""), "language": person.language, "organisation": of}
    _enter(tx, link.address, {**row, "register": Register.REGISTERED}, known, now)
    told = "registered" + (f" with {of}, whose domain it is" if of else " without an organisation")
    why = f"used the link that was sent to this address ({link.about or link.desk})"
    note(tx, now, link.address, "contact", link.address, told, why)
    return True


def _enter(tx: Connection, address: str, row: dict[str, object], known: Contact | None, now: datetime) -> None:
    if known is None:
        insert_rows(tx, contact, [{"address": address, "created_at": now, **row}])
        return
    tx.execute(update(contact).where(contact.c.id == known.id).values(**row))


def _home(tx: Connection, address: str) -> str | None:
    """The organisation that alone owns the address's domain and has a seat left."""
    domain = address.rpartition("@")[2]
    rows = tx.execute(select(organisation.c.key, organisation.c.domains))
    owners = [row.key for row in rows if domain in row.domains]
    return owners[0] if len(owners) == 1 and _has_seat(tx, owners[0]) else None


def _has_seat(tx: Connection, key: str) -> bool:
    """One person with several addresses takes one seat. The organisation is held: two must not take the last one."""
    seats: int | None = tx.scalar(select(organisation.c.seats).where(organisation.c.key == key).with_for_update())
    if seats is None:
        return True
    who = func.coalesce(func.nullif(contact.c.person, ""), contact.c.address)
    taken = select(func.count(who.distinct())).where(contact.c.organisation == key, contact.c.register.in_(_KNOWN))
    return tx.execute(taken).scalar_one() < seats
