"""What the server in front wrote about a mail: its topmost word counts, and nothing in the mail shouts it down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.cleaning import clean_header
from maild.ingest.screening.headers import LONGEST_TEXT, said_in_headers
from maild.model import Finding, Verdict
from maild.settings import SpamHeader
from tests.effort import effort

FLAG = SpamHeader(name="X-Spam-Flag", value="/^yes/i")
STATUS = SpamHeader(name="X-Spam-Status", value="/^yes/i")
RSPAMD = SpamHeader(name="X-Rspamd-Action", value="/^(reject|add header|rewrite subject)/")
MICROSOFT = SpamHeader(name="X-MS-Exchange-Organization-SCL", value="/^[5-9]$/")
CLAMAV = SpamHeader(name="X-Virus-Status", value="/^infected/i", means="virus")
ALL = (FLAG, STATUS, RSPAMD, MICROSOFT, CLAMAV)


def found(raw: bytes, *headers: SpamHeader) -> list[tuple[str, Finding]]:
    return [(one.scanner, one.finding) for one in said_in_headers(headers or ALL, raw)]


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        (b"X-Spam-Flag: YES", Finding.SPAM),
        (b"x-spam-flag:yes", Finding.SPAM),
        (b"X-Spam-Flag: NO", None),
        (b"X-Spam-Status: Yes, score=12.4 required=5.0 tests=BAYES_99\r\n\tautolearn=no", Finding.SPAM),
        (b"X-Spam-Status: No, score=-1.9", None),
        (b"X-Rspamd-Action: add header", Finding.SPAM),
        (b"X-Rspamd-Action: no action", None),
        (b"X-MS-Exchange-Organization-SCL: 9", Finding.SPAM),
        (b"X-MS-Exchange-Organization-SCL: -1", None),
        (b"X-MS-Exchange-Organization-SCL: 1", None),
        (b"X-Virus-Status: Infected (Eicar-Signature)", Finding.VIRUS),
        (b"X-Virus-Status: Clean", None),
        (b"X-Spam-Flag:\r\n YES", Finding.SPAM),
        (b"X-Spam-Flag: =?utf-8?q?YES?=", Finding.SPAM),
        (b"X-Spam-Flagged: YES", None),
        (b"Y-X-Spam-Flag: YES", None),
        (b"Subject: X-Spam-Flag: YES", None),
        (b"Subject: a\r\n X-Spam-Flag: YES", None),
    ],
)
def test_headers_mean_what_is_configured(line: bytes, finding: Finding | None) -> None:
    raw = b"From: a@x.example\r\n" + line + b"\r\nTo: b@y.example\r\n\r\nbody\r\n"
    assert [one for _, one in found(raw)] == ([finding] if finding else [])
    assert found(raw.replace(b"\r\n", b"\n")) == found(raw)


def test_only_the_topmost_field_of_a_name_counts() -> None:
    assert found(b"X-Spam-Flag: NO\r\nX-Spam-Flag: YES\r\n\r\n") == []
    assert found(b"X-Spam-Flag: YES\r\nX-Spam-Flag: NO\r\n\r\n") == [("header X-Spam-Flag", Finding.SPAM)]


@pytest.mark.parametrize("end", [b"\r\n\r\n", b"\n\n", b"\r\n\n", b"\n\r\n", b"\r\r"])
def test_what_a_mail_quotes_in_its_text_is_no_header(end: bytes) -> None:
    assert found(b"From: a@x.example" + end + b"X-Spam-Flag: YES\r\n") == []


def test_empty_lines_before_the_header_hide_nothing() -> None:
    assert found(b"\r\n\r\nX-Spam-Flag: YES\r\n\r\n") == [("header X-Spam-Flag", Finding.SPAM)]


def test_the_reason_is_short_and_clean() -> None:
    raw = b"X-Spam-Status: Yes\x1b[31m \x00" + b"x" * 9000 + b"\r\n\r\n"
    ((verdict),) = said_in_headers((STATUS,), raw)
    assert verdict == Verdict("header X-Spam-Status", Finding.SPAM, verdict.text)
    assert len(verdict.text) <= LONGEST_TEXT and verdict.text.isprintable()


@given(st.binary(max_size=400), st.sampled_from(ALL))
def test_any_bytes_have_an_answer(raw: bytes, header: SpamHeader) -> None:
    for verdict in said_in_headers((header,), header.name.encode() + b":" + raw):
        assert verdict.finding is Finding(header.means) and verdict.text == clean_header(verdict.text)


@pytest.mark.parametrize(
    "raw",
    [
        b"X-Spam-Flag" * 2_000_000,
        b"X-Spam-Flag :" * 500_000,
        b"X-Spam-Flag:\n" * 500_000,
        b"X-Spam-Flag:\n " + b" \n" * 3_000_000,
        b"\r" * 5_000_000 + b"X-Spam-Flag: YES",
        b"X-Spam-Flag" + b" " * 5_000_000,
    ],
)
def test_no_header_takes_long(raw: bytes) -> None:
    assert effort(lambda: said_in_headers(ALL, raw), 0.5) <= 0.5
