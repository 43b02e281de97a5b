"""The border of a mail is kept with it; and the newest mails can be looked at by it."""

from __future__ import annotations

from maild.store import arrivals
from maild.store.engine import Store
from tests.builders import NOON
from tests.store.kit import a_received_mail, claim, keep

BORDER = "own:mx.desk.example:mx1.desk.example"


def test_whose_word_is_believed_is_kept_with_a_mail(store: Store) -> None:
    keep(store, a_received_mail(border=BORDER), a_received_mail(), a_received_mail(border="google"))
    assert [entry.envelope.border for entry in claim(store)] == [BORDER, "", "google"]


def test_the_newest_mails_of_a_border_come_with_their_beginnings(store: Store) -> None:
    long = b"Subject: a\r\n\r\n" + b"x" * 300_000
    raws = [b"Subject: 1\r\n\r\n1", long, b"Subject: 3\r\n\r\n3"]
    entries = keep(store, *(a_received_mail(raw=raw, border=BORDER) for raw in raws), a_received_mail(border="google"))
    with store.reading() as tx:
        found = arrivals.newest(tx, BORDER, 2)
        assert arrivals.newest(tx, "own:other.example", 2) == ()
    assert [one.entry for one in found] == [entries[2], entries[1]]
    assert [one.beginning for one in found] == [raws[2], long[: arrivals.BEGINNING]]
    assert {(one.border, one.received_at) for one in found} == {(BORDER, NOON)}


def test_mails_are_found_by_how_their_message_id_begins(store: Store) -> None:
    keep(store, *(a_received_mail(message_id=name) for name in ("<probe.1@a>", "<probe_1@a>", "<x.probe.1@a>")))
    with store.reading() as tx:
        assert [one.message_id for one in arrivals.named(tx, "<probe.", 9)] == ["<probe.1@a>"]
