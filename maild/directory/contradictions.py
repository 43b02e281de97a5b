"""What may not be so in a register, whoever says it: entries in, contradictions out. Pure.

At most one primary contact in each organisation (REQ-H8), no more persons than seats (REQ-A2), and nothing that names
somebody who is not there. The same for a file alone, and for the register as it would be after a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from maild.directory.entries import SEATED, Entries, Entry, Kind, Ref, of_kind, persons_in
from maild.model import Register
from maild.yaml.suggest import did_you_mean

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One thing that may not be so: where (an entry, and its field), and a sentence of what to do.

    `about` names the other one it is about, `amount` says how bad it is: so that a change for the better can be told
    from one for the worse.
    """

    ref: Ref
    field: str
    message: str
    about: str = ""
    amount: int = 1


def contradictions(entries: Entries) -> tuple[Contradiction, ...]:
    """All of them."""
    return tuple(found for look in LOOKS for found in look(entries))


def worse(after: Iterable[Contradiction], before: Iterable[Contradiction]) -> tuple[Contradiction, ...]:
    """Those that were not there before, or not as bad: what a change is to blame for."""
    known = {(one.ref, one.field, one.about): one.amount for one in before}
    return tuple(one for one in after if one.amount > known.get((one.ref, one.field, one.about), 0))


def seat_holders(entries: Entries, organisation: str) -> tuple[str, ...]:
    """Who holds the seats of an organisation: names with their first addresses."""
    return tuple(_shown(one) for one in _first_contacts(entries) if _is_seated(one, organisation))


def lacks(entries: Entries, organisation: str) -> tuple[str, ...]:
    """What an organisation should have and has not: an authorised contact (REQ-H10), a primary one."""
    people = [one for one in _first_contacts(entries) if _is_seated(one, organisation)]
    there = (
        ("no authorised contact", any(one.fields["register"] is Register.AUTHORISED for one in people)),
        ("no primary contact", any(one.fields["primary"] for one in people)),
    )
    return tuple(what for what, found in there if not found)


def _first_contacts(entries: Entries) -> list[Entry]:
    return [contacts[0] for _, contacts in sorted(persons_in(entries).items())]


def _is_seated(contact: Entry, organisation: str) -> bool:
    return contact.fields["organisation"] == organisation and contact.fields["register"] in SEATED


def _shown(contact: Entry) -> str:
    name = str(contact.fields["name"])
    return f"{name} <{contact.key}>" if name else contact.key


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


# ---- one look for each thing ---------------------------------------------------------------------


def _primaries(entries: Entries) -> Iterator[Contradiction]:
    first: dict[str, Entry] = {}
    for one in (one for one in _first_contacts(entries) if one.fields["primary"]):
        if one.fields["register"] is Register.INACTIVE:
            yield Contradiction(one.ref, "primary", f"{_shown(one)} is inactive and cannot be the primary contact")
        organisation = str(one.fields["organisation"])
        if not organisation:
            yield Contradiction(one.ref, "primary", f"{_shown(one)} has no organisation to be the primary contact of")
            continue
        other = first.setdefault(organisation, one)
        if other is not one:
            message = f"{organisation} has a primary contact already, {_shown(other)}: an organisation has one at most"
            yield Contradiction(one.ref, "primary", message, other.key)


def _seats(entries: Entries) -> Iterator[Contradiction]:
    for one in of_kind(entries, Kind.ORGANISATION):
        seats = one.fields["seats"]
        if not isinstance(seats, int):
            continue
        holders = seat_holders(entries, one.key)
        if len(holders) > seats:
            message = (
                f"{one.key} has {_count(seats, 'seat')} for {_count(len(holders), 'person')}: {_listed(holders)}."
                " Set one of them inactive first, or raise `seats`"
            )
            yield Contradiction(one.ref, "seats", message, amount=len(holders) - seats)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _strangers(entries: Entries) -> Iterator[Contradiction]:
    """Names that nobody has."""
    staff = {one.key for one in of_kind(entries, Kind.STAFF) if one.vouched}
    teams = {one.key for one in of_kind(entries, Kind.TEAM)}
    organisations = {one.key for one in of_kind(entries, Kind.ORGANISATION)}
    references: tuple[tuple[Kind, str, str, set[str]], ...] = (
        (Kind.ORGANISATION, "account_manager", "member of staff or team", staff | teams),
        (Kind.ORGANISATION, "escalation", "member of staff or team", staff | teams),
        (Kind.STAFF, "teams", "team", teams),
        (Kind.CONTACT, "organisation", "organisation", organisations),
    )
    for kind, name, what, known in references:
        for one in of_kind(entries, kind):
            for unknown in sorted(_named(one, name) - known) if one.vouched else ():
                message = f"there is no {what} `{unknown}`{did_you_mean(unknown, known)}"
                yield Contradiction(one.ref, name, message, unknown)


def _named(entry: Entry, field: str) -> set[str]:
    value = entry.fields[field]
    return set(value) if isinstance(value, tuple) else {str(value)} - {""}


def _two_of_a_name(entries: Entries) -> Iterator[Contradiction]:
    for one in of_kind(entries, Kind.TEAM):
        if (Kind.STAFF, one.key) in entries:
            yield Contradiction(one.ref, "name", f"`{one.key}` is a member of staff: give the team another name")


def _domains(entries: Entries) -> Iterator[Contradiction]:
    first: dict[str, str] = {}
    for one in of_kind(entries, Kind.ORGANISATION):
        for domain in sorted(_named(one, "domains")):
            other = first.setdefault(domain, one.key)
            if other != one.key:
                yield Contradiction(one.ref, "domains", f"the domain `{domain}` belongs to {other} already", domain)


LOOKS: tuple[Callable[[Entries], Iterator[Contradiction]], ...] = (
    _primaries,
    _seats,
    _strangers,
    _two_of_a_name,
    _domains,
)
