"""Directories for tests; each test overrides what it is about."""

from __future__ import annotations

from typing import Any

from maild.directory import Directory, OrganisationRecord, PersonRecord
from maild.directory.entries import Entries, Wanted, entries_of


def a_person(address: str = "ada@acme.example", *further: str, **said: Any) -> PersonRecord:
    return PersonRecord.model_validate({"addresses": (address, *further), **said})


def a_house(*people: PersonRecord, key: str = "acme", **said: Any) -> OrganisationRecord:
    return OrganisationRecord.model_validate({"key": key, "name": key.title(), "contacts": people, **said})


def entries(*organisations: OrganisationRecord, **more: Any) -> Entries:
    return entries_of(Directory(organisations=organisations, **more))


def wanted(*organisations: OrganisationRecord, **more: Any) -> Wanted:
    return Wanted(entries(*organisations, **more))
