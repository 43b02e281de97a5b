"""`maild backup` and `maild restore`, as somebody types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519

from maild.daemon.node import lock
from maild.errors import ExitCode
from maild.store.engine import open_store
from tests.cli.site import Site, a_mail, raw
from tests.store.kit import open_ticket

KEY = x25519.Identity.generate()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Ticket 1001 of Ada's, whose confirmation waits to go out."""
    monkeypatch.delenv("MAILD_SETTINGS", raising=False)
    made = Site.made(tmp_path)
    assert made.maild("migrate").code == 0 and made.maild("reload").code == 0
    made.take_in(raw(a_mail(Message_ID="<ada-1@acme.example>")))
    return made


def with_series(site: Site, **more: Any) -> None:
    series = {"every": "day", "folder": str(site.folder / "daily"), "keep": 2} | more
    site.settings.write_text(site.settings.read_text() + f"\nbackup: {json.dumps([series])}\n")


def saved(site: Site, *words: str | Path) -> Path:
    done = site.maild("backup", *words)
    assert done.code == 0, done.err
    return Path(done.out.partition(" (")[0])


def test_without_options_it_goes_into_the_state_folder_and_says_what_is_in_it(site: Site) -> None:
    done = site.maild("backup")
    assert done.code == 0 and "rows: 1 ticket, 1 article, 1 inbox entry" in done.out
    file = Path(done.out.partition(" (")[0])
    assert file.parent == site.settings.parent / "var" / "backups" and file.name.endswith("-manual.db.gz")
    good = site.maild("backup", "verify", file)
    assert good.code == 0 and "it can be restored" in good.out
    assert site.maild("backup", "verify", file, "--json").json["faults"] == []


def test_a_series_of_the_settings_can_be_made_by_hand(site: Site) -> None:
    with_series(site, encrypt_to=[str(KEY.to_public())])
    file = saved(site, "--series", "day")
    assert file.parent == site.folder / "daily" and file.name.endswith("-day.db.gz.age")
    closed = site.maild("backup", "verify", file)
    assert closed.code == 0 and "--identity" in closed.out and "it can be restored" not in closed.out
    (site.folder / "key").write_text(str(KEY))
    assert "it can be restored" in site.maild("backup", "verify", file, "--identity", site.folder / "key").out
    listed = site.maild("backup", "list", "--json").json
    assert [(one["series"], one["sealed"], one["problem"]) for one in listed] == [("day", True, "")]


def test_a_series_that_is_not_in_the_settings_is_told(site: Site) -> None:
    done = site.maild("backup", "--series", "month")
    assert done.code == ExitCode.CONFIG and "--to" in done.err


def test_a_damaged_backup_is_a_finding(site: Site) -> None:
    file = saved(site, "--to", site.folder / "b")
    file.write_bytes(file.read_bytes()[:-9])
    done = site.maild("backup", "verify", file)
    assert done.code == ExitCode.FINDING and "BROKEN" in done.out and "cut off" in done.out
    assert "cut off" in site.maild("backup", "list", "--in", site.folder / "b").out


def test_a_backup_that_is_not_there_is_told(site: Site) -> None:
    for words in (("backup", "verify"), ("restore",)):
        done = site.maild(*words, site.folder / "nothing")
        assert done.code == ExitCode.NO_INPUT and "backup list" in done.err


def test_a_restore_says_what_it_did_and_what_is_next(site: Site) -> None:
    file = saved(site, "--to", site.folder / "b")
    shutil.rmtree(site.settings.parent / "var")
    done = site.maild("restore", file)
    assert done.code == 0, done.err
    assert "parked now: 1" in done.out and "the next ticket gets number 3001" in done.out
    assert "maild outbox --state parked" in done.out
    assert [one["id"] for one in site.maild("tickets", "--json").json] == [1001]
    (waiting,) = site.maild("outbox", "--state", "parked", "--json").json
    assert waiting["reasons"][0]["code"] == "parked"


def test_a_restore_over_a_database_needs_a_word(site: Site) -> None:
    file = saved(site, "--to", site.folder / "b")
    refused = site.maild("restore", file)
    assert refused.code == ExitCode.CANNOT_CREATE and "--replace" in refused.err
    done = site.maild("restore", file, "--replace")
    assert done.code == 0 and "the database that was there is" in done.out


def test_a_restore_beside_a_daemon_is_refused(site: Site) -> None:
    file = saved(site, "--to", site.folder / "b")
    with lock(site.settings.parent / "var"):
        done = site.maild("restore", file, "--replace")
    assert done.code == ExitCode.TEMPORARY and "stop it first" in done.err


def test_a_restore_into_another_database_leaves_this_one(site: Site) -> None:
    file = saved(site, "--to", site.folder / "b")
    assert site.maild("restore", file, "--into", "sqlite:///other.db").code == 0
    store = open_store(f"sqlite:///{site.settings.parent / 'var' / 'other.db'}")
    assert open_ticket(store).id == 3001
    store.close()
    assert [one["id"] for one in site.maild("tickets", "--json").json] == [1001]


def test_on_a_new_machine_the_configuration_comes_back_first(site: Site, tmp_path: Path) -> None:
    file = saved(site, "--to", site.folder / "b")
    new = tmp_path / "new"
    there = Site(new)
    first = there.maild("restore", file, "--config-to", new / "config")
    assert first.code == 0 and "the database is not restored yet" in first.out, first.err
    assert (new / "config" / "desks" / "service.yaml").exists() and not (new / "config" / "var").exists()
    assert there.maild("restore", file).code == 0
    assert there.maild("check").code == 0
    assert [one["id"] for one in there.maild("tickets", "--json").json] == [1001]
    secrets = [folder / "var" / "secret" for folder in (site.settings.parent, there.settings.parent)]
    assert secrets[0].read_bytes() == secrets[1].read_bytes()


def test_the_configuration_goes_into_an_empty_folder_only(site: Site) -> None:
    file = saved(site, "--to", site.folder / "b")
    done = site.maild("restore", file, "--replace", "--config-to", site.settings.parent)
    assert done.code == ExitCode.CANNOT_CREATE and "not empty" in done.err
    assert site.maild("tickets", "--json").json, "and nothing was restored"
    assert site.maild("restore", file, "--replace", "--config-to", site.folder / "kept").code == 0
    assert (site.folder / "kept" / "maild.yaml").read_bytes() == site.settings.read_bytes()
