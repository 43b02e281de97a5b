"""Whose is a mail domain? The organisation that alone owns it, with its registered people: domains in, homes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from maild.model import Contact, Organisation, Register
from maild.store.register.looking import as_organisation
from maild.store.rows import CONTACT, AnyRow, as_contact
from maild.store.schema import contact, organisation

MOST_PEOPLE = 50


@dataclass(frozen=True, slots=True)
class Home:
    """An organisation and its registered people, by number."""

    organisation: Organisation
    people: tuple[Contact, ...]


def homes_of(tx: Connection, domains: Collection[str]) -> dict[str, Home]:
    """By domain; one that two organisations share is nobody's, so that neither learns of the other's people."""
    if not domains:
        return {}
    named = [row for row in tx.execute(select(organisation)) if not set(row.domains).isdisjoint(domains)]
    owners = {domain: [row for row in named if domain in row.domains] for domain in domains}
    return {domain: _home(tx, rows[0]) for domain, rows in owners.items() if len(rows) == 1}


def _home(tx: Connection, row: AnyRow) -> Home:
    return Home(as_organisation(row), _people(tx, row.key))


def _people(tx: Connection, key: str) -> tuple[Contact, ...]:
    registered = contact.c.register.in_((Register.REGISTERED, Register.AUTHORISED))
    people = select(*CONTACT).where(contact.c.organisation == key, registered).order_by(contact.c.id).limit(MOST_PEOPLE)
    return tuple(as_contact(one) for one in tx.execute(people))
