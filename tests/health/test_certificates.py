"""Until when a certificate is good, read out of the bytes that OpenSSL makes, and of none other."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.health import certificates
from maild.settings import Listener, Settings
from tests.servers.requirement import need


def made(folder: Path, ends: str, *words: str) -> Path:
    """A certificate that ends then, from OpenSSL. `ends` is YYYYMMDDHHMMSSZ."""
    openssl = shutil.which("openssl")
    need(openssl, "openssl")
    key, request, file = folder / "key.pem", folder / "request.pem", folder / "cert.pem"
    common = [openssl, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=mx.desk.example"]
    subprocess.run([*common, "-keyout", key, "-out", request], check=True, capture_output=True)
    (folder / "index.txt").write_text("")
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=me\n[me]\ndatabase={folder}/index.txt\nnew_certs_dir={folder}\ndefault_md=sha256\n"
        "policy=any\nrand_serial=yes\n[any]\ncommonName=supplied\n"
    )
    sign = ["ca", "-batch", "-selfsign", "-config", folder / "ca.cnf", "-keyfile", key, "-in", request, "-out", file]
    sign += ["-startdate", "19700101000000Z", "-enddate", ends, *words]
    subprocess.run([openssl, *sign], check=True, capture_output=True)
    return file


@pytest.mark.parametrize(
    ("ends", "is_good_until"),
    [
        ("20261231235959Z", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("20491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("20500101000000Z", datetime(2050, 1, 1, tzinfo=UTC)),
        ("99991231235959Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_end_is_read_however_it_is_written(ends: str, is_good_until: datetime, tmp_path: Path) -> None:
    """Up to 2049 in two digits, later in four (RFC 5280 4.1.2.5)."""
    state = certificates.state_of(made(tmp_path, ends))
    assert (state.ends, state.problem) == (is_good_until, "")


def test_of_a_chain_the_first_certificate_counts(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first, second = made(tmp_path / "one", "20300101000000Z"), made(tmp_path / "two", "20400101000000Z")
    chain = tmp_path / "chain.pem"
    chain.write_text("a comment\n" + first.read_text() + second.read_text())
    assert certificates.state_of(chain).ends == datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "no certificate in PEM form"),
        (b"-----BEGIN CERTIFICATE-----", "no certificate in PEM form"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "cut off"),
        (b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----", ""),
        (b"\xff\xfe\x00", "no certificate in PEM form"),
    ],
)
def test_what_is_no_certificate_is_told(text: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "x.pem"
    file.write_bytes(text)
    state = certificates.state_of(file)
    assert state.ends is None and state.problem and told in state.problem


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in certificates.state_of(tmp_path / "x.pem").problem


@given(st.binary(max_size=300))
def test_any_bytes_are_an_instant_or_a_value_error(data: bytes) -> None:
    try:
        found = certificates.ends(data)
    except ValueError:
        return
    assert found.utcoffset() == timedelta()


@given(st.integers(0, 2000), st.integers(0, 255))
def test_a_certificate_with_one_wrong_byte_is_an_instant_or_a_value_error(at: int, byte: int) -> None:
    bent = bytearray(CERTIFICATE)
    bent[at % len(bent)] = byte
    test_any_bytes_are_an_instant_or_a_value_error.hypothesis.inner_test(bytes(bent))


# Only what stands before the end of a certificate, by hand: version 3, serial 1, no algorithm, no issuer.
TIMES = b"\x17\x0d700101000000Z\x17\x0d261231235959Z"
INNER = b"\xa0\x03\x02\x01\x02\x02\x01\x01\x30\x00\x30\x00\x30" + bytes([len(TIMES)]) + TIMES
CERTIFICATE = b"\x30" + bytes([len(INNER) + 2]) + b"\x30" + bytes([len(INNER)]) + INNER


def test_the_smallest_certificate_is_read() -> None:
    assert certificates.ends(CERTIFICATE) == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_each_file_of_a_listener_with_tls_is_looked_at_once(tmp_path: Path) -> None:
    file = tmp_path / "x.pem"
    secure = Listener(port=25, tls="starttls", certificate=file)
    settings = Settings(smtp=(secure, Listener(port=26, certificate=file)), lmtp=(secure,))
    assert [one.file for one in certificates.listed(settings)] == [file]
