"""erase, hold and access: what they say, what they refuse, and that staff read nothing unseen."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from maild.errors import ExitCode, StoreUnavailable
from maild.store import access
from tests.cli.site import Site

GRACE = ("--as", "grace")
ADA = "ada@acme.example"


def log(site: Site, *words: str) -> list[tuple[str, int | None, str, str]]:
    rows = site.maild("access", "list", "--json", *words).json
    return [(row["actor"], row["ticket"], row["what"], row["detail"]) for row in rows]


def database(site: Site) -> Path:
    return next(site.folder.rglob("*.db"))


def test_every_look_at_a_ticket_is_in_the_log(busy: Site) -> None:
    busy.maild("show", "1001", *GRACE)
    busy.maild("show", "1001", "--html", busy.folder / "t.html")
    busy.maild("workflow", "show", "1001", *GRACE)
    assert log(busy) == [
        ("grace", 1001, "read", "workflow show"),
        ("nobody-in-particular", 1001, "export", "show"),
        ("grace", 1001, "read", "show"),
    ]
    assert [row[0] for row in log(busy, "--as", "grace")] == ["grace", "grace"]
    assert len(log(busy, "--ticket", "SD-1001")) == len(log(busy, "--person", ADA)) == 3
    assert log(busy, "--person", "nobody@nowhere.example") == []


def test_a_look_at_a_ticket_that_is_not_theirs_to_see_is_none(busy: Site) -> None:
    assert busy.maild("show", "4711", *GRACE).code == ExitCode.NO_INPUT
    assert log(busy) == []


def test_a_look_that_cannot_be_written_down_does_not_happen(busy: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise StoreUnavailable("read only")

    monkeypatch.setattr(access, "note", full)
    refused = busy.maild("show", "1001", *GRACE)
    assert (refused.code, refused.out) == (ExitCode.TEMPORARY, "")
    assert "nothing is shown" in refused.err
    operator = busy.maild("show", "1001")
    assert operator.code == 0 and "It burns." in operator.out
    assert "not in the access log" in operator.err


def test_a_report_is_an_export(busy: Site) -> None:
    assert busy.maild("report", "--organisation", "acme", *GRACE).code == 0
    assert log(busy) == [("grace", None, "export", "report of acme")]


def test_a_person_is_erased_with_a_certificate(busy: Site) -> None:
    dry = busy.maild("erase", "--person", ADA, "--dry-run")
    assert dry.code == 0 and "Nothing is erased" in dry.out and "articles" in dry.out
    assert "It burns." in busy.maild("show", "1001").out
    done = busy.maild("erase", "--person", ADA.upper(), "--why", "by letter", *GRACE)
    assert done.code == 0, done.err
    for said in ("Certificate of erasure 1", "by letter", "grace", "1001", "hash of the chain"):
        assert said in done.out
    assert ADA not in done.out and "compact" not in done.out
    assert "still to do: the directory" in done.out and "backups" not in done.out
    shown = busy.maild("show", "1001")
    assert shown.code == 0 and "It burns." not in shown.out and ADA not in shown.out
    assert b"It burns." not in database(busy).read_bytes()
    assert [row[2] for row in log(busy, "--person", ADA)] == ["read", "erase", "read"]


def test_copies_of_the_database_are_named(busy: Site) -> None:
    assert busy.maild("backup").code == 0
    old = database(busy).with_name("maild.db.before-0011-was-0010")
    old.write_bytes(b"old")
    done = busy.maild("erase", "--ticket", "1001", "--quick")
    assert f"{old.name} is a copy" in done.out and "1 backups still hold it" in done.out
    assert "run `maild erase compact`" in done.out


def test_the_chain_is_verified_and_a_change_is_seen(busy: Site) -> None:
    assert busy.maild("erase", "--ticket", "SD-1001", "--quick", "--json").json["record"]["tickets"] == [1001]
    assert busy.maild("erase", "verify").out == "1 erasures, and the chain holds\n"
    assert [row["kind"] for row in busy.maild("erase", "list", "--json").json] == ["ticket"]
    assert busy.maild("erase", "compact").code == 0
    with sqlite3.connect(database(busy)) as db:
        db.execute("UPDATE erasure SET why = 'another'")
    db.close()
    changed = busy.maild("erase", "verify", "--json")
    assert changed.code == ExitCode.FINDING and "was changed" in changed.json["faults"][0]


def test_a_held_ticket_is_refused_until_it_is_released(busy: Site) -> None:
    assert busy.maild("hold", "1001").code == ExitCode.USAGE
    assert busy.maild("hold", "1001", "--why", "court case", *GRACE, "--json").json[0]["why"] == "court case"
    for words in (("--person", ADA), ("--ticket", "1001")):
        refused = busy.maild("erase", *words)
        assert refused.code == ExitCode.NO_PERMISSION and "1001" in refused.err and refused.err.count("\n") == 1
    assert "court case" in busy.maild("hold").out
    assert busy.maild("hold", "1001", "--release").code == 0
    assert busy.maild("hold", "1001", "--release").code == ExitCode.NO_INPUT
    trail = busy.maild("audit", "--json").json
    assert [(one["actor"], one["what"]) for one in trail if one["kind"] == "ticket"] == [
        ("nobody-in-particular", "released"),
        ("grace", "held"),
    ]
    assert busy.maild("erase", "--ticket", "1001", "--quick").code == 0


def test_words_come_from_a_pipe_or_a_file(busy: Site) -> None:
    article = str(busy.maild("show", "1001", "--json").json["articles"][0]["id"])
    of = ("erase", "--text", "1001", "--article", article, "--quick", "--words")
    assert busy.maild(*of, "-", stdin="It burns\n\n").code == 0
    assert "[erased]." in busy.maild("show", "1001").out
    again = busy.maild(*of, busy.write("words", b"It burns\n"))
    assert again.code == ExitCode.USAGE and "none of these words" in again.err
    assert busy.maild(*of, "-", stdin="\n").code == ExitCode.USAGE


@pytest.mark.parametrize("words", [(), ("--person", ADA, "--ticket", "1001"), ("--text", "1001"), ("--person", "ada")])
def test_an_order_that_is_not_clear_erases_nothing(busy: Site, words: tuple[str, ...]) -> None:
    assert busy.maild("erase", *words).code == ExitCode.USAGE
    assert busy.maild("erase", "list", "--json").json == []
