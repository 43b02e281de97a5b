"""Old mail comes in without a word to anybody, with its own dates, and once however often it is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.errors import ExitCode
from tests.cli.site import Site, a_mail, raw

RECEIVED = "from mx by desk.example; Mon, 4 Mar 2019 10:00:00 +0100"
OLD = raw(a_mail(subject="From 2019", Date="Sun, 3 Mar 2019 23:00:00 +0100", Message_ID="<o1@acme.example>"))
STAMPED = f"Received: {RECEIVED}\r\n".encode() + OLD


@pytest.fixture
def ready(site: Site) -> Site:
    site.take_in()
    return site


def import_(site: Site, *words: str | Path) -> int:
    code = site.maild("ingest", "--quiet-import", *words).code
    site.take_in()
    return code


def test_an_archive_comes_in_quietly_with_its_own_dates(ready: Site) -> None:
    assert import_(ready, "--closed", ready.write("old.eml", STAMPED)) == 0
    (ticket,) = ready.maild("tickets", "--json", "--status", "closed").json
    assert (ticket["title"], ticket["created_at"][:16]) == ("From 2019", "2019-03-04T09:00")
    (silent,) = ready.maild("outbox", "--json").json
    assert (silent["state"], silent["reasons"][0]["code"]) == ("suppressed", "old-mail")


def test_without_a_stamp_the_mails_own_date_counts(ready: Site) -> None:
    import_(ready, ready.write("old.eml", OLD))
    (ticket,) = ready.maild("tickets", "--json").json
    assert (ticket["status"], ticket["created_at"][:16]) == ("new", "2019-03-03T22:00")


def test_an_import_that_is_run_again_takes_in_what_is_missing(ready: Site) -> None:
    other = OLD.replace(b"o1@", b"o2@").replace(b"From 2019", b"Another")
    box = ready.write("box.mbox", _mbox(OLD))
    import_(ready, box)
    box.write_bytes(_mbox(OLD, other))
    import_(ready, box)
    assert [row["disposition"] for row in ready.maild("inbox", "--json").json] == ["new ticket", "new ticket"]


def test_a_reply_joins_its_ticket_and_an_archive_stays_closed(ready: Site) -> None:
    reply = OLD.replace(b"<o1@acme.example>", b"<o2@acme.example>\r\nIn-Reply-To: <o1@acme.example>")
    import_(ready, "--closed", ready.write("box.mbox", _mbox(OLD, reply)))
    assert [row["disposition"] for row in ready.maild("inbox", "--json").json] == ["follow-up", "new ticket"]
    assert [ticket["status"] for ticket in ready.maild("tickets", "--json", "--status", "closed").json] == ["closed"]


def test_what_does_not_go_together_is_said(ready: Site) -> None:
    mail = ready.write("old.eml", OLD)
    for words in (("--closed",), ("--quiet-import", "--wait"), ("--quiet-import", "--json")):
        assert ready.maild("ingest", *words, mail).code == ExitCode.USAGE


def _mbox(*mails: bytes) -> bytes:
    return b"".join(
        b"From x@y.example Mon Mar 4 09:00:00 2019\n" + mail.replace(b"\r\n", b"\n") + b"\n" for mail in mails
    )
