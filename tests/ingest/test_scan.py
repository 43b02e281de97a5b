"""The glance at raw bytes: the same ids that a full reading finds, and never more than a glance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.header.scan import noted
from maild.ingest.parse import parse
from tests.ingest.letters import letter


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        (letter("Message-ID: <a@b>"), ("<a@b>", "")),
        (letter("MESSAGE-id: <a@b>", "in-reply-to: <c@d> <e@f>", "References: <x@y>"), ("<a@b>", "<c@d>")),
        (letter("Message-ID:\r\n <a@b>", "References: <c@d>\r\n\t<e@f>\r\n <g@h>"), ("<a@b>", "<g@h>")),
        (letter("Message-ID : <a@b>"), ("<a@b>", "")),
        (letter("X-Message-ID: <a@b>", "Message-ID-Old: <c@d>"), ("", "")),
        (letter("Subject: x", body="Message-ID: <a@b>\r\n"), ("", "")),
        (b"Message-ID: <a@b>\nReferences: <c@d>\n\nIn-Reply-To: <e@f>\n", ("<a@b>", "<c@d>")),
        (b"Message-ID: <a@b>", ("<a@b>", "")),
        (b"\r\nMessage-ID: <a@b>\r\n\r\n", ("<a@b>", "")),
        (letter("References: " + "\r\n ".join(f"<{n}@x>" for n in range(4000))), ("", "<3999@x>")),
        (b"X: " + b"a" * 70_000 + b"\r\nMessage-ID: <a@b>\r\n\r\n", ("", "")),
        (b"", ("", "")),
    ],
)
def test_ids_are_found_in_the_header_and_only_there(raw: bytes, ids: tuple[str, str]) -> None:
    assert noted(raw) == ids


IDS = st.lists(st.from_regex(r"\A<[a-z0-9.]{1,9}@[a-z]{1,9}>\Z"), max_size=3).map("\r\n ".join)


@given(IDS, IDS, IDS, st.booleans())
def test_the_glance_and_the_reading_agree(own: str, parents: str, ancestors: str, bare: bool) -> None:
    raw = letter("From: a@x.example", f"Message-ID: {own}", f"In-Reply-To: {parents}", f"References: {ancestors}")
    raw = raw.replace(b"\r\n", b"\n") if bare else raw
    message = parse(raw)
    parent = (*message.in_reply_to[:1], *message.references[-1:], "")[0]
    assert noted(raw) == (message.message_id, parent)


@given(st.binary(max_size=500))
def test_any_bytes_can_be_glanced_at(raw: bytes) -> None:
    assert all(isinstance(each, str) for each in noted(raw))
