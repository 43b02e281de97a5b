"""Hashed passwords: what may stand in a file of users, and the command that makes it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smtp_peer import cheap_hash
from typer.testing import CliRunner

from maild.cli.password import app
from maild.ingest.smtp.passwords import hashed, read_hash

REFUSED = [
    "",
    "secret",
    "$scrypt$ln=14,r=8,p=5$c2FsdHNhbHQ",
    "$scrypt$ln=9,r=8,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA",
    "$scrypt$ln=20,r=8,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA",
    "$scrypt$ln=14,r=99,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA",
    "$scrypt$ln=14,r=8,p=99$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA",
    "$scrypt$ln=16,r=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA",
    "$scrypt$ln=14,r=0,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA",
    "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_hash_or_would_cost_too_much_is_refused(text: str) -> None:
    assert read_hash(text) is None


@given(
    st.text(max_size=100)
    | st.builds(
        "$scrypt$ln={},r={},p={}${}${}".format, *[st.integers(0, 30)] * 3, *[st.text("aA1+/=", max_size=90)] * 2
    )
)
def test_any_text_is_a_hash_or_none(text: str) -> None:
    found = read_hash(text)
    assert found is None or read_hash(str(found)) == found


@settings(max_examples=30)
@given(st.text(max_size=40))
def test_a_hash_knows_its_password_and_no_other(password: str) -> None:
    written = read_hash(str(cheap_hash(password)))
    assert written is not None
    assert written.matches(password)
    assert not written.matches(f"{password}x")


def test_two_hashes_of_one_password_differ() -> None:
    first, second = hashed("correct horse"), hashed("correct horse")
    assert first != second and first.matches("correct horse") and second.matches("correct horse")


def test_the_command_prints_the_line_of_a_user() -> None:
    done = CliRunner().invoke(app, ["anna"], input="correct horse\nmore\n")
    name, _, written = done.stdout.strip().partition(":")
    found = read_hash(written)
    assert (done.exit_code, name) == (0, "anna")
    assert found is not None and found.matches("correct horse")
    assert "correct horse" not in done.output


@pytest.mark.parametrize(
    ("name", "secret"), [("anna", b""), ("anna", b"short\n"), ("#anna", b"x" * 9), (" ", b"x" * 9)]
)
def test_the_command_refuses_what_could_not_work(name: str, secret: bytes) -> None:
    done = CliRunner().invoke(app, [name], input=secret)
    assert done.exit_code != 0 and done.stdout == ""
