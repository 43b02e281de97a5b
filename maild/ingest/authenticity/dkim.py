"""Whether one DKIM signature fits its mail and its key: `verify(raw, header, signature, lookup)`.

The canonical header and the crypto are dkimpy's (RFC 6376 3.4.2, 3.7; Ed25519 by pynacl: RFC 8463), which is loaded
when the first signature is looked at; the body is `body`'s. Laws: nothing the library raises comes out; time is linear
in the size of the mail. What it lets pass (l=, fields added on top, SHA-1) is `structure`'s to see.
Sightings: dkimpy 1.1.8 reads the clock itself, and does not ask whether key and algorithm are of one kind, nor whether
an RSA signature is as long as its key and smaller.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from maild.ingest.authenticity.answers import Lookup, NoAnswer, Nothing
from maild.ingest.authenticity.body import body_digest
from maild.ingest.authenticity.fields import RawField, RawHeader
from maild.ingest.authenticity.keys import Ed25519Key, RsaKey, key_of
from maild.ingest.authenticity.signatures import SMALLEST_RSA, Signature

if TYPE_CHECKING:
    from dkim import DKIM

_BARE_LF = re.compile(rb"(?<!\r)\n")


class Fit(StrEnum):
    """UNKNOWN: nobody said what its key is."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Checked:
    """`why` is for people; `weak` says what keeps a good one from proving anything; `bits` is the size of its key."""

    fit: Fit
    why: str
    weak: tuple[str, ...] = ()
    bits: int = 0


def verify(raw: bytes, header: RawHeader, signature: Signature, lookup: Lookup) -> Checked:
    """The text first: whether it was changed needs no key, so no silence of the DNS hides it."""
    relaxed, digest = signature.canonical.endswith("/relaxed"), signature.algorithm.partition("-")[2]
    if body_digest(raw, header.body, digest, relaxed=relaxed, length=signature.length) != signature.digest:
        return Checked(Fit.BAD, "its text was changed")
    answer = lookup(signature.key_name)
    if isinstance(answer, NoAnswer):
        return Checked(Fit.UNKNOWN, f"no answer from the DNS: {answer.why}")
    key = f"no key: {answer.why}" if isinstance(answer, Nothing) else key_of(answer, signature)
    return Checked(Fit.BAD, key) if isinstance(key, str) else _with_key(header, signature, key)


def _with_key(header: RawHeader, signature: Signature, key: RsaKey | Ed25519Key) -> Checked:
    why = _misfit(header, signature, key)
    if why:
        return Checked(Fit.BAD, why, bits=key.bits)
    return Checked(Fit.GOOD, f"{key.bits} bit", tuple(_weak(key)), key.bits)


def _weak(key: RsaKey | Ed25519Key) -> Iterator[str]:
    if isinstance(key, RsaKey) and key.bits < SMALLEST_RSA:
        yield f"a key of {key.bits} bit"
    if key.testing:
        yield "its domain is only testing"


def _misfit(header: RawHeader, signature: Signature, key: RsaKey | Ed25519Key) -> str:
    """ "" if it fits."""
    if isinstance(key, RsaKey) and not _is_canonical(signature.proof, key):
        return "it is longer, shorter or greater than its key allows"
    try:
        fits = _process(_prepared(header, key), signature)
    except Exception as error:  # noqa: BLE001 - whatever a library stumbles over proves nothing, and must stop no mail
        return f"it cannot be computed ({type(error).__name__})"
    return "" if fits else "its header was changed, or it was made with another key"


def _is_canonical(proof: bytes, key: RsaKey) -> bool:
    """RFC 8017 8.2.2 and 5.2.2. Otherwise anybody could write one signature in many ways, each good and new."""
    return len(proof) == (key.bits + 7) // 8 and int.from_bytes(proof, "big") < key.modulus


def _process(library: DKIM, signature: Signature) -> bool:
    tags = {
        b"a": signature.algorithm.encode(),
        b"c": signature.canonical.encode(),
        b"b": base64.b64encode(signature.proof),
    }
    names = [name.encode() for name in signature.headers]
    return library.verify_sig_process(tags, names, _pair(signature.field), None)


def _prepared(header: RawHeader, key: RsaKey | Ed25519Key) -> DKIM:
    """The library with our reading of the header in place of its own; of the body it knows nothing."""
    import dkim

    library = dkim.DKIM(minkey=0)
    library.headers = [_pair(field) for field in header.fields]
    library.keysize, library.seqtlsrpt = key.bits, False
    if isinstance(key, RsaKey):
        library.pk, library.ktag = {"modulus": key.modulus, "publicExponent": key.exponent}, b"rsa"
    else:
        from nacl.signing import VerifyKey

        library.pk, library.ktag = VerifyKey(key.point), b"ed25519"
    return library


def _pair(field: RawField) -> tuple[bytes, bytes]:
    return field.name.encode(), _BARE_LF.sub(b"\r\n", field.value)
