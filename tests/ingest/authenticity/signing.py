"""A signer of mail written for the tests, by RFC 6376 and RFC 8463, with keys made on the spot: it signs what no honest
signer would (l=, SHA-1, small keys, times of any day).

Nothing of it is maild's or its crypto library's, so that a mistake there is not made here a second time.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from nacl.signing import SigningKey

USUAL = ("from", "to", "subject", "date", "message-id", "content-type", "mime-version")
_PREFIX = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
}
_SMALL = [number for number in range(3, 2000, 2) if all(number % odd for odd in range(3, number, 2))]


@dataclass(frozen=True)
class RsaPair:
    modulus: int
    private: int
    p: int
    q: int
    exponent: int = 65537

    @property
    def bits(self) -> int:
        return self.modulus.bit_length()

    def record(self, more: str = "") -> str:
        inner = _der(0x30, _integer(self.modulus) + _integer(self.exponent))
        kind = bytes.fromhex("300d06092a864886f70d0101010500")
        whole = _der(0x30, kind + _der(0x03, b"\0" + inner))
        return f"v=DKIM1; {more}p={base64.b64encode(whole).decode()}"

    def sign(self, digest: bytes, hashed: str) -> bytes:
        size = (self.bits + 7) // 8
        tail = _PREFIX[hashed] + digest
        padded = b"\0\1" + b"\xff" * (size - len(tail) - 3) + b"\0" + tail
        number = int.from_bytes(padded, "big")
        at_p, at_q = pow(number, self.private % (self.p - 1), self.p), pow(number, self.private % (self.q - 1), self.q)
        return (at_q + (at_p - at_q) * pow(self.q, -1, self.p) % self.p * self.q).to_bytes(size, "big")


@dataclass(frozen=True)
class EdPair:
    key: SigningKey
    bits: int = 256

    def record(self, more: str = "") -> str:
        return f"v=DKIM1; k=ed25519; {more}p={base64.b64encode(bytes(self.key.verify_key)).decode()}"

    def sign(self, digest: bytes, hashed: str) -> bytes:
        return bytes(self.key.sign(digest).signature)


@cache
def rsa(bits: int, seed: int = 1) -> RsaPair:
    """A real key, the same in each run."""
    dice = random.Random(f"{bits} {seed}")
    while True:
        p, q = _prime(bits // 2, dice), _prime(bits // 2, dice)
        if p != q and (p - 1) % 65537 and (q - 1) % 65537 and (p * q).bit_length() == bits:
            return RsaPair(p * q, pow(65537, -1, (p - 1) * (q - 1)), p, q)


@cache
def ed25519(seed: int = 1) -> EdPair:
    return EdPair(SigningKey(random.Random(seed).randbytes(32)))


def _prime(bits: int, dice: random.Random) -> int:
    while True:
        number = dice.getrandbits(bits) | 1 | 3 << (bits - 2)
        if all(number % small for small in _SMALL) and all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7)):
            return number


def _der(tag: int, data: bytes) -> bytes:
    size = len(data)
    length = (
        bytes([size])
        if size < 128
        else (lambda raw: bytes([0x80 | len(raw)]) + raw)(size.to_bytes((size.bit_length() + 7) // 8, "big"))
    )
    return bytes([tag]) + length + data


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


@dataclass(frozen=True)
class How:
    """How a mail is signed. `more` are tags of one's own ("x=1; "), `length` is l=."""

    domain: str = "acme.example"
    selector: str = "s1"
    key: RsaPair | EdPair = field(default_factory=ed25519)
    hashed: str = "sha256"
    headers: Sequence[str] = USUAL
    canonical: str = "relaxed/relaxed"
    signed_at: int | None = None
    length: int | None = None
    more: str = ""


def signed(mail: bytes, how: How) -> bytes:
    """The mail with a signature on top. Line ends are CR LF or LF."""
    head, _, body = mail.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields = re.findall(rb"^([!-9;-~]+):((?:.*\n?)(?:[ \t].*\n?)*)", head + b"\n", re.MULTILINE)
    header_form, body_form = how.canonical.split("/")
    canonical = body_of(body, body_form)[: how.length]
    digest = hashlib.new(how.hashed, canonical).digest()
    kind = "ed25519" if isinstance(how.key, EdPair) else "rsa"
    tags = [
        f"v=1; a={kind}-{how.hashed}; c={how.canonical}; d={how.domain}; s={how.selector};",
        f"{how.more}h={':'.join(how.headers)};",
        f"bh={base64.b64encode(digest).decode()};",
        "b=",
    ]
    if how.signed_at is not None:
        tags.insert(1, f"t={how.signed_at};")
    if how.length is not None:
        tags.insert(1, f"l={how.length};")
    unsigned = " " + "\r\n ".join(tags)
    text = b"".join(_selected(fields, how.headers, header_form))
    text += _field(b"DKIM-Signature", unsigned.encode() + b"\n", header_form).removesuffix(b"\r\n")
    made = how.key.sign(hashlib.new(how.hashed, text).digest(), how.hashed)
    line_end = b"\r\n" if b"\r\n" in mail else b"\n"
    top = f"DKIM-Signature:{unsigned}{base64.b64encode(made).decode()}\r\n".encode()
    return top.replace(b"\r\n", line_end) + mail


def _selected(fields: Sequence[tuple[bytes, bytes]], names: Sequence[str], form: str) -> list[bytes]:
    """From the bottom up, each at most once (RFC 6376 5.4.2)."""
    left = list(fields)
    chosen = []
    for name in names:
        place = next((at for at in reversed(range(len(left))) if left[at][0].lower() == name.encode()), None)
        if place is not None:
            chosen.append(_field(*left.pop(place), form))
    return chosen


def _field(name: bytes, value: bytes, form: str) -> bytes:
    if form == "simple":
        return name + b":" + value.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return name.lower() + b":" + b" ".join(re.split(rb"[ \t\r\n]+", value.strip(b" \t\r\n"))) + b"\r\n"


def body_of(body: bytes, form: str) -> bytes:
    """The canonical body; `body` has LF."""
    lines = body.split(b"\n")
    if form == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        return b"" if form == "relaxed" else b"\r\n"
    return b"\r\n".join(lines) + b"\r\n"
