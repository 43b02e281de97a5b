"""YAML written like directory.yaml -> `Wanted`, each mistake as file:line:column. Pure.

The file may be a part of what is known: that it names somebody who is not in it is judged by the register.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from maild.directory.entries import Kind, Ref, Wanted, entries_of
from maild.directory.records import Directory, StaffRecord, TeamRecord
from maild.errors import ConfigError, Problem
from maild.yaml.file import Document, Step, parse
from maild.yaml.problems import build

Place: TypeAlias = tuple[Step, ...]


def wanted_of_yaml(raw: bytes, file: str) -> Wanted:
    """Everything in it: organisations with contacts, staff, teams. Raises ConfigError."""
    document = parse(raw, file)
    directory = build(document if document.value is not None else Document(file, {}, document.root), Directory)
    problems = tuple(doubles(directory, document))
    if problems:
        raise ConfigError(*problems)
    places = {ref: document.place(path) for ref, path in places_of(directory).items()}
    return Wanted(
        entries_of(directory), places={ref: f"{file}:{place.line}:{place.column}" for ref, place in places.items()}
    )


def doubles(directory: Directory, document: Document) -> Iterator[Problem]:
    """Keys, names and addresses lead to one organisation, one person: what stands there twice."""
    seen: dict[tuple[str, str], Place] = {}
    for kind, value, path in _identities(directory):
        first = seen.setdefault((kind, value), path)
        if first != path:
            line = document.place(first).line
            yield document.problem(f"the {kind} `{value}` stands in line {line} already", *path)


def places_of(directory: Directory) -> dict[Ref, Place]:
    """Where each entry stands in the file's values."""
    places: dict[Ref, Place] = {(Kind.TEAM, one.name): ("teams", at) for at, one in enumerate(directory.teams)}
    places |= {(Kind.STAFF, one.name): ("staff", at) for at, one in enumerate(directory.staff)}
    places |= {(Kind.ORGANISATION, one.key): ("organisations", at) for at, one in enumerate(directory.organisations)}
    return places | {(Kind.CONTACT, address): path for address, path in _addresses(directory)}


def _identities(directory: Directory) -> Iterator[tuple[str, str, Place]]:
    for at, organisation in enumerate(directory.organisations):
        yield "key", organisation.key, ("organisations", at, "key")
        for number, domain in enumerate(organisation.domains):
            yield "domain", domain, ("organisations", at, "domains", number)
    yield from (("address", address, path) for address, path in _addresses(directory))
    colleagues: tuple[tuple[str, tuple[StaffRecord | TeamRecord, ...]], ...] = (
        ("staff", directory.staff),
        ("teams", directory.teams),
    )
    for group, records in colleagues:
        for at, one in enumerate(records):
            yield "name", one.name, (group, at, "name")
            yield "address", one.address, (group, at, "address")


def _addresses(directory: Directory) -> Iterator[tuple[str, Place]]:
    for at, organisation in enumerate(directory.organisations):
        for number, person in enumerate(organisation.contacts):
            for place, address in enumerate(person.addresses):
                yield address, ("organisations", at, "contacts", number, "addresses", place)
