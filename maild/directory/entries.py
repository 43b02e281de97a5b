"""A directory as single entries, one for each row of the register; and back.

Laws: a person with several addresses is several entries with one `person`, their first address; what is said of the
person holds for all of them, but only the first is `primary`, `follows` and has `duties`, so that nobody is told
twice. Fields are named as in the records. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from maild.directory.records import Directory, OrganisationRecord, PersonRecord, StaffRecord, TeamRecord
from maild.model import Register


class Kind(StrEnum):
    """What an entry is about, in the order in which entries can refer to each other."""

    TEAM = "team"
    STAFF = "staff"
    ORGANISATION = "organisation"
    CONTACT = "contact"


ALL_KINDS = frozenset(Kind)
Value = str | bool | int | datetime | tuple[str, ...] | None
Fields = Mapping[str, Value]
Ref = tuple[Kind, str]
VOUCHED = frozenset({Register.REGISTERED, Register.AUTHORISED, Register.INACTIVE})
SEATED = frozenset({Register.REGISTERED, Register.AUTHORISED})

UNSAID: Mapping[Kind, Fields] = MappingProxyType(
    {
        Kind.TEAM: {"address": "", "title": ""},
        Kind.STAFF: {"address": "", "title": "", "active": True, "desks": (), "teams": ()},
        Kind.ORGANISATION: {
            "name": "",
            "domains": (),
            "seats": None,
            "package": "",
            "account_manager": "",
            "systems": (),
            "escalation": (),
        },
        Kind.CONTACT: {
            "name": "",
            "register": Register.UNVERIFIED,
            "organisation": "",
            "language": "",
            "person": "",
            "primary": False,
            "follows": False,
            "duties": (),
            "until": None,
        },
    }
)
"""Every field of each kind, with what it is where nothing is said."""
OF_FIRST_ADDRESS = ("primary", "follows", "duties")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the register. `source` names the directory it belongs to, "" for what was entered by hand."""

    kind: Kind
    key: str
    fields: Fields
    source: str = ""

    @property
    def ref(self) -> Ref:
        return self.kind, self.key

    @property
    def person(self) -> str:
        """The first address of the person behind a contact."""
        return str(self.fields.get("person") or self.key)

    @property
    def vouched(self) -> bool:
        """Whether somebody stands behind it: all but contacts who only wrote, and staff who left."""
        if self.kind is Kind.STAFF:
            return bool(self.fields["active"])
        return self.kind is not Kind.CONTACT or self.fields["register"] in VOUCHED


Entries = Mapping[Ref, Entry]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a source says, as a whole or of some kinds only. `places` says where, for messages."""

    entries: Entries
    kinds: frozenset[Kind] = ALL_KINDS
    places: Mapping[Ref, str] = field(default_factory=dict)


def entries_of(directory: Directory) -> Entries:
    """Every entry of a directory."""
    people = (one for record in directory.organisations for one in of_people(record.key, record.contacts))
    entries = (
        *map(_of_team, directory.teams),
        *map(_of_staff, directory.staff),
        *map(of_organisation, directory.organisations),
        *people,
    )
    return by_ref(entries)


def by_ref(entries: Iterable[Entry]) -> Entries:
    return {one.ref: one for one in entries}


def of_organisation(record: OrganisationRecord) -> Entry:
    return Entry(Kind.ORGANISATION, record.key, record.model_dump(exclude={"key", "contacts"}))


def of_people(organisation: str, people: Iterable[PersonRecord]) -> Iterator[Entry]:
    """An entry for each address of each person."""
    for person in people:
        first = person.addresses[0]
        said = person.model_dump(exclude={"addresses", "state"})
        said |= {"register": person.register, "organisation": organisation, "person": first}
        yield Entry(Kind.CONTACT, first, said)
        further = said | {name: UNSAID[Kind.CONTACT][name] for name in OF_FIRST_ADDRESS}
        yield from (Entry(Kind.CONTACT, address, further) for address in person.addresses[1:])


def of_staff(record: StaffRecord, *, active: bool = True) -> Entry:
    return Entry(Kind.STAFF, record.name, record.model_dump(exclude={"name"}) | {"active": active})


def _of_staff(record: StaffRecord) -> Entry:
    return of_staff(record)


def _of_team(record: TeamRecord) -> Entry:
    return Entry(Kind.TEAM, record.name, record.model_dump(exclude={"name"}))


# ---- and back ------------------------------------------------------------------------------------


def directory_of(entries: Entries) -> Directory:
    """The directory that says the same. People without an organisation have no place in it."""
    people: dict[str, list[PersonRecord]] = {}
    for organisation, person in people_of(entries):
        people.setdefault(organisation, []).append(person)
    return Directory(
        organisations=tuple(
            organisation_record(one, people.get(one.key, ())) for one in of_kind(entries, Kind.ORGANISATION)
        ),
        staff=tuple(staff_record(one) for one in of_kind(entries, Kind.STAFF) if one.vouched),
        teams=tuple(TeamRecord.model_validate({"name": one.key, **one.fields}) for one in of_kind(entries, Kind.TEAM)),
    )


def of_kind(entries: Entries, kind: Kind) -> list[Entry]:
    """The entries of one kind, by their keys."""
    return [entries[ref] for ref in sorted(entries) if ref[0] is kind]


def organisation_record(entry: Entry, people: Iterable[PersonRecord] = ()) -> OrganisationRecord:
    return OrganisationRecord.model_validate({"key": entry.key, **entry.fields, "contacts": tuple(people)})


def staff_record(entry: Entry) -> StaffRecord:
    said = {name: value for name, value in entry.fields.items() if name != "active"}
    return StaffRecord.model_validate({"name": entry.key, **said})


def people_of(entries: Entries) -> list[tuple[str, PersonRecord]]:
    """Every person somebody vouches for, with the key of their organisation or "", by their first addresses."""
    persons = persons_in(entries)
    return [(str(ones[0].fields["organisation"]), person_record(ones)) for _, ones in sorted(persons.items())]


def persons_in(entries: Entries) -> dict[str, tuple[Entry, ...]]:
    """The vouched contacts of each person, the first address first."""
    found: dict[str, list[Entry]] = {}
    for one in of_kind(entries, Kind.CONTACT):
        if one.vouched:
            found.setdefault(one.person, []).append(one)
    return {person: tuple(sorted(ones, key=lambda one: (one.key != person, one.key))) for person, ones in found.items()}


def person_record(contacts: tuple[Entry, ...]) -> PersonRecord:
    """One person as a record; the first contact speaks for all."""
    said = {name: value for name, value in contacts[0].fields.items() if name not in ("organisation", "person")}
    return PersonRecord.model_validate({"addresses": tuple(one.key for one in contacts), **said})
