"""The register: what the operator's directory says of organisations, contacts and staff.

Laws: the directory rules. Who is no longer in it keeps their tickets and history, but nobody vouches for them any
more: registered, authorised and inactive become unverified. Strangers it does not name are left as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from maild.directory import Directory
from maild.model import Contact, ContactId, Register
from maild.store.among import among
from maild.store.bulk import insert_rows, update_rows
from maild.store.rows import CONTACT, CONTACTS, as_contact, rows_among
from maild.store.schema import contact, organisation, staff

_VOUCHED = (Register.REGISTERED, Register.AUTHORISED, Register.INACTIVE)
Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Imported:
    """How many organisations, contacts (one per address) and staff are new, different, or no longer vouched for."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def __add__(self, other: Imported) -> Imported:
        return Imported(self.added + other.added, self.changed + other.changed, self.removed + other.removed)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works here. `name` is the login name; `title` is shown to customers."""

    name: str
    address: str
    title: str


def import_directory(tx: Connection, directory: Directory, now: datetime) -> Imported:
    """Make the register say what the directory says. Importing the same again changes nothing."""
    organisations = _merge(tx, organisation, "key", _organisations(directory), {})
    contacts = _merge(tx, contact, "address", _contacts(directory), {"created_at": now})
    people = _merge(tx, staff, "name", _staff(directory), {})
    gone = _let_go(tx, _contacts(directory)) + _dismiss(tx, _staff(directory))
    _forget_organisations(tx, _organisations(directory))
    return organisations + contacts + people + Imported(removed=gone)


def _organisations(directory: Directory) -> Rows:
    return {one.key: {"name": one.name, "domains": one.domains} for one in directory.organisations}


def _contacts(directory: Directory) -> Rows:
    return {
        address: {
            "name": person.name,
            "register": person.register,
            "organisation": one.key,
            "language": person.language,
            "person": person.addresses[0],
        }
        for one in directory.organisations
        for person in one.contacts
        for address in person.addresses
    }


def _staff(directory: Directory) -> Rows:
    return {one.name: {"address": one.address, "title": one.title, "active": True} for one in directory.staff}


def _merge(tx: Connection, table: Table, key: str, wanted: Rows, first: Mapping[str, Any]) -> Imported:
    """Insert what is new (with what only the `first` time is said), update what is different."""
    found = {getattr(row, key): row for row in rows_among(tx, select(table).where(among(table.c[key])), sorted(wanted))}
    new = [{key: name, **row, **first} for name, row in sorted(wanted.items()) if name not in found]
    different = [
        {key: name, **row}
        for name, row in sorted(wanted.items())
        if name in found and any(getattr(found[name], column) != value for column, value in row.items())
    ]
    insert_rows(tx, table, new)
    update_rows(tx, table, (key,), different)
    return Imported(len(new), len(different))


def _let_go(tx: Connection, wanted: Rows) -> int:
    vouched = select(contact.c.id, contact.c.address).where(contact.c.register.in_(_VOUCHED))
    gone = [row.id for row in tx.execute(vouched) if row.address not in wanted]
    unverified = {"register": Register.UNVERIFIED, "organisation": None, "person": ""}
    return update_rows(tx, contact, ("id",), [{"id": number, **unverified} for number in gone])


def _dismiss(tx: Connection, wanted: Rows) -> int:
    gone = update(staff).where(staff.c.active.is_(True), staff.c.name.not_in(sorted(wanted)))
    return tx.execute(gone.values(active=False)).rowcount


def _forget_organisations(tx: Connection, wanted: Rows) -> None:
    gone = organisation.c.key.not_in(sorted(wanted))
    tx.execute(update(contact).where(contact.c.organisation.not_in(sorted(wanted))).values(organisation=None))
    tx.execute(delete(organisation).where(gone))


def find_contacts(tx: Connection, addresses: Collection[str]) -> tuple[Contact, ...]:
    """The contacts with these addresses (normal form), in the order in which they became known."""
    return tuple(as_contact(row) for row in rows_among(tx, CONTACTS, addresses))


def list_contacts(tx: Connection, organisation_key: str | None = None, limit: int = 1000) -> tuple[Contact, ...]:
    """Contacts of one organisation or of all, by address."""
    query = select(*CONTACT).order_by(contact.c.address).limit(limit)
    if organisation_key is not None:
        query = query.where(contact.c.organisation == organisation_key)
    return tuple(as_contact(row) for row in tx.execute(query))


def contact_ids(tx: Connection, addresses: Iterable[str]) -> dict[str, ContactId]:
    """The numbers of those addresses that are contacts."""
    return {row.address: ContactId(row.id) for row in rows_among(tx, CONTACTS, sorted(set(addresses)))}


def list_staff(tx: Connection) -> tuple[StaffMember, ...]:
    """Everybody who works here now, by name."""
    rows = tx.execute(select(staff).where(staff.c.active.is_(True)).order_by(staff.c.name))
    return tuple(StaffMember(row.name, row.address, row.title) for row in rows)
