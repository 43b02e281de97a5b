"""One DKIM-Signature field becomes a `Signature`: `read_signature(field)`, or the reason why it is none (RFC 6376 3.5).

Laws: bounded, linear, never raises. Every value is checked here, so that what is handed to the crypto library is of
the few forms it was written for, and this reading is the only one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from maild.ingest.authenticity.fields import RawField
from maild.ingest.authenticity.taglist import base64_of, dense, number_of, read_tags, words

LONGEST = 8192
MOST_NAMES = 200
SMALLEST_RSA = 1024
"""Bits of a key that nobody finds by computing (RFC 8301)."""
ALGORITHMS = ("rsa-sha256", "ed25519-sha256", "rsa-sha1")
_NEEDED = ("v", "a", "b", "bh", "d", "h", "s")
_CANONICAL = ("simple", "relaxed")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_FIELD_NAME = re.compile(r"[!-9<-~]+")
# The library looks for the end of b= in time quadratic in a run of white space. No signer folds like that.
_LONG_SPACE = re.compile(rb"\s{100}")


@dataclass(frozen=True, slots=True)
class Signature:
    """A well-formed signature. Names are in lower case, times are seconds since 1970 UTC.

    `canonical` is how header and body are made canonical ("relaxed/simple"); `headers` are the names in h=, in order;
    `digest` is the hash of the body, `proof` the signature itself; `length` is l=, how much of the body is signed,
    None for all of it; `identity` is the domain of i=.
    """

    field: RawField
    domain: str
    selector: str
    algorithm: str
    canonical: str
    headers: tuple[str, ...]
    digest: bytes
    proof: bytes
    length: int | None
    signed_at: int | None
    expires: int | None
    identity: str

    @property
    def key_name(self) -> str:
        """Where its public key stands in the DNS (RFC 6376 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def fingerprint(self) -> str:
        """By what the same signature is known on another mail: a SHA-256 of d=, s= and b=, in hexadecimal digits."""
        return hashlib.sha256(f"{self.domain} {self.selector} ".encode() + self.proof).hexdigest()


def read_signature(field: RawField) -> Signature | str:
    tags = _tags(field)
    if isinstance(tags, str):
        return tags
    wrong = next((why for is_wrong, why in _RULES if is_wrong(tags)), "")
    return wrong or _signature(field, tags)


def _tags(field: RawField) -> dict[str, str] | str:
    if len(field.value) > LONGEST or _LONG_SPACE.search(field.value):
        return "too long to be a signature"
    try:
        tags = read_tags(field.value.decode("ascii"))
    except UnicodeDecodeError:
        return "letters beyond ASCII"
    if tags is None:
        return "no list of tags"
    missing = next((name for name in _NEEDED if name not in tags), "")
    return f"no {missing}=" if missing else tags


def _signature(field: RawField, tags: dict[str, str]) -> Signature:
    return Signature(
        field, tags["d"].lower(), tags["s"].lower(), tags["a"].lower(), _canonical(tags), words(tags["h"]),
        base64_of(tags["bh"]) or b"", base64_of(tags["b"]) or b"",
        number_of(tags.get("l")), number_of(tags.get("t")), number_of(tags.get("x")), _identity(tags),
    )  # fmt: skip


def _canonical(tags: dict[str, str]) -> str:
    """Without c=, or without its second half: simple (RFC 6376 3.5)."""
    header, _, body = dense(tags.get("c", "simple")).lower().partition("/")
    return f"{header}/{body or 'simple'}"


def _identity(tags: dict[str, str]) -> str:
    return dense(tags["i"]).rpartition("@")[2].lower() if "i" in tags else tags["d"].lower()


def _is_outside(tags: dict[str, str]) -> bool:
    """i= must be of d= or below it (RFC 6376 3.5)."""
    return "i" in tags and not f".{_identity(tags)}".endswith(f".{tags['d'].lower()}")


def _is_no_number(tags: dict[str, str]) -> bool:
    return any(name in tags and number_of(tags[name]) is None for name in ("l", "t", "x"))


def _is_no_name_list(tags: dict[str, str]) -> bool:
    names = words(tags["h"])
    return len(names) > MOST_NAMES or not all(map(_FIELD_NAME.fullmatch, names))


def _is_no_host(name: str) -> bool:
    return len(name) > 190 or not _HOST.fullmatch(name.lower())


_RULES: tuple[tuple[Callable[[dict[str, str]], object], str], ...] = (
    (lambda tags: tags["v"] != "1", "a version other than 1"),
    (lambda tags: tags["a"].lower() not in ALGORITHMS, "an unknown algorithm"),
    (lambda tags: _is_no_host(tags["d"]) or _is_no_host(tags["s"]), "d= or s= is no name"),
    (lambda tags: not base64_of(tags["b"]) or not base64_of(tags["bh"]), "b= or bh= is no base64"),
    (lambda tags: set(_canonical(tags).split("/")) - set(_CANONICAL), "an unknown canonical form"),
    (_is_no_name_list, "h= is no list of names"),
    (lambda tags: "from" not in words(tags["h"]), "From is not signed"),
    (lambda tags: "q" in tags and "dns/txt" not in words(tags["q"]), "its key is not in the DNS"),
    (_is_no_number, "l=, t= or x= is no number"),
    (_is_outside, "i= is outside of d="),
)
