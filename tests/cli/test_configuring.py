"""init, check, migrate, reload, serve, explain from a bare checkout, status."""

from __future__ import annotations

import os
import sys

import pytest

from maild.cli import serve
from maild.daemon import serve as daemon
from maild.errors import ExitCode
from tests.cli.site import Site, a_mail, maild, raw


def test_init_writes_a_configuration_that_is_fine_and_never_writes_over_one(tmp_path) -> None:
    done = maild("init", tmp_path / "desk")
    assert done.code == 0 and "serve --migrate" in done.out
    assert maild("--settings", tmp_path / "desk" / "maild.yaml", "check").code == 0
    again = maild("init", tmp_path / "desk")
    assert again.code != 0 and "not overwritten" in again.err


def test_check_names_everything_that_is_broken_at_once(bare: Site) -> None:
    desk, rules = bare.folder / "config/desks/service.yaml", bare.folder / "config/rules/99-bad.yaml"
    desk.write_text(desk.read_text().replace("priority: 3", "priority: 9"))
    rules.write_text("- rule: bad\n  when: { subjekt: x }\n  then: { priority: 1 }\n")
    done = bare.maild("check")
    assert done.code == ExitCode.CONFIG
    assert f"{desk}:" in done.out and f"{rules}:2:" in done.out
    assert len(bare.maild("check", "--json").json["broken"]) == len(done.out.splitlines())


def test_check_finds_files_that_are_not_in_force(site: Site) -> None:
    assert (site.maild("check").code, site.maild("check", "--json").json["findings"]) == (0, [])
    desk = site.folder / "config/desks/service.yaml"
    desk.write_text(desk.read_text().replace("priority: 3", "priority: 2"))
    done = site.maild("check")
    assert done.code == ExitCode.FINDING and "maild reload" in done.out


def test_migrate_makes_a_database_once_and_says_so(bare: Site) -> None:
    assert "it is new" in bare.maild("migrate").out
    assert "up to date" in bare.maild("migrate").out
    assert not list((bare.folder / "config" / "var").glob("backup*"))


@pytest.mark.parametrize("words", [["tickets"], ["status"], ["inbox"], ["show", "1"]], ids=" ".join)
def test_no_command_makes_a_database_on_the_way(bare: Site, words: list[str]) -> None:
    done = bare.maild(*words)
    assert done.code == ExitCode.TEMPORARY and "maild migrate" in done.err
    assert not (bare.folder / "config" / "var").exists()


def test_reload_takes_good_files_and_refuses_broken_ones(site: Site) -> None:
    before = site.maild("status", "--json").json["health"]["policy"]
    desk = site.folder / "config/desks/service.yaml"
    good = desk.read_text()
    desk.write_text(good.replace("priority: 3", "priority: 9"))
    done = site.maild("reload")
    assert done.code == ExitCode.CONFIG and f"{desk}:" in done.err
    assert site.maild("status", "--json").json["health"]["policy"] == before
    desk.write_text(good.replace("priority: 3", "priority: 2"))
    assert site.maild("reload").code == 0
    assert site.maild("status", "--json").json["health"]["policy"] != before


def test_reload_refuses_a_directory_that_would_let_a_crowd_go_and_says_so(site: Site) -> None:
    directory = site.folder / "config/directory.yaml"
    few = directory.read_text()
    people = "".join(f"      - {{addresses: [p{number}@crowd.example]}}\n" for number in range(20))
    crowd = f"  - key: crowd\n    name: Crowd\n    contacts:\n{people}\nstaff:"
    directory.write_text(few.replace("\nstaff:", crowd))
    assert site.maild("reload").code == 0
    directory.write_text(few)
    done = site.maild("reload")
    assert done.code == ExitCode.CONFIG and "--let-go" in done.err and "in force" not in done.out
    assert len(site.maild("contacts", "--organisation", "crowd", "--json").json) == 20


def test_reload_asks_further_directories_and_says_which_one_changes_nothing(site: Site) -> None:
    people = site.write("people.csv", b"addresses,register\ncarol@file.example,authorised\n")
    gone = site.folder / "gone.csv"
    with site.settings.open("a") as file:
        file.write(
            f"\ndirectories: [{{name: hr, kind: file, file: {people}}}, {{name: old, kind: file, file: {gone}}}]\n"
        )
    done = site.maild("reload")
    assert done.code == ExitCode.FINDING and "directory hr: 1 added, 0 changed, 0 let go" in done.out
    assert done.err == f"maild: directory old changes nothing: {gone}: No such file or directory\n"
    gone.write_bytes(b"addresses,register\n")
    assert site.maild("reload").code == 0
    assert site.maild("contacts", "show", "carol@file.example").code == 0


def test_serve_becomes_the_daemon(bare: Site, monkeypatch) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, words: became.append(words))
    assert bare.maild("serve", "--roles", "workers,clock", "--migrate").code == 0
    assert became == [
        [sys.executable, "-m", "maild.daemon", "--settings", str(bare.settings), "--roles", "workers,clock"]
    ]
    assert (bare.folder / "config" / "var" / "maild.db").exists()
    assert serve.ROLES == daemon.ROLES


def test_explain_works_in_a_bare_checkout_and_leaves_nothing_behind(bare: Site) -> None:
    mail = bare.write("mail.eml", raw(a_mail(subject="Platform DOWN", Cc="bob@acme.example")))
    done = bare.maild("explain", mail)
    assert done.code == 0
    for told in ("new ticket", "authorised contact of acme", "platform down", "bob@acme.example joins", "priority 1"):
        assert told in done.out
    assert not (bare.folder / "config" / "var").exists()


def test_explain_and_the_files_as_they_are_now(site: Site) -> None:
    desk = site.folder / "config/desks/service.yaml"
    desk.write_text(desk.read_text().replace("priority: 3", "priority: 4"))
    mail = site.write("mail.eml", raw(a_mail()))
    assert "priority 3" in site.maild("explain", mail).out
    assert "priority 4" in site.maild("explain", "--as-files", mail).out


def test_status_says_what_needs_a_person(busy: Site) -> None:
    done = busy.maild("status")
    assert done.code == ExitCode.FINDING
    assert "maild serve" in done.out and "1 in quarantine" in done.out and "outgoing" in done.out
    health = busy.maild("status", "--json").json["health"]
    assert (health["inbox"]["done"], health["inbox"]["quarantined"], health["outbox"]["queued"]) == (2, 1, 1)


def test_status_tells_of_files_that_were_not_taken(site: Site) -> None:
    from maild.config import load_settings
    from maild.daemon.policy import PolicyKeeper

    desk = site.folder / "config/desks/service.yaml"
    desk.write_text(desk.read_text().replace("priority: 3", "priority: 9"))
    PolicyKeeper(load_settings(site.settings)).open().store.close()
    done = site.maild("status")
    assert done.code == ExitCode.FINDING and "the last good policy serves on" in done.out and str(desk) in done.out
