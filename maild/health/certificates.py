"""Until when is a certificate good? A PEM file or DER bytes in, an instant out.

Python's ssl verifies certificates but tells nobody when those of a server end, so the few bytes of RFC 5280 4.1 that
say it are read here. Law: whatever the bytes are, the answer is an instant or a ValueError.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from maild.settings import Settings

LARGEST = 1 << 20
SEQUENCE, VERSION, INTEGER, UTC_TIME, GENERALIZED_TIME = 0x30, 0xA0, 0x02, 0x17, 0x18
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class CertificateState:
    """A listener's certificate: until when it is good (UTC), or why that cannot be said."""

    file: Path
    ends: datetime | None = None
    problem: str = ""


def listed(settings: Settings) -> tuple[CertificateState, ...]:
    """The certificates of all listeners, each file once."""
    files = (listener.certificate for listener in (*settings.smtp, *settings.lmtp) if listener.tls != "none")
    return tuple(state_of(file) for file in dict.fromkeys(files) if file is not None)


def state_of(file: Path) -> CertificateState:
    """How a PEM file stands; the first certificate in it is the server's own (RFC 8446 4.4.2)."""
    try:
        with file.open("rb") as opened:
            text = opened.read(LARGEST).decode("ascii", "replace")
        return CertificateState(file, ends(_first(text)))
    except OSError as error:
        return CertificateState(file, problem=f"cannot be read ({error.strerror})")
    except ValueError as error:
        return CertificateState(file, problem=str(error))


def ends(der: bytes) -> datetime:
    """notAfter of a certificate. Raises ValueError."""
    body = _inside(_inside(der, SEQUENCE), SEQUENCE)
    if body[:1] == bytes([VERSION]):
        body = _after(body)
    for _ in ("serial number", "signature", "issuer"):
        body = _after(body)
    return _instant(_after(_inside(body, SEQUENCE)))


def _first(text: str) -> bytes:
    begin = text.find(_BEGIN)
    end = text.find(_END, begin)
    if begin < 0 or end < 0:
        raise ValueError("there is no certificate in PEM form in it")
    return ssl.PEM_cert_to_DER_cert(text[begin : end + len(_END)])


def _header(data: bytes) -> tuple[int, int, int]:
    """Tag, and where the content begins and ends (X.690 8.1)."""
    if len(data) < 2:
        raise ValueError("it is no certificate")
    tag, length, begin = data[0], data[1], 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(data[2:begin], "big")
    if begin > 2 + 4 or begin + length > len(data):
        raise ValueError("it is no certificate, or cut off")
    return tag, begin, begin + length


def _inside(data: bytes, wanted: int) -> bytes:
    tag, begin, end = _header(data)
    if tag != wanted:
        raise ValueError("it is no certificate")
    return data[begin:end]


def _after(data: bytes) -> bytes:
    return data[_header(data)[2] :]


def _instant(data: bytes) -> datetime:
    """UTCTime or GeneralizedTime, with seconds and Z; two digits of a year mean 1950 to 2049 (RFC 5280 4.1.2.5)."""
    tag, begin, end = _header(data)
    text = data[begin:end].decode("ascii", "replace")
    if tag == UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    elif tag != GENERALIZED_TIME:
        raise ValueError("it is no certificate")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
