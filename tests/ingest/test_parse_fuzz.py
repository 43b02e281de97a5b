"""Whatever arrives is read, or refused with a typed cause; what is read can be stored."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from maild.errors import UnparsableMail
from maild.ingest.body.attachments import payload
from maild.ingest.mime import limits
from maild.ingest.parse import parse
from maild.model import Message
from tests.ingest.letters import HEAD, damaged, mixed
from tests.ingest.test_signed import INNER, in_pieces, smime
from tests.ingest.test_tnef import TWO_FILES, carried

CAUSES = {cause.value for cause in limits.Cause}
NEVER_STORED = {"\0", *map(chr, range(0xD800, 0xE000))}
RICH = b'Content-Type: text/html; charset=utf-8\r\n\r\n<p style="font-size:0">a<b style="color:#fff">b</b></p>'
SEEDS = (
    mixed(b"\r\nplain", RICH, kind="alternative"),
    carried(TWO_FILES),
    smime(in_pieces(INNER)),
    mixed(b"Content-Type: message/rfc822\r\n\r\n" + HEAD, b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN"),
    HEAD
    + b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\n\na \n> b \n",
)
WORDS = st.sampled_from(
    [
        HEAD, b"\r\n", b"\r\n\r\n", b"--b\r\n", b"--b--\r\n", b"Content-Type: ", b"multipart/mixed; boundary=b\r\n",
        b"multipart/alternative; boundary=b\r\n", b"text/html\r\n", b"message/rfc822\r\n",
        b"Content-Type: text/plain\r\n",
        b"Content-Transfer-Encoding: base64\r\n", b"From : a\r\n", b"From: a@b.example, \xff\r\n",
        b"Date: 1 Mai 2026 9.30\r\n",
        b"<div style='display:none'>x</div>", b"=?utf-8?q?a?b?=", b"\xed\xa0\x80", b"\0", b"charset=utf-7", b"\xff\xfe",
    ]
)  # fmt: skip


def words_of(message: Message) -> Iterator[str]:
    people = (message.sender, message.claimed_sender, *message.to, *message.cc, *message.reply_to)
    for person in filter(None, people):
        yield from (person.name, person.address)
    for file in message.attachments:
        yield from (file.filename, file.content_type, file.content_id, file.part)
    yield from (message.subject, message.message_id, message.text, message.visible_text, message.html)
    yield from (
        *message.in_reply_to,
        *message.references,
        *message.defects,
        *(hint.address for hint in message.delivered_to),
        *message.loop_marks,
    )
    yield from (text for note in message.notes for text in (note.code, note.text))
    yield from (message.suppress_reply, message.language, message.content_key)


def check(raw: bytes) -> None:
    try:
        message = parse(raw)
    except UnparsableMail as refusal:
        assert refusal.cause in CAUSES - {"unreadable"}, raw
        return
    for text in words_of(message):
        assert not set(text) & NEVER_STORED, raw
    for file in message.attachments[:3]:
        assert len(payload(raw, file.part)) == file.size


@settings(max_examples=300)
@given(st.binary(max_size=2000) | st.lists(WORDS, max_size=25).map(b"".join))
def test_any_bytes_are_read_or_refused_and_can_be_stored(raw: bytes) -> None:
    check(raw)


@settings(max_examples=300)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.binary(max_size=12) | WORDS), min_size=1, max_size=6),
)
def test_mutated_mails_are_read_or_refused_and_can_be_stored(
    raw: bytes, changes: list[tuple[float, int, bytes]]
) -> None:
    for where, length, put in changes:
        place = int(where * len(raw))
        raw = raw[:place] + put + raw[place + length :]
    check(raw)


def test_a_thousand_damaged_mails_can_be_stored() -> None:
    for raw in damaged(1000, seed=7):
        check(raw)
