"""A DKIM key record becomes a public key that may be used: `key_of(answer, signature)`, or why there is none
(RFC 6376 3.6.1, RFC 8301, RFC 8463).

Laws: never raises; a record that forbids this signature (hash, service, domain) is no key; sizes that would cost too
much to compute with are refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from maild.ingest.authenticity.answers import Found
from maild.ingest.authenticity.signatures import Signature
from maild.ingest.authenticity.taglist import base64_of, read_tags, words

LARGEST_RSA = 8192
LARGEST_EXPONENT = 64
ED25519_BYTES = 32
ED25519_BITS = 256


@dataclass(frozen=True, slots=True)
class RsaKey:
    modulus: int
    exponent: int
    testing: bool = False

    @property
    def bits(self) -> int:
        return self.modulus.bit_length()


@dataclass(frozen=True, slots=True)
class Ed25519Key:
    point: bytes
    testing: bool = False
    bits: int = ED25519_BITS


def key_of(answer: Found, signature: Signature) -> RsaKey | Ed25519Key | str:
    records = [
        tags for tags in map(read_tags, answer.texts) if tags and "p" in tags and tags.get("v", "DKIM1") == "DKIM1"
    ]
    if len(records) != 1:
        return "no key in its record" if not records else "more than one key in its record"
    tags = records[0]
    return _forbidden(tags, signature) or _key(tags)


def _forbidden(tags: dict[str, str], signature: Signature) -> str:
    kind, _, digest = signature.algorithm.partition("-")
    flags = words(tags.get("t", ""))
    services = words(tags.get("s", "*"))
    if not tags["p"]:
        return "its key is revoked"
    if tags.get("k", "rsa").lower() != kind:
        return "its key is of another kind"
    if "h" in tags and digest not in words(tags["h"]):
        return f"its key is not for {digest}"
    if "*" not in services and "email" not in services:
        return "its key is not for mail"
    if "s" in flags and signature.identity != signature.domain:
        return "its key is not for sub-domains"
    return ""


def _key(tags: dict[str, str]) -> RsaKey | Ed25519Key | str:
    data, testing = base64_of(tags["p"]), "y" in words(tags.get("t", ""))
    if data is None:
        return "its key is no base64"
    if tags.get("k", "rsa").lower() == "ed25519":
        return Ed25519Key(data, testing) if len(data) == ED25519_BYTES else "its key is unreadable"
    return _rsa(data, testing)


def _rsa(data: bytes, testing: bool) -> RsaKey | str:
    from dkim.crypto import UnparsableKeyError, parse_public_key

    try:
        parsed = parse_public_key(data)
    except (UnparsableKeyError, AssertionError, IndexError, TypeError, ValueError):
        return "its key is unreadable"
    key = RsaKey(parsed["modulus"], parsed["publicExponent"], testing)
    odd = key.exponent < 3 or key.exponent.bit_length() > LARGEST_EXPONENT or key.modulus % 2 == 0
    return f"its key is odd ({key.bits} bit)" if odd or key.bits > LARGEST_RSA else key
