"""What a type alone cannot say about directory.yaml: names that nobody has, things that may be there only once.

In: the typed directory and the `Document` it came from; out: problems with their lines. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maild.directory import Directory
from maild.directory.contradictions import Contradiction, contradictions
from maild.directory.entries import Kind, entries_of
from maild.directory.yaml_file import Place, doubles, places_of
from maild.errors import Problem
from maild.yaml.file import Document
from maild.yaml.suggest import did_you_mean

OF_STAFF = frozenset({"account_manager", "escalation"})


def directory_problems(directory: Directory, document: Document) -> Iterator[Problem]:
    """Keys, names and addresses lead to one organisation, one person; and nothing contradicts itself."""
    twice = list(doubles(directory, document))
    yield from twice or _contradictions(directory, document)


def desk_problems(directory: Directory, document: Document, desks: Sequence[str]) -> Iterator[Problem]:
    """Desks of staff that do not exist."""
    for at, member in enumerate(directory.staff):
        for number, desk in enumerate(member.desks):
            if desk not in desks:
                message = f"there is no desk `{desk}`{did_you_mean(desk, desks)}"
                yield document.problem(message, "staff", at, "desks", number)


def _contradictions(directory: Directory, document: Document) -> Iterator[Problem]:
    places = places_of(directory)
    for one in contradictions(entries_of(directory)):
        if one.field in OF_STAFF and not (directory.staff or directory.teams):
            continue  # staff come from elsewhere; the register knows them
        yield document.problem(one.message, *_exactly(document, places[one.ref], one))


def _exactly(document: Document, place: Place, one: Contradiction) -> Place:
    """The place of the very field, where it is written."""
    start = place[:-2] if one.ref[0] is Kind.CONTACT else place
    field = (*start, one.field)
    return field if document.place(field) != document.place(start) else place
