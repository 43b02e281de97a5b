"""Passwords of users who submit mail, as a file may hold them: scrypt (RFC 7914), in the notation of PHC strings.

Laws: passwords are compared in constant time, after Unicode's NFKC, so that it does not matter how a keyboard writes
an accent; what a file demands of the processor and of memory is bounded.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import unicodedata
from dataclasses import dataclass

MOST_MEMORY = 64 << 20
"""Octets that one hash may take: 128 · r · 2^ln."""

_WRITTEN = re.compile(
    r"\$scrypt\$ln=([0-9]{1,2}),r=([0-9]{1,2}),p=([0-9]{1,2})\$([A-Za-z0-9+/]{8,86})\$([A-Za-z0-9+/]{22,86})"
)


@dataclass(frozen=True, slots=True)
class Hash:
    """A hashed password. The defaults take 16 MiB and about a quarter of a second (OWASP, 2024)."""

    salt: bytes
    digest: bytes
    ln: int = 14
    r: int = 8
    p: int = 5

    def __str__(self) -> str:
        return f"$scrypt$ln={self.ln},r={self.r},p={self.p}${_written(self.salt)}${_written(self.digest)}"

    def matches(self, password: str) -> bool:
        """Whether it is the hash of this password. Takes as long for any password."""
        return hmac.compare_digest(_scrypt(password, self), self.digest)


def hashed(password: str) -> Hash:
    """A new hash, with a salt of its own."""
    empty = Hash(os.urandom(16), bytes(32))
    return Hash(empty.salt, _scrypt(password, empty))


def read_hash(text: str) -> Hash | None:
    """The hash in a line; None if it is none, or asks for too much or for too little."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    ln, r, p = (int(number) for number in found.groups()[:3])
    # RFC 7914 2: 2^ln must be less than 2^(128 · r / 8); OpenSSL refuses more.
    if not (10 <= ln <= 20 and ln < 16 * r and 1 <= p <= 16 and 128 * r << ln <= MOST_MEMORY):
        return None
    try:
        return Hash(_read(found[4]), _read(found[5]), ln, r, p)
    except ValueError:
        return None


def _scrypt(password: str, how: Hash) -> bytes:
    normal = unicodedata.normalize("NFKC", password).encode()
    return hashlib.scrypt(
        normal, salt=how.salt, n=1 << how.ln, r=how.r, p=how.p, maxmem=2 * MOST_MEMORY, dklen=len(how.digest)
    )


def _written(octets: bytes) -> str:
    return base64.b64encode(octets).decode().rstrip("=")


def _read(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
