"""maild announce: the preview, what is refused, who may, and the list."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest

from maild.cli.announced import Said, announcement
from maild.cli.hand import NotPossible
from maild.clock import system_clock
from maild.desks.hours import Hours
from maild.errors import ExitCode
from maild.model.announcements import News
from tests.builders import a_desk
from tests.cli.site import Done, Site
from tests.cli.test_report import BILLING

SOON, LATER = (f"{system_clock() + timedelta(days=days):%Y-%m-%dT20:00}" for days in (5, 6))


def announce(site: Site, *words: str, news: str = "maintenance", begins: str = SOON, ends: str = LATER) -> Done:
    usual = ("--desk", "service", "--subject", "New disks", "--from", begins, "--to", ends, "--as", "grace")
    return site.maild("announce", news, *usual, *words)


def mails(site: Site) -> list[str]:
    return [row["recipient"] for row in site.maild("outbox", "--json").json]


def test_a_dry_run_shows_whom_and_the_mail_in_each_language_and_sends_nothing(site: Site) -> None:
    german = site.write("de.txt", b"Wir tauschen Platten.\x1b[2J")
    shown = announce(site, "--dry-run", "--text", f"de={german}", "--text", f"en={site.write('en.txt', b'New ones.')}")
    assert shown.code == ExitCode.FINDING, "of beta nobody can be told"
    assert "it would be told: 1\n  ada@acme.example" in shown.out and "nobody to be told at beta" in shown.out
    assert "New ones." in shown.out and "Wir tauschen Platten." in shown.out and "\x1b" not in shown.out
    assert mails(site) == [] and site.maild("announce", "list", "--json").json == []


def test_customers_are_told_once_and_what_they_read_is_not_changed_under_them(site: Site) -> None:
    first = announce(site, "--organisation", "acme", "--json")
    assert (first.code, first.json["told"]) == (0, ["ada@acme.example"])
    again = announce(site, "--json")
    assert (again.json["told"], again.json["before"], mails(site)) == ([], 1, ["ada@acme.example"])
    changed = announce(site, "--text", str(site.write("more.txt", b"And new memory.")))
    assert changed.code == ExitCode.USAGE and "another --subject" in changed.err
    (row,) = site.maild("announce", "list", "--json").json
    assert (row["it"]["subject"], row["told"], row["actor"]) == ("New disks", 1, "grace@desk.example")


def test_what_comes_late_needs_a_reason_that_is_kept(site: Site) -> None:
    soon, end = (f"{system_clock() + timedelta(hours=hours):%Y-%m-%dT%H:%M}" for hours in (2, 3))
    refused = announce(site, begins=soon, ends=end, news="release")
    assert refused.code == ExitCode.USAGE and "--override WHY" in refused.err and mails(site) == []
    assert announce(site, "--override", "a hole in TLS", begins=soon, ends=end, news="release").code == ExitCode.FINDING
    assert mails(site) == ["ada@acme.example"]
    assert "a hole in TLS" in site.maild("audit").out and "a hole in TLS" in site.maild("announce", "list").out
    assert "hole" not in site.maild("outbox", "show", "1").out


REFUSED = {
    "is no time": {"begins": "tomorrow"},
    "over before it begins": {"ends": "2020-01-01T00:00"},
    "one line": {"subject": " \t"},
    "cannot be read": {"texts": ("nowhere.txt",)},
    "does not write `fr`": {"texts": ("fr=text",)},
    "twice for one language": {"texts": ("-", "-")},
}


@pytest.mark.parametrize("told", REFUSED)
def test_what_no_announcement_can_be_is_said_in_a_sentence(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("New disks."))
    said = Said("service", "New disks", SOON, LATER, (), "")
    with pytest.raises(NotPossible, match=told):
        announcement(News.RELEASE, replace(said, **REFUSED[told]), a_desk())


def test_times_are_those_of_the_desks_own_place_unless_they_name_their_own() -> None:
    berlin = a_desk(hours=Hours(zone="Europe/Berlin", week=(("mon-sun", ("00:00-24:00",)),)))
    said = Said("service", "New\x1b disks", "2026-12-05T20:00", "2026-12-05T20:00Z", (), "")
    it = announcement(News.MAINTENANCE, said, berlin)
    assert [f"{at:%H:%M %Z}" for at in (it.begins_at, it.ends_at) if at] == ["19:00 UTC", "20:00 UTC"]
    assert it.subject == "New disks"


def test_who_and_what_is_not_there_is_said_with_what_was_meant(site: Site) -> None:
    assert "no organisation acm: did you mean `acme`" in announce(site, "--organisation", "acm").err
    assert "no desk `sevice`: did you mean `service`" in announce(site, "--desk", "sevice").err
    assert "begun already" in announce(site, "--from", "2020-01-01T00:00").err
    assert announce(site, "--as", "mallory").code == ExitCode.NO_USER and mails(site) == []


def test_staff_announce_for_their_own_desks_only(site: Site) -> None:
    site.write("config/desks/billing.yaml", BILLING)
    assert site.maild("reload").code == 0
    assert site.maild("staff", "set", "linus", "desks=billing", "--as", "grace").code == 0
    assert announce(site, "--as", "linus").code == ExitCode.NO_INPUT and mails(site) == []
    announce(site)
    assert site.maild("announce", "list", "--as", "linus").out == ""
