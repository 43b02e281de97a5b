"""Putting base64 aside changes nothing that is read, only what it costs."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.errors import UnparsableMail
from maild.ingest.mime.runs import Runs, folded
from maild.ingest.parse import parse
from maild.ingest.parts import sealed
from tests.effort import effort

LINE = b"A" * 76
CORPUS = Path(__file__).parent.parent.parent.parent / "shared" / "corpora" / "mails"


def lines(count: int, end: bytes = b"\r\n") -> bytes:
    return (LINE + end) * count


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_long_run_becomes_one_line_and_comes_back_as_it_was(end: bytes) -> None:
    short, runs = folded(b"X: y" + end + end + lines(500, end) + b"--b--" + end)
    assert len(short) < 60
    assert runs.unfolded(short.decode()).encode() == b"X: y" + end + end + lines(500, end) + b"--b--" + end


@pytest.mark.parametrize(
    "raw",
    [
        lines(7),
        b"Subject: " + lines(20),
        b"\n" + (b"--" + LINE[2:] + b"\r\n") * 20,
        b"\n" + (b"Subject:" + LINE[8:] + b"\n") * 20,
        b"\n" + LINE * 1000,
    ],
    ids=["too short", "no line break before", "could be boundaries", "could be headers", "one endless line"],
)
def test_what_could_mean_something_to_the_parser_stays(raw: bytes) -> None:
    assert folded(raw)[0].count(b"~maild-run") == (1 if raw.startswith(b"Subject: ") else 0)


@pytest.mark.parametrize("dashes", [0, 1, 64, 300_000])
def test_a_mail_that_contains_the_mark_itself_is_not_confused_and_takes_no_longer(dashes: int) -> None:
    raw = b"X: ~maild-run0~\n\n~maild-run" + b"-" * dashes + b"0~\n" + lines(20, b"\n")

    def there_and_back() -> bytes:
        short, runs = folded(raw)
        return runs.unfolded(short.decode()).encode()

    assert there_and_back() == raw
    assert effort(there_and_back, 1) <= 1


piece = st.one_of(
    st.sampled_from([b"\n", b"\r\n", b"\r", b"--b\r\n", b"--b--\n", b"X: y\n", b"~maild-run1~", b" "]),
    st.integers(1, 20).map(lines),
    st.integers(1, 20).map(lambda count: lines(count, b"\n")),
    st.binary(max_size=30),
)
HEAD = (
    b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)


@given(st.lists(piece, max_size=12).map(b"".join))
def test_any_mail_is_read_the_same_with_and_without(middle: bytes) -> None:
    raw = HEAD + middle
    assert outcome(raw) == outcome_without(raw)


def outcome(raw: bytes) -> object:
    try:
        return parse(raw)
    except UnparsableMail as error:
        return error.cause


def outcome_without(raw: bytes) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed, "folded", lambda raw: (raw, Runs()))
        return outcome(raw)


def test_the_corpora_are_read_the_same_with_and_without() -> None:
    if not CORPUS.exists():
        pytest.skip("the corpora are not beside this checkout")
    for path in sorted(CORPUS.rglob("*"))[:400]:
        if path.is_file() and path.stat().st_size < 500_000:
            raw = path.read_bytes()
            assert outcome(raw) == outcome_without(raw), path.name


def test_an_attachment_comes_out_byte_by_byte() -> None:
    data = bytes(range(256)) * 300
    raw = HEAD + base64.encodebytes(data) + b"\r\n--b--\r\n"
    (attachment,) = parse(raw).attachments
    assert attachment.size == len(data)
