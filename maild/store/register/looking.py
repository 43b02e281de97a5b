"""Who is it? Reading the register, for the ingest path by address, for people as lists and as entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, or_, select

from maild.directory.entries import UNSAID, Entries, Entry, Kind, Value, by_ref
from maild.errors import NotFound
from maild.model import Contact, ContactId, Organisation, Register, StaffMember, Team
from maild.store.among import among
from maild.store.rows import CONTACT, CONTACTS, AnyRow, as_contact, rows_among
from maild.store.schema import contact, organisation, staff, team

TABLES = {Kind.TEAM: team, Kind.STAFF: staff, Kind.ORGANISATION: organisation, Kind.CONTACT: contact}
KEYS = {Kind.TEAM: "name", Kind.STAFF: "name", Kind.ORGANISATION: "key", Kind.CONTACT: "address"}
_STRANGERS = select(contact).where(among(contact.c.address))
_STAFF = select(staff.c.address).where(among(staff.c.address), staff.c.active.is_(True))
COLUMN_OF = {"primary": "is_primary"}
"""Fields whose column has another name: `primary` is a word of SQL."""


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
    return tuple(StaffMember(row.name, row.address, row.title, row.desks, row.teams) for row in rows)


def staff_among(tx: Connection, addresses: Collection[str]) -> frozenset[str]:
    """Those of these addresses that are of somebody who works here now."""
    return frozenset(row.address for row in rows_among(tx, _STAFF, addresses))


def list_teams(tx: Connection) -> tuple[Team, ...]:
    """Every team, by name."""
    rows = tx.execute(select(team).order_by(team.c.name))
    return tuple(Team(row.name, row.address, row.title) for row in rows)


def list_organisations(tx: Connection, limit: int = 1000) -> tuple[Organisation, ...]:
    """Organisations, by key."""
    rows = tx.execute(select(organisation).order_by(organisation.c.key).limit(limit))
    return tuple(map(as_organisation, rows))


def find_organisation(tx: Connection, key: str) -> Organisation | None:
    """One organisation; None where there is none of that key."""
    row = tx.execute(select(organisation).where(organisation.c.key == key)).one_or_none()
    return as_organisation(row) if row is not None else None


def register_entries(tx: Connection, addresses: Collection[str] = ()) -> Entries:
    """The whole register as entries. Of people who only wrote, those with these addresses."""
    people = select(contact).where(
        or_(contact.c.register != Register.UNVERIFIED, contact.c.organisation.is_not(None), contact.c.source != "")
    )
    found = [
        entry_of(kind, row)
        for kind, table in TABLES.items()
        if table is not contact
        for row in tx.execute(select(table))
    ]
    found += [entry_of(Kind.CONTACT, row) for row in tx.execute(people)]
    known = {one.key for one in found if one.kind is Kind.CONTACT}
    strangers = rows_among(tx, _STRANGERS, sorted(set(addresses) - known))
    return by_ref((*found, *(entry_of(Kind.CONTACT, row) for row in strangers)))


def person_behind(tx: Connection, address: str) -> tuple[Entry, ...]:
    """All contacts of the person who has this address, the first address first; of a stranger this one alone.

    Raises NotFound.
    """
    row = tx.execute(select(contact).where(contact.c.address == address)).one_or_none()
    if row is None:
        raise NotFound(f"nobody of the address {address} is known")
    rows = tx.execute(select(contact).where(contact.c.person == row.person)) if row.person else [row]
    found = [entry_of(Kind.CONTACT, one) for one in rows]
    vouched = [one for one in found if one.vouched or one.key == address]
    return tuple(sorted(vouched, key=lambda one: (one.key != one.person, one.key)))


def entry_of(kind: Kind, row: AnyRow) -> Entry:
    """A row of one of the register's tables as an entry."""
    fields = {name: _value(getattr(row, COLUMN_OF.get(name, name)), unsaid) for name, unsaid in UNSAID[kind].items()}
    return Entry(kind, getattr(row, KEYS[kind]), fields, row.source)


def _value(stored: Value, unsaid: Value) -> Value:
    """An organisation that a contact does not have is "" in an entry."""
    return "" if stored is None and unsaid == "" else stored


def as_organisation(row: AnyRow) -> Organisation:
    return Organisation(
        key=row.key,
        name=row.name,
        domains=row.domains,
        seats=row.seats,
        package=row.package,
        account_manager=row.account_manager,
        systems=row.systems,
        escalation=row.escalation,
    )
