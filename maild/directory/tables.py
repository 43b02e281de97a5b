"""Rows with named columns -> entries: the same for CSV files, databases, programs, and words on the command line.

In: a `Table` of texts; out: `Wanted`, or `ConfigError` with each mistake by its row and column. Lists are words with
blanks between them, yes and no are written so, an empty cell says nothing. A table holds contacts, one person a row,
if it has a column `addresses`, and organisations if it has a column `key`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import Field

from maild.directory.entries import Entry, Kind, Ref, Value, Wanted, of_organisation, of_people
from maild.directory.plan import shown
from maild.directory.records import NAME, OrganisationRecord, PersonRecord, Record
from maild.errors import ConfigError, Problem
from maild.yaml.file import Document, Step
from maild.yaml.problems import build
from maild.yaml.suggest import did_you_mean

T = TypeVar("T", bound=Record)
MOST_ROWS = 200_000
MOST_PROBLEMS = 50


class PersonRow(PersonRecord):
    """One person, with the organisation they belong to."""

    organisation: str = Field(
        default="", pattern=rf"^$|{NAME}", description="Key of the organisation they belong to; empty for none."
    )

    @property
    def person(self) -> PersonRecord:
        """The person alone."""
        return PersonRecord.model_validate(self.model_dump(by_alias=True, exclude={"organisation"}))


class OrganisationRow(OrganisationRecord):
    """A customer, without its people."""


CONTACT_COLUMNS = (
    "organisation",
    "name",
    "addresses",
    "register",
    "language",
    "primary",
    "follows",
    "duties",
    "until",
)
ORGANISATION_COLUMNS = (
    "key",
    "name",
    "domains",
    "seats",
    "package",
    "account_manager",
    "systems",
    "escalation",
)
STAFF_COLUMNS = ("name", "address", "title", "desks", "teams")
COLUMNS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {Kind.CONTACT: CONTACT_COLUMNS, Kind.ORGANISATION: ORGANISATION_COLUMNS, Kind.STAFF: STAFF_COLUMNS}
)
TRUTH = MappingProxyType({"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False})
FLAGS = frozenset({"primary", "follows"})
LISTS = frozenset({"addresses", "duties", "domains", "systems", "escalation", "desks", "teams"})
NUMBERS = frozenset({"seats"})


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, rows, and for each row the line it starts in; `file` is named in messages."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def problem(self, message: str, row: int | None = None, column: str = "") -> Problem:
        line = self.lines[row] if row is not None and row < len(self.lines) else 1
        return Problem(self.file, line, 0, f"column `{column}`: {message}" if column else message)


def wanted_of(table: Table) -> Wanted:
    """The entries of a table of contacts or organisations. Raises ConfigError."""
    kind = _kind_of(table)
    _check_columns(table, kind)
    read = {Kind.CONTACT: _contacts, Kind.ORGANISATION: _organisations}[kind]
    entries: dict[Ref, Entry] = {}
    places: dict[Ref, str] = {}
    problems: list[Problem] = []
    for row, entry in read(table):
        if entry.ref in entries:
            problems.append(table.problem(f"`{entry.key}` stands in line {places[entry.ref]} already", row))
        entries[entry.ref] = entry
        places[entry.ref] = str(table.lines[row])
    if problems:
        raise ConfigError(*problems[:MOST_PROBLEMS])
    named = {ref: f"{table.file}:{line}" for ref, line in places.items()}
    return Wanted(entries, frozenset({kind}), named)


def record_of(kind: type[T], said: Mapping[str, str], file: str) -> T:
    """One record from words. Raises ConfigError that names `file` and the word."""
    table = Table(file, tuple(said), (tuple(said.values()),), (0,))
    (record,) = _records(table, kind)
    return record


def cell(value: Value) -> str:
    """A value as it stands in a table."""
    return "" if value is None or value == () or value == "" else shown(value)


def _kind_of(table: Table) -> Kind:
    if "addresses" in table.columns:
        return Kind.CONTACT
    if "key" in table.columns:
        return Kind.ORGANISATION
    near = next((f"`{one}`{hint}" for one in table.columns if "did you mean" in (hint := _hint(one))), "")
    hint = f"; {near}" if near else ""
    raise ConfigError(
        table.problem(f"the first line names the columns: `addresses` for contacts, `key` for organisations{hint}")
    )


def _hint(column: str) -> str:
    return did_you_mean(column, ("addresses", "key"))


def _check_columns(table: Table, kind: Kind) -> None:
    known, problems = COLUMNS[kind], []
    for at, column in enumerate(table.columns):
        if column not in known:
            problems.append(table.problem(f"the column `{column[:60]}` is not known here{did_you_mean(column, known)}"))
        elif column in table.columns[:at]:
            problems.append(table.problem(f"the column `{column}` stands here for the second time: keep one"))
    if problems:
        raise ConfigError(*problems[:MOST_PROBLEMS])


def _contacts(table: Table) -> Iterator[tuple[int, Entry]]:
    for row, record in enumerate(_records(table, PersonRow)):
        yield from ((row, entry) for entry in of_people(record.organisation, [record.person]))


def _organisations(table: Table) -> Iterator[tuple[int, Entry]]:
    for row, record in enumerate(_records(table, OrganisationRow)):
        yield row, of_organisation(record)


def _records(table: Table, kind: type[T]) -> tuple[T, ...]:
    values = [_said(table.columns, row) for row in table.rows]
    try:
        return build(_Rows(table.file, values, None, table), tuple[kind, ...])  # type: ignore[valid-type]  # made at run time
    except ConfigError as error:
        raise ConfigError(*error.problems[:MOST_PROBLEMS]) from None


def _said(columns: Sequence[str], row: Sequence[str]) -> dict[str, Any]:
    return {column: _value(column, text) for column, text in zip(columns, row, strict=True) if text.strip()}


def _value(column: str, text: str) -> Any:
    """What a cell holds; a text that fits nowhere stays one, and is told as what it is."""
    if column in LISTS:
        return text.split()
    if column in FLAGS:
        return TRUTH.get(text.strip().casefold(), text)
    if column in NUMBERS and text.strip().isascii() and text.strip().isdecimal() and len(text) < 20:
        return int(text)
    return text.strip()


@dataclass(frozen=True)
class _Rows(Document):
    """A table where a file of values is expected: problems name row and column."""

    table: Table

    def problem(self, message: str, *path: Step, of_key: bool = False) -> Problem:  # noqa: ARG002 - as in Document
        row, column = ([*path, 0, ""][:2]) if len(path) > 1 else ([*path, 0][0], "")
        return self.table.problem(message, row if isinstance(row, int) else None, str(column))


def rows_of_contacts(people: Iterable[tuple[str, PersonRecord]]) -> Iterator[tuple[str, ...]]:
    """People as rows of a table of contacts."""
    for organisation, person in people:
        said = {"organisation": organisation, "register": person.register, **person.model_dump(exclude={"state"})}
        yield tuple(cell(said[column]) for column in CONTACT_COLUMNS)


def rows_of_organisations(organisations: Iterable[Entry]) -> Iterator[tuple[str, ...]]:
    """Organisations as rows of a table."""
    for one in organisations:
        yield tuple(cell({"key": one.key, **one.fields}[column]) for column in ORGANISATION_COLUMNS)
