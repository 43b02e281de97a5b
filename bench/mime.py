"""Mail written by hand, byte by byte, so that a seed gives the same bytes on every machine.

In: headers and parts; out: a mail with CRLF line ends, in one of the encodings that are seen in the wild.
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Sequence
from email.header import Header
from random import Random

CRLF = "\r\n"
# charset, transfer encoding, how often of 100
ENCODINGS = (
    ("utf-8", "quoted-printable", 40),
    ("utf-8", "base64", 20),
    ("utf-8", "8bit", 15),
    ("iso-8859-1", "quoted-printable", 15),
    ("windows-1252", "base64", 10),
)


def headers(*pairs: tuple[str, str]) -> bytes:
    """Header lines; what is not ASCII becomes encoded words (RFC 2047)."""
    return "".join(f"{name}: {_worded(value)}{CRLF}" for name, value in pairs).encode("ascii")


def _worded(value: str) -> str:
    return value if value.isascii() else Header(value, "utf-8", maxlinelen=70).encode(linesep=CRLF)


def mailbox(name: str, address: str) -> str:
    """Name and address, as From has them."""
    return f"{_worded(name)} <{address}>"


def text_part(random: Random, text: str, subtype: str = "plain") -> bytes:
    """A text with its own headers, in an encoding drawn by its share."""
    charset, encoding = random.choices([one[:2] for one in ENCODINGS], [one[2] for one in ENCODINGS])[0]
    return part(f'text/{subtype}; charset="{charset}"', encoding, text.encode(charset, "replace"))


def part(content_type: str, encoding: str, content: bytes, *more: tuple[str, str]) -> bytes:
    """One part: headers, empty line, encoded content."""
    top = headers(("Content-Type", content_type), ("Content-Transfer-Encoding", encoding), *more)
    return top + CRLF.encode() + _encoded(encoding, content)


def _encoded(encoding: str, content: bytes) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(content).replace(b"\n", b"\r\n")
    lines = content.replace(b"\r\n", b"\n")
    encoded = quopri.encodestring(lines) if encoding == "quoted-printable" else lines
    return encoded.rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"


def multipart(random: Random, subtype: str, parts: Sequence[bytes], *parameters: str) -> bytes:
    """Several parts as one."""
    boundary = f"----=_Part_{random.getrandbits(64):016x}"
    kind = "; ".join((f"multipart/{subtype}", *parameters, f'boundary="{boundary}"'))
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + one + b"\r\n" for one in parts)
    return headers(("Content-Type", kind)) + b"\r\n" + body + line + b"--\r\n"
