"""spam, ham, blocked: what people say of mail, and of those who send it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from maild.errors import ExitCode
from tests.cli.site import Site, a_mail, raw
from tests.servers.requirement import free_port
from tests.servers.rspamd import FakeRspamd, a_fake_rspamd

AS = ("--as", "grace")
FLAG = {"name": "X-Spam-Flag", "value": "/^yes/i"}


def screened(site: Site, **settings: object) -> None:
    with site.settings.open("a") as file:
        file.write(f"\nscreening: {json.dumps(settings)}\n")


@pytest.fixture
def rspamd() -> Iterator[FakeRspamd]:
    with a_fake_rspamd(answer={"action": "no action", "success": True}) as server:
        yield server


@pytest.fixture
def flagged(site: Site) -> Site:
    """Entry 1 is in quarantine, as the server in front called it spam."""
    screened(site, headers=[FLAG])
    site.take_in(raw(a_mail(X_Spam_Flag="YES", Message_ID="<1@acme.example>")))
    return site


def entry(site: Site, number: int = 1) -> dict[str, object]:
    return site.maild("inbox", "show", str(number), "--json").json


def test_spam_of_the_server_in_front_is_quarantined_without_ticket_or_answer(flagged: Site) -> None:
    assert (entry(flagged)["state"], entry(flagged)["cause"]) == ("quarantined", "spam")
    assert flagged.maild("tickets", "--json").json == flagged.maild("outbox", "--json").json == []
    assert "header X-Spam-Flag says spam: YES" in flagged.maild("quarantine").out


def test_ham_becomes_the_ticket_it_would_have_been_and_is_confirmed(flagged: Site) -> None:
    done = flagged.maild("ham", "1", "--why", "a customer", *AS)
    assert done.out == "inbox entry 1 is waiting\n"
    flagged.take_in()
    assert entry(flagged)["disposition"] == "new ticket"
    assert [row["kind"] for row in flagged.maild("outbox", "--json").json] == ["confirmation-unverified"]
    shown = flagged.maild("inbox", "show", "1").out
    assert "marked as ham by Grace <grace@desk.example>: a customer" in shown


def test_spam_takes_back_its_ticket_and_the_answer_that_has_not_left(busy: Site) -> None:
    done = busy.maild("spam", "SD-1001", *AS)
    assert done.out == "inbox entry 1 is quarantined, ticket SD-1001\n"
    assert entry(busy)["cause"] == "spam"
    shown = busy.maild("show", "1001").out
    assert "marked as spam by Grace <grace@desk.example>" in shown and "new → closed" in shown
    assert {row["state"] for row in busy.maild("outbox", "--json").json} == {"suppressed"}
    assert busy.maild("spam", "1", *AS).out == done.out
    assert shown.count("marked as spam") == busy.maild("show", "1001").out.count("marked as spam")


def test_ham_gives_back_what_spam_has_taken(busy: Site) -> None:
    busy.maild("spam", "1", *AS)
    assert busy.maild("ham", "SD-1001", *AS).out == "inbox entry 1 is done, ticket SD-1001\n"
    assert entry(busy)["disposition"] == "new ticket"
    assert [row["status"] for row in busy.maild("tickets", "--json").json] == ["open"]


def test_a_ticket_that_somebody_has_answered_stays(busy: Site) -> None:
    busy.maild("reply", "1001", "Please try again.", *AS)
    done = busy.maild("spam", "1", *AS)
    assert done.out == "inbox entry 1 is quarantined\n" and "its ticket stays as it is" in done.err
    assert [row["status"] for row in busy.maild("tickets", "--json").json] == ["waiting"]


def test_a_follow_up_that_is_spam_closes_nobody_elses_ticket(busy: Site) -> None:
    busy.take_in(raw(a_mail("Bob <bob@acme.example>", "Re: [SD-1001] Platform", Message_ID="<f@acme.example>")))
    done = busy.maild("spam", "4", *AS)
    assert done.code == 0 and "a ticket that it has not opened" in done.err
    assert [row["status"] for row in busy.maild("tickets", "--json").json] == ["new"]
    assert busy.maild("ham", "4", *AS).code == 0
    assert entry(busy, 4)["disposition"] == "follow-up"


def test_a_blocked_sender_gets_no_ticket_until_ham_lets_them_in(site: Site) -> None:
    site.take_in(raw(a_mail("Eve <eve@spam.example>", Message_ID="<1@x>")), mail_from="eve@spam.example")
    done = site.maild("spam", "1", "--block", "--json", *AS)
    assert (done.json["blocked"], done.json["ticket"]) == ("eve@spam.example", "SD-1001")
    site.take_in(raw(a_mail("Eve <eve@spam.example>", "again", Message_ID="<2@x>")))
    assert entry(site, 2)["cause"] == "blocked"
    assert site.maild("ham", "2", *AS).out == "inbox entry 2 is waiting, let in again: eve@spam.example\n"
    newest = site.maild("audit", "--json").json[0]
    assert (newest["what"], newest["subject"], newest["why"]) == ("let in again", "eve@spam.example", "ham")
    site.take_in(raw(a_mail("Eve <eve@spam.example>", "third", Message_ID="<3@x>")))
    assert [entry(site, number)["disposition"] for number in (2, 3)] == ["new ticket", "new ticket"]


def test_a_whole_domain_can_be_blocked_and_ham_says_that_it_still_is(site: Site) -> None:
    site.take_in(raw(a_mail("Eve <eve@a.spam.example>", Message_ID="<1@x>")))
    site.maild("spam", "1", "--domain", *AS)
    site.take_in(raw(a_mail("Ed <ed@a.spam.example>", Message_ID="<2@x>")))
    assert entry(site, 2)["cause"] == "blocked"
    done = site.maild("ham", "2", *AS)
    assert "a.spam.example is still on the block list: `maild blocked remove a.spam.example`" in done.err


def test_customers_are_not_blocked_silently(busy: Site) -> None:
    done = busy.maild("spam", "1", "--domain", *AS)
    assert done.code == 0 and "ada@acme.example" in done.err and "Acme Clinic" in done.err
    assert "ada@acme.example" in busy.maild("blocked", "add", "ada@acme.example", *AS).err


def test_the_block_list_is_listed_added_to_and_taken_from(site: Site) -> None:
    assert site.maild("blocked", "--json").json == []
    assert site.maild("blocked", "add", "Spam.Example", "x@y.example", "--why", "lottery", *AS).out == "2 blocked\n"
    rows = site.maild("blocked", "list", "--json").json
    assert sorted((row["sender"], row["actor"], row["why"]) for row in rows) == [
        ("spam.example", "grace@desk.example", "lottery"),
        ("x@y.example", "grace@desk.example", "lottery"),
    ]
    assert len(site.maild("blocked").out.splitlines()) == 2
    assert site.maild("blocked", "remove", "spam.example", "--why", "a mistake", *AS).out == "1 let in again\n"
    assert site.maild("blocked", "remove", "x@y.example", "spam.example", *AS).code == ExitCode.NO_INPUT
    assert [row["sender"] for row in site.maild("blocked", "--json").json] == ["x@y.example"]
    told = [(one["what"], one["subject"], one["why"]) for one in site.maild("audit", "--json").json]
    assert ("let in again", "spam.example", "a mistake") in told and ("blocked", "x@y.example", "lottery") in told
    assert len([what for what, _, _ in told if what == "let in again"]) == 1, "all of them, or none"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["spam", "4711", *AS], ExitCode.NO_INPUT),
        (["ham", "SD-4711", *AS], ExitCode.NO_INPUT),
        (["spam", "1", "--as", "nobody"], ExitCode.NO_USER),
        (["ham", "2", *AS], ExitCode.DATA),
        (["blocked", "add", "com", *AS], ExitCode.USAGE),
        (["blocked", "add", "x y", *AS], ExitCode.USAGE),
        (["blocked", "remove", "nobody.example", *AS], ExitCode.NO_INPUT),
        (["blocked", "remove", "nobody.example", "--as", "nobody"], ExitCode.NO_USER),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(busy: Site, words: list[str], code: ExitCode) -> None:
    done = busy.maild(*words)
    assert (done.code, done.err.count("\n")) == (code, 1)


def test_rspamd_learns_what_people_say(site: Site, rspamd: FakeRspamd) -> None:
    screened(site, rspamd={"url": rspamd.url, "controller": rspamd.url})
    mail = raw(a_mail(Message_ID="<1@x>"))
    site.take_in(mail)
    site.maild("spam", "1", *AS)
    site.maild("ham", "1", *AS)
    assert [(one.path, one.body) for one in rspamd.script.asked[1:]] == [("/learnspam", mail), ("/learnham", mail)]


def test_a_teacher_whose_pupil_is_away_is_warned_and_the_mail_is_judged(site: Site) -> None:
    site.take_in(raw(a_mail(Message_ID="<1@x>")))
    away = f"http://127.0.0.1:{free_port()}"
    screened(site, rspamd={"url": away, "controller": away})
    done = site.maild("spam", "1", *AS)
    assert done.code == 0 and "rspamd has not learned from it: Connection refused" in done.err
    assert entry(site)["cause"] == "spam"


def test_a_mail_that_is_held_can_be_let_through_by_a_person(site: Site) -> None:
    screened(site, clamd={"port": free_port()})
    site.take_in(raw(a_mail(Message_ID="<1@x>")))
    assert (entry(site)["state"], entry(site)["cause"]) == ("waiting", "unscanned")
    site.maild("ham", "1", *AS)
    site.take_in()
    assert entry(site)["disposition"] == "new ticket"


def test_where_mail_may_pass_unscanned_the_ticket_says_so_and_is_confirmed(site: Site) -> None:
    screened(site, clamd={"port": free_port()}, missing="pass")
    site.take_in(raw(a_mail(Message_ID="<1@x>")))
    assert "not scanned by clamd: Connection refused" in site.maild("show", "1001").out
    assert [row["kind"] for row in site.maild("outbox", "--json").json] == ["confirmation-unverified"]


def test_the_dry_run_asks_no_scanner_unless_told(site: Site, rspamd: FakeRspamd) -> None:
    screened(site, headers=[FLAG], rspamd={"url": rspamd.url})
    mail = site.write("mail.eml", raw(a_mail(X_Spam_Flag="YES")))
    (line,) = site.maild("explain", "--json", mail).lines
    assert (line["disposition"], line["reasons"][0]["code"], rspamd.script.asked) == ("quarantined", "spam", [])
    rspamd.script.answer = {"action": "reject", "symbols": {"CLAM_VIRUS": {"score": 8}}}
    (line,) = site.maild("explain", "--scan", "--json", mail).lines
    assert (line["reasons"][0]["code"], len(rspamd.script.asked)) == ("virus", 1)
    assert site.maild("inbox", "--json").json == []


def test_check_tells_who_does_not_answer(site: Site) -> None:
    screened(site, clamd={"socket": "/nowhere/clamd.ctl"})
    done = site.maild("check")
    assert done.code == ExitCode.FINDING
    assert "there is no folder /nowhere" in done.out and "clamd does not answer" in done.out
