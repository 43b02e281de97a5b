"""One change by hand: entries in, the register changed and audited, or sentences why it cannot be.

Laws: what is said of a person holds for all their addresses. A contact belongs to one organisation and stays with it
(REQ-H4). Whoever leaves is set inactive, never deleted (REQ-H9). What a source owns stays its own: the change holds
until the source itself says something new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from maild.directory.contradictions import lacks
from maild.directory.entries import UNSAID, Entries, Entry, Fields, Kind, Value, Wanted, by_ref
from maild.directory.plan import BY_HAND, Diff, after
from maild.errors import NotFound
from maild.model import Duty, Register
from maild.store.register.importing import ImportRefused, addresses_in, hold, plan, second_organisations
from maild.store.register.looking import person_behind, register_entries
from maild.store.register.writing import By, write

LEFT: Fields = {"register": Register.INACTIVE, "primary": False, "follows": False, "duties": (), "until": None}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who shall be a contact: what they become at least, beside what they are."""

    address: str
    name: str
    organisation: str
    register: Register = Register.REGISTERED
    primary: bool = False
    duties: tuple[Duty, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who has left, and whom their organisation now needs in their place (REQ-H9, H10)."""

    addresses: tuple[str, ...]
    organisation: str
    needs: tuple[str, ...] = ()


def put(tx: Connection, entries: Iterable[Entry], by: By, *, new: bool = False) -> Diff:
    """Make the register say this; `new`: none of it may be there already.

    Raises ImportRefused, having changed nothing, with a sentence for each reason.
    """
    wanted = by_ref(entries)
    hold(tx, wanted)
    if new:
        _refuse_what_is_there(register_entries(tx, addresses_in(wanted)), wanted)
    diff = plan(tx, Wanted(wanted), BY_HAND)
    write(tx, diff, by)
    return diff


def entry_for(current: Entries, person: Newcomer) -> Entry:
    """What the register has to say for them to come in; whatever they are already, they stay."""
    here = current.get((Kind.CONTACT, person.address))
    fields = dict(here.fields if here and here.vouched else UNSAID[Kind.CONTACT])
    authorised = Register.AUTHORISED in (person.register, fields["register"])
    fields |= {
        "name": fields["name"] or person.name or (here.fields["name"] if here else ""),
        "language": fields["language"] or person.language,
        "organisation": person.organisation,
        "register": Register.AUTHORISED if authorised else Register.REGISTERED,
        "primary": bool(fields["primary"]) or person.primary,
        "duties": tuple(dict.fromkeys((*_words(fields["duties"]), *person.duties))),
        "until": None if person.register is Register.AUTHORISED else fields["until"],
    }
    return Entry(Kind.CONTACT, person.address, fields, here.source if here else "")


def would_be(tx: Connection, person: Newcomer) -> Diff:
    """What `put` would do for them. Raises ImportRefused."""
    entry = entry_for(register_entries(tx, [person.address]), person)
    return plan(tx, Wanted(by_ref([entry])), BY_HAND)


def leave(tx: Connection, address: str, by: By) -> Left:
    """Set somebody inactive, under all their addresses. Raises NotFound if nobody vouches for them."""
    contacts = person_behind(tx, address)
    if not contacts[0].vouched:
        raise NotFound(f"{address} is no registered contact: there is nothing to leave")
    before = register_entries(tx)
    diff = put(tx, [replace(one, fields={**one.fields, **LEFT}) for one in contacts], by)
    organisation = str(contacts[0].fields["organisation"])
    needs = tuple(_needs(contacts[0], lacks(before, organisation), lacks(after(before, diff), organisation)))
    return Left(tuple(one.key for one in contacts), organisation, needs if organisation else ())


def _needs(contact: Entry, before: tuple[str, ...], now: tuple[str, ...]) -> Iterator[str]:
    if contact.fields["primary"]:
        yield "another primary contact"
    if Duty.MONITORING in _words(contact.fields["duties"]):
        yield "another monitoring contact, with telephone number and address"
    if "no authorised contact" in set(now) - set(before):
        yield "an authorised contact: this was the last one, who alone could instruct and name others"


def _words(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _refuse_what_is_there(current: Entries, wanted: Entries) -> None:
    there = [current[ref] for ref in sorted(wanted) if ref in current and current[ref].vouched]
    others = second_organisations(current, wanted)
    if there:
        raise ImportRefused(*(others or map(_there, there)))


def _there(entry: Entry) -> str:
    group = {Kind.CONTACT: "contacts", Kind.ORGANISATION: "organisations", Kind.STAFF: "staff"}.get(entry.kind, "")
    what = f"a contact, and {entry.fields['register']}," if entry.kind is Kind.CONTACT else "there"
    return f"{entry.key} is {what} already: change it with `maild {group} set {entry.key}`"
