"""parse, explain, inbox, quarantine, outbox."""

from __future__ import annotations

from maild.errors import ExitCode
from tests.cli.site import Site, a_mail, maild, raw


def test_parse_prints_one_object_a_line_under_the_name_that_was_given(tmp_path) -> None:
    one, box = tmp_path / "one.eml", tmp_path / "box.mbox"
    one.write_bytes(b"From a@b.example Fri Nov 20 09:00:00 2026\n" + bytes(a_mail(subject="Ä")))
    box.write_bytes(b"".join(b"From x@y.example Fri Nov 20 09:00:00 2026\n" + bytes(a_mail()) + b"\n" for _ in "ab"))
    done = maild("parse", "--json", one, box)
    assert done.code == 0
    assert [line["file"] for line in done.lines] == [str(one), f"{box}#1", f"{box}#2"]
    assert done.lines[0]["subject"] == "Ä"


def test_parse_reads_a_pipe(tmp_path) -> None:
    done = maild("parse", "--json", "-", stdin=a_mail(subject="piped").as_string())
    assert [line["subject"] for line in done.lines] == ["piped"]


def test_a_mail_that_cannot_be_read_is_told_and_does_not_stop_the_next(tmp_path) -> None:
    bad, good = tmp_path / "bad.eml", tmp_path / "good.eml"
    bad.write_bytes(b"".join(b"X-%d: y\r\n" % n for n in range(200_000)) + b"\r\n")
    good.write_bytes(bytes(a_mail()))
    done = maild("parse", "--json", bad, good)
    assert [("error" in line) for line in done.lines] == [True, False]
    assert done.code == ExitCode.DATA


def test_explain_as_json_says_what_parse_says_and_more(busy: Site) -> None:
    mail = busy.write("mail.eml", raw(a_mail("Bob <bob@acme.example>", "Re: [SD-1001] Platform")))
    (line,) = busy.maild("explain", "--json", mail).lines
    assert (line["subject"], line["disposition"], line["ticket"]) == ("Re: [SD-1001] Platform", "follow-up", "SD-1001")
    assert {"reasons", "notifications", "changes", "not_sent", "policy"} <= set(line)
    assert len(busy.maild("tickets", "--json").json) == 1


def test_explain_believes_what_it_is_told_of_the_envelope(site: Site) -> None:
    mail = site.write("mail.eml", raw(a_mail()))
    (line,) = site.maild("explain", "--json", "--source", "smtp", "--rcpt", "elsewhere@desk.example", mail).lines
    assert line["disposition"] == "refused"
    (line,) = site.maild("explain", "--json", "--mail-from", "", mail).lines
    assert line["not_sent"][0]["reason"]["code"] == "null-sender"


def test_the_inbox_lists_every_mail_with_what_became_of_it(busy: Site) -> None:
    rows = busy.maild("inbox", "--json").json
    assert [row["disposition"] for row in rows] == ["duplicate", "quarantined", "new ticket"]
    assert busy.maild("inbox", "list", "--json").json == rows
    assert len(busy.maild("inbox").out.splitlines()) == 3
    assert [row["id"] for row in busy.maild("inbox", "--state", "done", "--json").json] == [3, 1]
    assert busy.maild("inbox", "--limit", "1", "--json").json == rows[:1]


def test_an_entry_is_shown_with_every_reason_and_its_bytes(busy: Site) -> None:
    shown = busy.maild("inbox", "show", "1").out
    assert "new ticket" in shown and "rule" in shown and "ada@acme.example" in shown
    assert busy.maild("inbox", "show", "1", "--json").json["ticket"] == 1001
    assert b"Subject: Platform DOWN\r\n" in busy.maild("inbox", "show", "1", "--raw").raw
    assert busy.maild("inbox", "show", "77").code == ExitCode.NO_INPUT


def test_quarantined_mail_is_listed_shown_and_released(busy: Site) -> None:
    assert [row["cause"] for row in busy.maild("quarantine", "--json").json] == ["malformed-from"]
    assert "malformed-from" in busy.maild("quarantine", "show", "2").out
    assert busy.maild("quarantine", "release", "1").code == ExitCode.NO_INPUT
    assert busy.maild("quarantine", "release", "2").code == 0
    assert busy.maild("quarantine", "--json").json == []
    assert [row["id"] for row in busy.maild("inbox", "--state", "waiting", "--json").json] == [2]


def test_the_outbox_lists_shows_and_retries(busy: Site) -> None:
    (row,) = busy.maild("outbox", "--json").json
    assert (row["recipient"], row["kind"], row["state"]) == ("ada@acme.example", "confirmation-unverified", "queued")
    assert "raw" not in row
    assert "confirmation" in busy.maild("outbox", "show", "1").out
    assert busy.maild("outbox", "show", "1", "--raw").raw.startswith(b"From: ")
    assert busy.maild("outbox", "retry", "1").code == ExitCode.NO_INPUT
    assert busy.maild("outbox", "--state", "failed").out == ""
