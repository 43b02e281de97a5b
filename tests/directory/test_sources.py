"""Directories from elsewhere: files, databases, programs; slow, broken, missing and endless ones."""

from __future__ import annotations

import sqlite3
import sys
import time
from pathlib import Path

import pytest

from maild.directory.entries import Kind
from maild.directory.sources.command import CommandSource
from maild.directory.sources.file import FileSource
from maild.directory.sources.sql import SqlSource
from maild.errors import ConfigError, SourceUnavailable

CSV = "addresses,organisation,name\nada@acme.example,acme,Ada\n"
ADA = (Kind.CONTACT, "ada@acme.example")
QUERY = "SELECT mail AS addresses, house AS organisation, 'a%b:c' AS name, boss AS 'primary' FROM people ORDER BY mail"


def program(code: str, **more: float) -> CommandSource:
    return CommandSource("ldap", (sys.executable, "-c", code), **more)  # type: ignore[arg-type]  # a test's shorthand


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.db"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE people (mail TEXT, house TEXT, boss INTEGER)")
        db.execute(
            "INSERT INTO people VALUES ('Ada@acme.example a@acme.example', 'acme', 1), ('bob@acme.example', NULL, 0)"
        )
    db.close()
    return file


def test_a_program_prints_who_is_known() -> None:
    found = program(f"print({CSV!r}, end='')").fetch()
    assert list(found.entries) == [ADA] and found.kinds == {Kind.CONTACT}


def test_a_program_gets_no_shell_and_no_environment_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    code = "import os; print('addresses,name'); print('a@b.example,' + '|'.join(sorted(os.environ)))"
    (entry,) = program(code).fetch().entries.values()
    assert "PATH" in str(entry.fields["name"]) and "SECRET" not in str(entry.fields["name"])
    source = CommandSource(
        "x",
        (sys.executable, "-c", "import sys; print('addresses,name'); print('a@b.example,' + sys.argv[1])", "$(id);"),
    )
    (entry,) = source.fetch().entries.values()
    assert entry.fields["name"] == "$(id);"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (program("raise SystemExit(3)"), "ended with code 3"),
        (program("import time; time.sleep(60)", timeout=0.3), "took longer than 0.3 seconds"),
        (program("import os, time; os.close(1); time.sleep(60)", timeout=0.5), "took longer than 0.5 seconds"),
        (program("while True: print('x' * 9999)", largest=100_000), "prints more than 100000 bytes"),
        (CommandSource("ldap", ("/nowhere/ldap-to-csv",)), "cannot be started: No such file"),
        (FileSource("hr", Path("/nowhere/people.csv")), "No such file"),
        (SqlSource("hr", "sqlite:////nowhere/people.db", "SELECT 1"), "does not answer"),
    ],
    ids=["fails", "hangs", "hangs silently", "endless", "missing", "no file", "no database"],
)
def test_a_source_that_cannot_be_asked_may_be_asked_again(source: FileSource, told: str) -> None:
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match=told):
        source.fetch()
    assert time.monotonic() - began < 30


def test_what_a_program_started_ends_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    child = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}]).wait()"
    with pytest.raises(SourceUnavailable):
        program(code, timeout=3).fetch()
    until = time.monotonic() + 10
    while mark.exists() and Path(f"/proc/{mark.read_text()}").exists() and time.monotonic() < until:
        if "Z" in Path(f"/proc/{mark.read_text()}/stat").read_text().rpartition(")")[2].split()[0]:
            break
        time.sleep(0.05)
    assert mark.exists() and time.monotonic() < until


def test_a_database_is_asked_by_a_query(people: Path) -> None:
    found = SqlSource("hr", f"sqlite:///{people}", QUERY).fetch().entries
    assert [key for _, key in found] == ["ada@acme.example", "a@acme.example", "bob@acme.example"]
    ada = found[ADA].fields
    assert (ada["organisation"], ada["name"], ada["primary"]) == ("acme", "a%b:c", True)
    assert found[Kind.CONTACT, "bob@acme.example"].fields["organisation"] == ""


def test_a_database_is_never_written_to(people: Path) -> None:
    before = people.read_bytes()
    with pytest.raises(SourceUnavailable):
        SqlSource("hr", f"sqlite:///{people}", "DELETE FROM people RETURNING mail AS addresses").fetch()
    assert people.read_bytes() == before


def test_a_row_that_cannot_be_is_told_with_its_number(people: Path) -> None:
    source = SqlSource("hr", f"sqlite:///{people}", "SELECT 'info@a.example' AS addresses")
    with pytest.raises(ConfigError) as caught:
        source.fetch()
    assert "directory hr, row:1: column `addresses`" in str(caught.value)


def test_a_password_is_shown_nowhere() -> None:
    source = SqlSource("hr", "postgresql://reader@127.0.0.1:1/x", "SELECT 1", password="hunter2", timeout=2)
    with pytest.raises(SourceUnavailable) as caught:
        source.fetch()
    assert "hunter2" not in repr(source) + str(caught.value)


def test_a_driver_that_is_missing_is_told() -> None:
    with pytest.raises(ConfigError, match="is its driver installed"):
        SqlSource("hr", "nodb://reader@host/x", "SELECT 1").fetch()


@pytest.mark.parametrize("name", ["people.csv", "people.yaml", "people.txt"])
def test_a_file_is_read_by_its_ending(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(CSV if name.endswith(".csv") else "organisations: [{key: acme, name: Acme}]\n")
    if name.endswith(".txt"):
        with pytest.raises(ConfigError, match=r"end in \.csv"):
            FileSource("hr", file).fetch()
    else:
        assert FileSource("hr", file).fetch().entries
