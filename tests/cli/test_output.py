"""What reaches a terminal obeys us, not the sender of a mail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.cli import output
from maild.cli.output import age, listing, plain, safe, safe_lines, to_json, when
from maild.model import Address
from tests.cli.site import a_mail, maild, raw

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("\x1b]0;owned\x07title", "]0;owned title"),
        ("a\rb\nc", "a b c"),
        ("\x9b2Jgone", "2Jgone"),
        ("exe.\u202efdp", "exe.fdp"),
        ("\u2066x\u2069", "x"),
        ("Grüße 你好", "Grüße 你好"),
    ],
)
def test_a_subject_cannot_command_a_terminal(given_text: str, shown: str) -> None:
    assert safe(given_text) == shown


@given(st.text())
def test_no_text_at_all_brings_a_control_character_to_the_screen(text: str) -> None:
    assert safe(text).isprintable() or not any(char < " " or "\x7f" <= char <= "\x9f" for char in safe(text))
    assert not any((char < " " and char != "\n") or "\x7f" <= char <= "\x9f" for char in safe_lines(text))


@given(st.text())
def test_json_says_what_it_was_given_and_shows_nothing_a_terminal_obeys(text: str) -> None:
    printed = to_json({"subject": text})
    assert json.loads(printed) == {"subject": text}
    assert not any(char < " " or "\x7f" <= char <= "\x9f" or "\u202a" <= char <= "\u202e" for char in printed)


def test_parsing_a_mail_with_escape_sequences_prints_none(tmp_path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(b"From: a@b.example\r\nSubject: =?utf-8?b?G1szMW1yZWQ=?=\r\n\r\nplain \x1b[2J text\r\n")
    assert "\x1b" not in maild("parse", mail).out + maild("parse", "--json", mail).out


def test_a_time_is_shown_with_its_zone() -> None:
    assert when(NOW).split()[-1].isalpha()
    assert when(None) == ""
    assert plain(NOW) == "2026-11-20T09:00:00+00:00"
    assert plain([timedelta(hours=8, milliseconds=700)]) == [28800]


@pytest.mark.parametrize(("ago", "told"), [(5, "5 s"), (90, "1 min"), (7300, "2 h"), (200_000, "2 d"), (-10, "0 s")])
def test_an_age_is_told_in_the_largest_fitting_unit(ago: int, told: str) -> None:
    assert age(NOW - timedelta(seconds=ago), NOW) == told


ROWS = (Address("[bold]Ada[/bold]", "ada@acme.example"), Address("Eve\x1b[2J\tTab", "eve@x.example"))
COLUMNS = {"name": lambda one: one.name, "address": lambda one: one.address}


def test_a_piped_table_is_cells_between_tabs(capsys) -> None:
    listing(ROWS, COLUMNS, as_json=False)
    assert capsys.readouterr().out == "[bold]Ada[/bold]\tada@acme.example\nEve [2J Tab\teve@x.example\n"


def test_a_table_on_a_terminal_takes_nothing_in_a_cell_for_markup(capsys, monkeypatch) -> None:
    monkeypatch.setattr(output, "on_terminal", lambda: True)
    listing(ROWS, COLUMNS, as_json=False)
    shown = capsys.readouterr().out
    assert "[bold]Ada[/bold]" in shown and "\x1b" not in shown


def test_an_empty_listing_is_valid_json(capsys) -> None:
    listing((), COLUMNS, as_json=True)
    assert json.loads(capsys.readouterr().out) == []


def test_raw_bytes_never_become_json() -> None:
    assert "raw" not in plain(maild("--version"))
    assert raw(a_mail())
