"""archive: what went, what is looked after, what comes back and at what price; and what others say of it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from maild.errors import ExitCode
from tests.cli.site import Site, a_mail, raw
from tests.cli.test_erase import database, log

GRACE = ("--as", "grace")
ADA = "ada@acme.example"
PLACE = "service/1970/SD-1001.zip"


def sql(site: Site, statement: str) -> None:
    with closing(sqlite3.connect(database(site))) as db, db:
        db.execute(statement)


def file_of(site: Site) -> Path:
    return site.folder / "config" / "var" / "archive" / PLACE


@pytest.fixture(scope="session")
def long_ago(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada's ticket was settled long ago, at a desk that archives and has a price; to be copied."""
    site = Site(tmp_path_factory.mktemp("long-ago"))
    shutil.copytree(furnished, site.folder, dirs_exist_ok=True)
    with (site.folder / "config/desks/service.yaml").open("a") as file:
        file.write("\nlife_cycle: {reopen_days: 30}\nretention: {months: 1200, archive: {months: 12, price: 14 EUR}}\n")
    assert site.maild("reload").code == 0
    site.take_in(raw(a_mail(subject="Platform DOWN", Message_ID="<ada-1@acme.example>", Cc="bob@acme.example")))
    sql(site, "UPDATE ticket SET status = 'closed', settled_at = 0")
    sql(site, "UPDATE outbox_entry SET state = 'sent', due_at = NULL")
    sql(site, "UPDATE inbox_entry SET prove_at = NULL")
    return site.folder


@pytest.fixture
def old(bare: Site, long_ago: Path) -> Site:
    shutil.copytree(long_ago, bare.folder, dirs_exist_ok=True)
    return bare


@pytest.fixture
def archived(old: Site) -> Site:
    done = old.maild("archive", "run")
    assert (done.code, done.err) == (0, "") and PLACE in done.out
    return old


def test_what_would_go_is_said_and_then_it_goes(old: Site) -> None:
    dry = old.maild("archive", "run", "--dry-run", "--json", "--desk", "service")
    assert dry.code == 0
    assert [(one["number"], one["place"]) for one in dry.json] == [("SD-1001", "")] and not file_of(old).exists()
    assert "It burns." in old.maild("show", "1001").out
    done = old.maild("archive", "run", "--json")
    assert (done.code, [one["place"] for one in done.json]) == (0, [PLACE]) and file_of(old).exists()
    assert old.maild("archive", "run", "--json").json == []
    assert old.maild("archive", "run", "--desk", "nowhere").code == ExitCode.NO_INPUT


def test_one_that_cannot_go_is_a_finding(old: Site) -> None:
    sql(old, "UPDATE raw_mail SET sha256 = 'no'")
    done = old.maild("archive", "run")
    assert (done.code, done.out) == (ExitCode.FINDING, "") and "SD-1001 stays" in done.err


def test_whoever_looks_is_told_where_it_lies(archived: Site) -> None:
    shown = archived.maild("show", "1001")
    assert "It burns." not in shown.out and "── article" not in shown.out
    assert PLACE in shown.out and "`maild archive return SD-1001` brings them back" in shown.out
    assert archived.maild("show", "1001", "--json").json["archive"]["place"] == PLACE
    refused = archived.maild("show", "1001", "--html", archived.folder / "t.html")
    assert refused.code == ExitCode.USAGE and "lies in the archive" in refused.err


def test_archives_are_listed_by_desk_and_customer(archived: Site) -> None:
    (one,) = archived.maild("archive", "list", "--json").json
    assert (one["number"], one["state"], one["here"], one["returned_at"]) == ("SD-1001", "archived", True, None)
    assert "\tarchived\t" in archived.maild("archive", "list", "--organisation", "acme").out
    for none in (("--organisation", "beta"), ("--desk", "billing")):
        assert archived.maild("archive", "list", "--json", *none).json == []
    sql(archived, "UPDATE staff SET desks = '[\"billing\"]' WHERE name = 'grace'")
    assert archived.maild("archive", "list", "--json", *GRACE).json == []
    file_of(archived).unlink()
    assert "not in the folder" in archived.maild("archive", "list").out


def test_files_are_verified(archived: Site, tmp_path: Path) -> None:
    good = archived.maild("archive", "verify", "--json", *GRACE)
    assert good.code == 0 and [(one["opened"], one["problem"]) for one in good.json] == [(True, "")]
    assert log(archived)[0] == ("grace", None, "read", "archive verify")
    (stray := file_of(archived).with_name("SD-9.zip")).write_bytes(b"PK")
    assert "of no ticket here" in archived.maild("archive", "verify").out
    assert archived.maild("archive", "verify", "1001").code == 0
    stray.unlink()
    away = tmp_path / "tape" / PLACE
    away.parent.mkdir(parents=True)
    file_of(archived).rename(away)
    gone = archived.maild("archive", "verify")
    assert gone.code == ExitCode.FINDING and "is not there" in gone.out
    assert archived.maild("archive", "verify", "--folder", tmp_path / "tape").code == 0
    away.write_bytes(away.read_bytes() + b"x")
    changed = archived.maild("archive", "verify", "SD-1001", "--folder", tmp_path / "tape", "--json")
    assert changed.code == ExitCode.FINDING and "SHA-256" in changed.json[0]["problem"]
    assert archived.maild("archive", "verify", "4711").code == ExitCode.NO_INPUT


def test_a_ticket_comes_back_free_for_a_reason(archived: Site) -> None:
    refused = archived.maild("archive", "return", "1001", *GRACE)
    assert refused.code == ExitCode.USAGE and "14 EUR" in refused.err and "--free" in refused.err
    assert log(archived) == []
    done = archived.maild("archive", "return", "1001", "--free", "our own mistake", "--json", *GRACE)
    assert done.code == 0 and done.json["number"] == "SD-1001"
    shown = archived.maild("show", "1001")
    assert "It burns." in shown.out and "brought back, free: our own mistake" in shown.out
    assert ("grace", 1001, "read", "archive return") in log(archived)
    assert archived.maild("archive", "list", "--json").json[0]["state"] == "brought back"
    assert archived.maild("archive", "return", "1001", "--free", "x").code == ExitCode.NO_INPUT


def test_the_estimate_must_be_approved_and_of_the_same_customer(archived: Site) -> None:
    for customer, fields, said in (
        ("acme", "[]", "none"),
        ("acme", '[["estimate", "waiting"]]', "waiting"),
        ("beta", '[["estimate", "approved"]]', "another customer"),
    ):
        _another(archived, customer, fields)
        refused = archived.maild("archive", "return", "1001", "--agreed", "2001")
        assert refused.code == ExitCode.USAGE and said in refused.err
    _another(archived, "acme", '[["estimate", "approved"]]')
    assert archived.maild("archive", "return", "1001", "--agreed", "2001").out == "SD-1001 is back\n"
    assert "as agreed here, ticket 1001" in archived.maild("show", "2001").out
    assert "as agreed on SD-2001, for 14 EUR" in archived.maild("show", "1001").out


def _another(site: Site, customer: str, fields: str) -> None:
    """Ticket 2001, by somebody of a customer, and how its estimate stands."""
    columns = "prefix, desk, title, status, priority, created_at, changed_at, tags"
    for one in (
        "DELETE FROM participant WHERE ticket_id = 2001",
        f"INSERT OR REPLACE INTO ticket (id, {columns}, fields)"
        f" VALUES (2001, 'SD', 'service', 'x', 'open', 3, 0, 0, '[]', '{fields}')",
        f"INSERT OR IGNORE INTO organisation (key, name) VALUES ('{customer}', '{customer}')",
        f"INSERT OR IGNORE INTO contact (id, address, register, organisation, created_at)"
        f" VALUES ({900 + len(customer)}, 'x@{customer}.example', 'registered', '{customer}', 0)",
        f"INSERT INTO participant (ticket_id, contact_id, role)"
        f" SELECT 2001, id, 'requester' FROM contact WHERE address = 'x@{customer}.example'",
    ):
        sql(site, one)


def test_an_archive_that_was_carried_off_is_named_by_an_erasure_and_comes_back_without_them(
    archived: Site, tmp_path: Path
) -> None:
    file_of(archived).rename(away := tmp_path / "away.zip")
    sql(archived, "UPDATE participant SET role = 'cc'")
    sql(
        archived,
        "UPDATE participant SET role = 'requester' WHERE contact_id ="
        " (SELECT id FROM contact WHERE address = 'bob@acme.example')",
    )
    done = archived.maild("erase", "--person", ADA, "--quick")
    assert done.code == 0 and f"still to do: the archive {PLACE} names them" in done.out
    back = archived.maild("archive", "return", "1001", "--free", "x", "--file", away)
    assert back.code == 0 and "holds all of it still" in back.out
    shown = archived.maild("show", "1001")
    assert "It burns." not in shown.out and ADA not in shown.out and "Platform DOWN" in shown.out


def test_the_file_of_an_erased_ticket_must_go_wherever_it_lies(archived: Site, tmp_path: Path) -> None:
    file_of(archived).rename(away := tmp_path / "away.zip")
    done = archived.maild("erase", "--ticket", "1001", "--quick")
    assert f"still to do: the archive {PLACE} holds it" in done.out
    verdict = archived.maild("archive", "verify", "--json")
    assert verdict.code == ExitCode.FINDING and "delete it" in verdict.json[0]["problem"]
    refused = archived.maild("archive", "return", "1001", "--free", "x", "--file", away)
    assert refused.code == ExitCode.NO_INPUT


def test_customers_keep_theirs_at_hand(old: Site) -> None:
    assert old.maild("archive", "keep", "acme").code == ExitCode.USAGE
    (kept,) = old.maild("archive", "keep", "acme", "--why", "letter of 3 May", "--json", *GRACE).json
    assert (kept["organisation"], kept["actor"], kept["why"]) == ("acme", "grace", "letter of 3 May")
    assert old.maild("archive", "run", "--json").json == []
    assert old.maild("archive", "keep", "nobody", "--why", "x").code == ExitCode.NO_INPUT
    assert "letter of 3 May" in old.maild("archive", "keep").out
    assert old.maild("archive", "keep", "acme", "--release").out == ""
    assert [one["what"] for one in old.maild("audit", "--json").json][:2] == [
        "archived again",
        "kept out of the archive",
    ]
    assert len(old.maild("archive", "run", "--json").json) == 1


def test_a_key_that_is_none_is_seen_before_anything_is_archived(site: Site) -> None:
    with site.settings.open("a") as file:
        file.write("\narchive: {folder: /mnt/archive, encrypt_to: [age1nothing]}\n")
    checked = site.maild("check")
    assert checked.code == ExitCode.CONFIG and "no age public key" in checked.err + checked.out


def test_the_folder_of_archives_is_named_in_the_settings(old: Site) -> None:
    with old.settings.open("a") as file:
        file.write("\narchive: {folder: ../elsewhere}\n")
    assert old.maild("archive", "run").code == 0
    assert (old.folder / "elsewhere" / PLACE).exists() and old.maild("archive", "verify").code == 0
