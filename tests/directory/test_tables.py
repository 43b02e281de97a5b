"""CSV and YAML: every mistake with its place, and what was written is read exactly as it was."""

from __future__ import annotations

import csv
import io
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.cleaning import clean_header
from maild.directory import Directory, OrganisationRecord, PersonRecord
from maild.directory.csv import escaped, read_csv, unescaped, write_csv
from maild.directory.entries import Kind, directory_of, entries_of, of_kind, people_of
from maild.directory.tables import (
    CONTACT_COLUMNS,
    ORGANISATION_COLUMNS,
    rows_of_contacts,
    rows_of_organisations,
    wanted_of,
)
from maild.directory.written import write_yaml
from maild.directory.yaml_file import wanted_of_yaml
from maild.errors import ConfigError
from maild.model import Duty, Register

MISTAKES = (
    ("addresses,nme\nx@a.example,x\n", ":1: the column `nme` is not known here: did you mean `name`?"),
    ("adresses\nx@a.example\n", ":1: the first line names the columns"),
    ("adresses\nx@a.example\n", "did you mean `addresses`?"),
    ("addresses,name,name\nx@a.example,x,y\n", ":1: the column `name` stands here for the second time"),
    ('addresses,name\nada@a.example,"A\nB"\nx,y\n', ":4: column `addresses`: `x` is no mail address"),
    ("addresses\ninfo@a.example\n", ":2: column `addresses`: `info@a.example` is shared by several people"),
    (
        "addresses,register\nx@a.example,authorized\n",
        ":2: column `register`: `authorized` is not possible here: did you",
    ),
    ("addresses,primary\nx@a.example,perhaps\n", ":2: column `primary`: true or false is expected"),
    ("addresses,until\nx@a.example,2026-12-01T09:00\n", ":2: column `until`: the time needs a zone"),
    ("addresses\nx@a.example\nX@A.example\n", ":3: `x@a.example` stands in line 2 already"),
    ("addresses,name\nx@a.example\n", ":2: this row has 1 cells, and the first line names 2 columns"),
    ('addresses\n"x@a.example', ": this is no CSV"),
    ("key,name,seats\nacme,Acme,many\n", ":2: column `seats`: a whole number is expected here, not `many`"),
    ("key\nacme\n", ":2: `name` is missing here"),
    ("", ":1: the first line has to name the columns"),
    ("addresses,name\n,x\n", ":2: `addresses` is missing"),
)


@pytest.mark.parametrize(("text", "told"), MISTAKES)
def test_a_mistake_in_csv_is_told_with_its_line_and_column(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        wanted_of(read_csv(text.encode(), "people.csv"))
    assert told in str(caught.value) and str(caught.value).startswith("people.csv:")


def test_bytes_that_are_no_utf_8_are_told_with_their_line() -> None:
    with pytest.raises(ConfigError, match=r"people\.csv:3: this line is not UTF-8"):
        read_csv(b"addresses\nx@a.example\n\xff\n", "people.csv")


def test_all_mistakes_are_told_at_once_but_only_once() -> None:
    with pytest.raises(ConfigError) as caught:
        wanted_of(read_csv(b"addresses,register\ninfo@a.example,x\nb,registered\n", "p.csv"))
    assert [(one.line, "column" in one.message) for one in caught.value.problems] == [(2, True), (2, True), (3, True)]


def test_a_spreadsheets_own_manners_are_understood() -> None:
    raw = "\ufeffaddresses;name;primary\r\nada@a.example a@a.example;Archer, Ada;YES\r\n;;\r\n".encode()
    found = wanted_of(read_csv(raw, "p.csv")).entries
    assert [key for _, key in found] == ["ada@a.example", "a@a.example"]
    assert found[Kind.CONTACT, "ada@a.example"].fields["primary"] is True
    assert found[Kind.CONTACT, "a@a.example"].fields["primary"] is False
    assert found[Kind.CONTACT, "a@a.example"].fields["name"] == "Archer, Ada"


def test_a_mistake_in_yaml_is_told_with_line_and_column() -> None:
    house = b"organisations:\n  - key: acme\n    name: Acme\n    contacts:\n"
    raw = house + b"      - addresses: [a@a.example, info@a.example]\n"
    with pytest.raises(ConfigError, match=r"d\.yaml:5:34: `info@a\.example` is shared"):
        wanted_of_yaml(raw, "d.yaml")


# ---- round trips ---------------------------------------------------------------------------------

LINES = st.text(max_size=20) | st.sampled_from(
    ["=1+1", "'=x", "''@a", "@x", "-", "+49 30", "＝x", "a,b;c", 'a"b', "yes", "007"]
)
WORDS = st.sampled_from(["ada", "bob", "eve", "grace", "x", "night-shift"])
DOMAINS = st.sampled_from(["acme.example", "beta.example", "xn--mller-kva.example"])
PEOPLE = st.builds(
    lambda locals_, domain, **said: PersonRecord.model_validate(
        {"addresses": tuple(f"p-{one}@{domain}" for one in sorted(locals_)), **said}
    ),
    st.sets(WORDS, min_size=1, max_size=3),
    DOMAINS,
    name=LINES,
    register=st.sampled_from([Register.REGISTERED, Register.AUTHORISED, Register.INACTIVE]),
    language=st.sampled_from(["", "de"]),
    primary=st.booleans(),
    follows=st.booleans(),
    duties=st.sets(st.sampled_from(Duty)).map(tuple),
    until=st.none() | st.datetimes(timezones=st.just(UTC)),
)


def _distinct(people: list[PersonRecord]) -> tuple[PersonRecord, ...]:
    seen: set[str] = set()
    return tuple(one for one in people if not (set(one.addresses) & seen or seen.update(one.addresses)))


HOUSES = st.builds(
    lambda name, people, **said: OrganisationRecord(
        key="acme", name=clean_header(name).strip() or "Acme", contacts=people, **said
    ),
    LINES.filter(lambda text: len(text) > 1),
    st.lists(PEOPLE, max_size=4).map(_distinct),
    seats=st.none() | st.integers(0, 99),
    package=LINES,
    account_manager=st.just("") | WORDS,
    systems=st.lists(st.sampled_from(["de-12-srv-0042", "https://a.example/?x=1", "=cmd", "ü"]), unique=True).map(
        tuple
    ),
    escalation=st.lists(WORDS, unique=True, max_size=3).map(tuple),
    domains=st.lists(DOMAINS, unique=True).map(tuple),
)


@settings(max_examples=60)
@given(HOUSES)
def test_csv_of_contacts_and_organisations_is_read_as_it_was_written(house: OrganisationRecord) -> None:
    whole = entries_of(Directory(organisations=(house,)))
    for columns, rows in (
        (CONTACT_COLUMNS, rows_of_contacts(people_of(whole))),
        (ORGANISATION_COLUMNS, rows_of_organisations(of_kind(whole, Kind.ORGANISATION))),
    ):
        text = write_csv(columns, rows)
        found = wanted_of(read_csv(text.encode(), "x.csv"))
        assert dict(found.entries) == {ref: one for ref, one in whole.items() if ref[0] in found.kinds}
        if Kind.CONTACT in found.kinds:
            assert write_csv(columns, rows_of_contacts(people_of(found.entries))) == text


@settings(max_examples=60)
@given(HOUSES)
def test_yaml_is_read_as_it_was_written(house: OrganisationRecord) -> None:
    whole = entries_of(Directory(organisations=(house,)))
    text = write_yaml(directory_of(whole))
    found = wanted_of_yaml(text.encode(), "x.yaml").entries
    assert found == whole and write_yaml(directory_of(found)) == text


@given(LINES)
def test_no_cell_is_a_formula_and_escaping_is_undone(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_what_a_spreadsheet_sees_of_a_formula_is_a_text() -> None:
    person = PersonRecord.model_validate({"addresses": ("ada@a.example",), "name": "=HYPERLINK(1)"})
    text = write_csv(CONTACT_COLUMNS, rows_of_contacts([("acme", person)]))
    assert next(csv.DictReader(io.StringIO(text)))["name"] == "'=HYPERLINK(1)"


@given(st.binary(max_size=200) | st.text(alphabet="addresses,name;\"\n\r'=@. x", max_size=60).map(str.encode))
def test_whatever_the_bytes_are_a_table_comes_out_or_sentences(raw: bytes) -> None:
    try:
        wanted_of(read_csv(raw, "x.csv"))
    except ConfigError as error:
        assert error.problems
