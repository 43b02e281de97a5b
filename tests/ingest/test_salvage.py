"""What is left of a mail that cannot be read: its people, its thread, and itself."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.errors import UnparsableMail
from maild.ingest.parse import parse
from maild.ingest.salvage import LONGEST_VALUE, LOOKED_AT, salvage
from maild.model import Address, AutomaticKind, Message, Note
from tests.effort import effort
from tests.ingest.letters import HEAD, letter

ANNA = Address("Anna Berg", "anna@clinic.example")
DEEP = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(60))


def of(raw: bytes) -> Message:
    return salvage(raw, "too-deep", "more than 50 multiparts")


def test_a_mail_that_is_refused_still_says_who_wrote_about_what_and_to_which_thread() -> None:
    raw = HEAD + b"In-Reply-To: <a@b>\r\nReferences: <z@b>\r\n <a@b>\r\nCc: c@d.example\r\nReceived: x\r\n" + DEEP
    with pytest.raises(UnparsableMail) as refusal:
        parse(raw)
    message = salvage(raw, refusal.value.cause, refusal.value.detail)
    assert (message.sender, message.claimed_sender) == (ANNA, None)
    assert (message.subject, message.message_id, message.hops) == ("Printer", "<one@clinic.example>", 1)
    assert (message.in_reply_to, message.references) == (("<a@b>",), ("<z@b>", "<a@b>"))
    assert [each.address for each in (*message.to, *message.cc)] == ["support@desk.example", "c@d.example"]
    assert message.date == datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
    assert (message.unreadable, message.notes, message.bounce) == ("too-deep", (), None)


def test_the_text_says_why_and_the_attachment_is_the_mail_itself() -> None:
    raw = HEAD + DEEP
    message = of(raw)
    why = "This mail could not be read (too-deep: more than 50 multiparts). The original is attached, as it came."
    assert message.text == message.visible_text == why
    (original,) = message.attachments
    assert (original.filename, original.content_type, original.part) == ("original.eml", "message/rfc822", "")
    assert (original.size, original.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())


def test_what_reads_the_same_in_an_ordinary_mail_reads_the_same_here() -> None:
    raw = letter(
        "From: =?utf-8?q?J=C3=BCrgen?= <j@x.example>", "To: a@b.example,", " Bob <bob@b.example>",
        "Reply-To: r@x.example", "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Message-ID: <1@x>",
        "X-Auto-Response-Suppress: All", "X-Maild-Loop: desk",
        "Delivered-To: help@desk.example", "Date: Mon, 16 Nov 2026 09:30:00 +0100",
    )  # fmt: skip
    names = ("sender", "to", "cc", "reply_to", "subject", "message_id", "suppress_reply", "loop_marks", "delivered_to")
    names += ("date", "automatic", "lasting_key", "hops", "in_reply_to", "references")
    whole, salvaged = parse(raw), of(raw)
    assert {name: getattr(salvaged, name) for name in names} == {name: getattr(whole, name) for name in names}


@pytest.mark.parametrize(
    ("header", "claimed"),
    [
        (b"From: a@x.example\r\nFrom: b@x.example\r\n", "a@x.example"),
        (b"From: a@x.example\r\nX: y\r\nFROM : b@x.example\r\n", "a@x.example"),
        (b"From: a@x.example, b@x.example\r\n", "a@x.example"),
        (b"From: a@x.example\r\n" + b"X: y\r\n" * 200 + b"From: b@x.example\r\n", "a@x.example"),
        (b"From: a@x.example\r\nX: " + b"y" * LOOKED_AT + b"\r\nFrom: b@x.example\r\n", "a@x.example"),
        (b"From: a@x.example\r\nX: " + b"y" * (1 << 20) + b"\r\n", "a@x.example"),
        (b"From: a@x.example, " + b" " * LONGEST_VALUE + b"b@x.example\r\n", "a@x.example"),
        (b"From: a@x.example" + b" " * LONGEST_VALUE + b", b@x.example\r\n", "a@x.example"),
        (b"From: a@x\r\n.example\r\n", "a@x"),
        (b"From: a@x.example\r\nand b@x.example\r\nTo: c@x.example\r\n", "a@x.example"),
        (b"From: a@x.example.\r\n", "a@x.example"),
        (b"Subject: no author\r\n", None),
    ],
    ids=range(12),
)
def test_nobody_is_the_sender_where_there_could_be_a_second_one(header: bytes, claimed: str | None) -> None:
    message = of(header + b"\r\nx\r\n")
    assert message.sender is None
    assert (message.claimed_sender.address if message.claimed_sender else None) == claimed


def test_one_author_before_a_long_rest_of_the_header_is_the_sender_and_the_cut_is_told() -> None:
    message = of(HEAD + b"X: y\r\n" * 200 + b"\r\nx")
    assert message.sender == ANNA
    assert message.notes == (Note("header-cut", "the header of this mail is too long: only its beginning was read"),)


def test_of_a_long_thread_the_latest_ids_are_kept() -> None:
    message = of(HEAD + b"References: " + b"\r\n ".join(b"<%d@x.example>" % n for n in range(2000)) + b"\r\n\r\n")
    assert message.references == tuple(f"<{n}@x.example>" for n in range(1980, 2000))


def test_half_an_address_is_nobodys_address() -> None:
    wall = b",".join(b"a%04d@example.example" % n for n in range(1000))
    for shift in range(25):
        message = of(b"To: " + b"b" * shift + b"@x.example," + wall + b"\r\n\r\n")
        assert {each.address[-8:] for each in message.to} == {".example"}


def test_trace_fields_do_not_crowd_out_the_others_and_each_received_is_a_hop() -> None:
    trace = b"Received: x\r\nARC-Seal: y\r\nDKIM-Signature: z\r\nX-MS-Exchange-AntiSpam: 1\r\n" * 60
    message = of(trace + HEAD + b"\r\nx")
    assert (message.sender, message.hops, message.notes) == (ANNA, 60, ())


@pytest.mark.parametrize(
    "field", ["Auto-Submitted: auto-replied", "X-MS-Exchange-Inbox-Rules-Loop: a@b", "List-Id: <a.b>", "X-Other: y"]
)
def test_a_machines_mail_stays_a_machines_mail(field: str) -> None:
    raw = letter("From: a@x.example", field)
    assert of(raw).automatic == parse(raw).automatic


def test_a_report_that_cannot_be_read_is_automatic_and_about_nobody() -> None:
    message = of(letter("From: a@x.example", "Content-Type: multipart/report; boundary=b"))
    assert (message.automatic.kind if message.automatic else None) == AutomaticKind.AUTO_GENERATED
    assert message.bounce is None


def test_the_same_bytes_have_the_same_key_and_other_bytes_another_even_behind_the_cut() -> None:
    raw = HEAD + b"X: " + b"y" * 2 * LOOKED_AT
    assert of(raw).content_key == salvage(raw, "other", "").content_key
    assert of(raw).content_key != of(raw + b"z").content_key
    assert len(of(raw).content_key) == 64
    assert of(raw).lasting_key
    assert not of(b"Subject: x\r\n\r\n").lasting_key


@given(st.binary(max_size=3000), st.text(), st.text())
def test_any_bytes_are_salvaged(raw: bytes, cause: str, detail: str) -> None:
    message = salvage(raw, cause, detail)
    assert message.attachments[0].size == len(raw)
    message.text.encode("utf-8")


FIELD = st.sampled_from([b"From: ", b"To: ", b"Date: ", b"References: ", b"Subject: ", b"Received: ", b"X-Maild-Loop:"])
LINES = st.lists(st.tuples(FIELD, st.binary(max_size=60)).map(b"".join), max_size=20).map(b"\r\n".join)


@given(LINES)
def test_any_header_is_salvaged(raw: bytes) -> None:
    assert "could not be read" in of(raw).text


def test_even_a_bug_of_ours_leaves_the_mail_and_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(block: bytes) -> None:
        raise KeyError

    monkeypatch.setattr("maild.ingest.salvage._fields", broken)
    message = of(HEAD)
    assert (message.sender, message.attachments[0].size, message.unreadable) == (None, len(HEAD), "too-deep")


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n" * 10_000_000,
        b"a" * 20_000_000,
        b"From:" * 4_000_000,
        b"From: " + b"(" * 20_000_000,
        b":\n" * 10_000_000,
        b"X: y\n " * 3_000_000,
        HEAD + b"Subject: " + b"=?a?q?" * 100_000,
    ],
    ids=range(7),
)
def test_it_takes_no_longer_than_hashing(raw: bytes) -> None:
    hashing = effort(lambda: (hashlib.md5(raw), hashlib.sha256(raw), hashlib.sha256(raw)), 60)
    assert effort(lambda: of(raw), hashing + 0.3) <= hashing + 0.3
