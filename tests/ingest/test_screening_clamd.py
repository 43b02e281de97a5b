"""clamd: the real one finds EICAR wherever it hides; a broken one is never taken for one that found nothing."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from maild.ingest.screening.clamd import ping, scan
from maild.ingest.screening.patience import NoAnswer, NoSense, Patience
from maild.model import Finding, Verdict
from maild.settings import Clamd
from tests.servers.clamd import (
    EICAR,
    SIGNATURE,
    RunningClamd,
    Speak,
    a_clamd,
    a_fake_clamd,
    dripping,
    hanging,
    hanging_up,
    saying,
)
from tests.servers.requirement import free_port

CLEAN = Verdict("clamd", Finding.CLEAN)
MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def clamd() -> Iterator[RunningClamd]:
    with a_clamd("1M") as running:
        yield running


def by_socket(clamd: RunningClamd) -> Clamd:
    return Clamd(socket=clamd.socket, largest=MEBIBYTE)


def by_tcp(clamd: RunningClamd, largest: int = MEBIBYTE) -> Clamd:
    return Clamd(port=clamd.port, largest=largest)


def with_attachment(data: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@x.example", "Invoice"
    mail.set_content("See the attachment.")
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename="invoice.com")
    return mail.as_bytes()


@pytest.mark.parametrize("reach", [by_socket, by_tcp])
@pytest.mark.parametrize(
    "raw", [EICAR, b"Subject: x\r\n\r\n" + EICAR, with_attachment(EICAR)], ids=["bare", "in the text", "in base64"]
)
def test_eicar_is_a_virus(clamd: RunningClamd, reach, raw: bytes) -> None:
    assert scan(reach(clamd), raw, Patience(10)) == Verdict("clamd", Finding.VIRUS, SIGNATURE)


@pytest.mark.parametrize("raw", [b"", b"hello", with_attachment(b"a" * 500_000)], ids=["nothing", "text", "large"])
def test_what_is_harmless_is_clean(clamd: RunningClamd, raw: bytes) -> None:
    assert scan(by_socket(clamd), raw, Patience(10)) == CLEAN


def test_a_mail_larger_than_clamd_takes_is_scanned_as_far_as_it_goes(clamd: RunningClamd) -> None:
    large = with_attachment(b"a" * 3 * MEBIBYTE)
    verdict = scan(by_tcp(clamd), large, Patience(10))
    assert verdict.finding is Finding.CLEAN
    assert verdict.text == f"only the first {MEBIBYTE} of its {len(large)} bytes were scanned"
    assert scan(by_tcp(clamd), EICAR + large, Patience(10)).finding is Finding.VIRUS


@pytest.mark.parametrize("reach", ["socket", "tcp"])
def test_a_clamd_that_takes_less_than_the_settings_say_still_scans_a_part(clamd: RunningClamd, reach: str) -> None:
    settings = by_tcp(clamd, 32 * MEBIBYTE) if reach == "tcp" else Clamd(socket=clamd.socket, largest=32 * MEBIBYTE)
    verdict = scan(settings, b"a" * 5 * MEBIBYTE, Patience(10))
    assert (verdict.finding, verdict.text.startswith("only the first ")) == (Finding.CLEAN, True)


def test_ping_reaches_it(clamd: RunningClamd) -> None:
    ping(by_socket(clamd), Patience(5))
    ping(by_tcp(clamd), Patience(5))


@pytest.mark.parametrize(
    ("speak", "problem"),
    [
        (saying(b"stream: Can't allocate memory ERROR\0"), NoSense),
        (saying(b"stream: OK but not quite\0"), NoSense),
        (saying(b"OK FOUND nothing\0"), NoSense),
        (saying(b"\xff\xfe\x1b[31m" * 5000), NoSense),
        (saying(b"INSTREAM size limit exceeded. ERROR\0"), NoSense),
        (saying(b"\0"), NoSense),
        (saying(b""), NoSense),
        (hanging_up, NoSense),
        (hanging, NoAnswer),
        (dripping, NoAnswer),
    ],
)
def test_what_is_no_verdict_is_never_clean(speak: Speak, problem: type[Exception]) -> None:
    before = time.monotonic()
    with a_fake_clamd(speak) as server, pytest.raises(problem) as told:
        scan(Clamd(port=server.port), b"x" * 300_000, Patience(0.4))
    assert time.monotonic() - before < 3
    assert str(told.value).isprintable() and len(str(told.value)) < 300


def test_one_that_is_not_there_is_told_in_the_systems_words(tmp_path: Path) -> None:
    for settings in (Clamd(port=free_port()), Clamd(socket=tmp_path / "clamd.sock"), Clamd(host="a..b")):
        with pytest.raises(NoAnswer):
            scan(settings, b"x", Patience(2))
    with pytest.raises(NoAnswer, match="Connection refused"):
        ping(Clamd(port=free_port()), Patience(2))


def test_base64_of_eicar_is_what_a_mail_carries() -> None:
    assert base64.b64encode(EICAR)[:20] in with_attachment(EICAR)
