"""tickets, show, set, reply, note, contacts."""

from __future__ import annotations

import html

import pytest

from maild.errors import ExitCode
from tests.cli.conftest import PICTURE
from tests.cli.site import Site, a_mail, raw


def test_tickets_are_listed_and_filtered(busy: Site) -> None:
    assert busy.maild("tickets").out.startswith("SD-1001\tnew\t1\tservice\t")
    (row,) = busy.maild("tickets", "--status", "new", "--desk", "service", "--json").json
    assert (row["number"], row["title"]) == ("SD-1001", "Platform DOWN")
    assert busy.maild("tickets", "--status", "closed", "--json").json == []


@pytest.mark.parametrize("number", ["SD-1001", "sd-1001", "1001"])
def test_a_ticket_is_shown_by_any_form_of_its_number(busy: Site, number: str) -> None:
    shown = busy.maild("show", number).out
    assert shown.startswith("SD-1001  Platform DOWN")
    for told in (
        "Bob Baker <bob@acme.example> (registered)",
        "It burns.",
        "shot.png",
        "confirmation-unverified to ada@acme.example",
    ):
        assert told in shown


def test_the_history_uses_the_words_of_explain(busy: Site) -> None:
    shown = busy.maild("show", "1001").out
    explained = busy.maild("inbox", "show", "1").out
    sentences = [line.removeprefix("because").strip() for line in explained.splitlines() if line.startswith("because")]
    assert len(sentences) >= 3 and all(sentence in shown for sentence in sentences)


def test_the_whole_ticket_is_valid_json(busy: Site) -> None:
    view = busy.maild("show", "1001", "--json").json
    assert view["ticket"]["number"] == "SD-1001"
    assert [one["role"] for one in view["participants"]] == ["requester", "cc"]
    assert {"articles", "attachments", "events", "outbox"} <= set(view)


@pytest.mark.parametrize("words", [["show", "4711"], ["note", "4711", "x"], ["set", "XX-1001", "status=open"]])
def test_an_unknown_ticket_is_told(busy: Site, words: list[str]) -> None:
    done = busy.maild(*words, *(["--as", "grace"] if words[0] != "show" else []))
    assert done.code == ExitCode.NO_INPUT and words[1] in done.err and done.err.count("\n") == 1


def test_files_are_saved_under_harmless_names_and_never_over_others(busy: Site, tmp_path) -> None:
    folder = tmp_path / "files"
    assert busy.maild("show", "1001", "--save-attachments", folder).code == 0
    (saved,) = folder.iterdir()
    assert saved.read_bytes() == PICTURE and saved.name.endswith("shot.png")
    assert busy.maild("show", "1001", "--save-attachments", folder).code == ExitCode.CANNOT_CREATE


def test_the_page_loads_and_runs_nothing(busy: Site, tmp_path) -> None:
    evil = a_mail(subject="Re: [SD-1001] <script>alert(1)</script>", text="<img src=x onerror=alert(1)>")
    evil.add_alternative(
        "<p onclick='x()'>hello<script>alert(2)</script><img src='http://x/y.png'></p>", subtype="html"
    )
    busy.take_in(raw(evil))
    assert busy.maild("show", "1001", "--html", tmp_path / "ticket.html").code == 0
    page = (tmp_path / "ticket.html").read_text()
    assert "default-src &#x27;none&#x27;" in page and "sandbox srcdoc=" in page and "hello" in page
    inside = html.unescape(page.partition('srcdoc="')[2].partition('"')[0])
    assert inside.strip() and not any(danger in page + inside for danger in ("<script", "onclick=", "http://x"))
    assert "<img" not in page
    assert (tmp_path / "ticket.html").stat().st_mode & 0o077 == 0


def test_a_reply_goes_to_requester_and_registered_people_and_moves_the_ticket(busy: Site) -> None:
    done = busy.maild("reply", "1001", "Please try again.", "--as", "grace")
    assert done.code == 0 and done.out.startswith("SD-1001 is waiting")
    replies = [row["recipient"] for row in busy.maild("outbox", "--json").json if row["kind"] == "reply"]
    assert sorted(replies) == ["ada@acme.example", "bob@acme.example"]
    assert "outgoing" in busy.maild("show", "1001").out


def test_a_reply_is_read_from_a_pipe_and_threads_with_the_mail_it_answers(busy: Site) -> None:
    assert busy.maild("reply", "1001", "--as", "grace", stdin="From a pipe.\n").code == 0
    sent = busy.maild("outbox", "show", "2", "--raw").out
    assert "In-Reply-To: <ada-1@acme.example>" in sent and "Auto-Submitted" not in sent and "From a pipe." in sent


def test_a_note_stays_inside(busy: Site) -> None:
    done = busy.maild("note", "1001", "Waiting for the vendor.", "--as", "linus", "--json")
    assert (done.json["ticket"], done.json["notifications"]) == ("SD-1001", [])
    assert len(busy.maild("outbox", "--json").json) == 1
    assert "note" in busy.maild("show", "1001").out


def test_several_properties_are_set_together_or_not_at_all(busy: Site) -> None:
    assert busy.maild("set", "1001", "status=solved", "priority=9", "--as", "grace").code == ExitCode.USAGE
    assert busy.maild("show", "1001", "--json").json["ticket"]["status"] == "new"
    assert busy.maild("set", "1001", "status=solved", "priority=2", "vm=de-10-srv-1", "--as", "grace").code == 0
    ticket = busy.maild("show", "1001", "--json").json["ticket"]
    assert (ticket["status"], ticket["priority"], ticket["fields"]) == ("solved", 2, [["vm", "de-10-srv-1"]])
    assert "status-update" in busy.maild("outbox").out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["set", "1001", "status=gone"], ExitCode.USAGE, "waiting"),
        (["set", "1001", "status"], ExitCode.USAGE, "key=value"),
        (["set", "1001", "remind=2026-12-01T09:00"], ExitCode.USAGE, "time zone"),
        (["reply", "1001", "  "], ExitCode.USAGE, "needs some text"),
    ],
)
def test_what_is_not_possible_is_said_in_one_line(busy: Site, words: list[str], code: int, told: str) -> None:
    done = busy.maild(*words, "--as", "grace")
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1) and told in done.err


def test_who_acts_is_the_user_or_has_to_be_named(busy: Site, monkeypatch) -> None:
    done = busy.maild("note", "1001", "hello")
    assert done.code == ExitCode.NO_USER and "--as" in done.err
    assert "did you mean `grace`" in busy.maild("note", "1001", "hello", "--as", "grce").err
    monkeypatch.setenv("USER", "linus")
    assert busy.maild("note", "1001", "hello").code == 0
    assert "linus@desk.example" in busy.maild("show", "1001").out


def test_contacts_are_listed_by_organisation(busy: Site) -> None:
    everybody = [row["address"] for row in busy.maild("contacts", "--json").json]
    acme = [row["address"] for row in busy.maild("contacts", "--organisation", "acme", "--json").json]
    assert "dora@beta.example" in everybody and set(acme) < set(everybody) and "ada@acme.example" in acme
