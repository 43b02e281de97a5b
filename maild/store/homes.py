"""Whose is a mail domain, and who speaks for an organisation? Domains in, homes out; organisations in, principals out.

A home is the organisation that alone owns a domain, with its registered people.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, or_, select

from maild.model import Contact, Organisation, Register
from maild.store.among import among
from maild.store.register.looking import as_organisation
from maild.store.rows import CONTACT, AnyRow, as_contact, rows_among
from maild.store.schema import contact, organisation

MOST_PEOPLE = 50
_REGISTERED = contact.c.register.in_((Register.REGISTERED, Register.AUTHORISED))
_PRINCIPALS = (
    select(*CONTACT)
    .where(among(contact.c.organisation), _REGISTERED)
    .where(or_(contact.c.register == Register.AUTHORISED, contact.c.follows))
    .order_by(contact.c.organisation, contact.c.id)
)


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


def principals_of(tx: Connection, organisations: Collection[str]) -> dict[str, tuple[Contact, ...]]:
    """By organisation: who may instruct for it, and who follows it."""
    found = map(as_contact, rows_among(tx, _PRINCIPALS, organisations))
    return {key: tuple(people)[:MOST_PEOPLE] for key, people in groupby(found, lambda one: one.organisation)}


def _home(tx: Connection, row: AnyRow) -> Home:
    return Home(as_organisation(row), _people(tx, row.key))


def _people(tx: Connection, key: str) -> tuple[Contact, ...]:
    named = select(*CONTACT).where(contact.c.organisation == key, _REGISTERED)
    people = named.order_by(contact.c.id).limit(MOST_PEOPLE)
    return tuple(as_contact(one) for one in tx.execute(people))
