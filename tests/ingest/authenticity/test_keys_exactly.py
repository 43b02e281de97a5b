"""Key records tag by tag (RFC 6376 3.6.1, RFC 8301, RFC 8463): which key a signature may use, and of what size."""

from __future__ import annotations

import base64

import pytest

from maild.ingest.authenticity.answers import Found
from maild.ingest.authenticity.fields import RawField
from maild.ingest.authenticity.keys import ED25519_BITS, ED25519_BYTES, Ed25519Key, RsaKey, key_of
from maild.ingest.authenticity.signatures import Signature
from tests.ingest.authenticity.signing import RsaPair

POINT = bytes(range(32))
P = base64.b64encode(POINT).decode()
ODD_1024 = (1 << 1023) | 1
THRICE = 3 * (1 << 1022 | 1)
RSA = RsaPair(ODD_1024, 0, 0, 0).record().removeprefix("v=DKIM1; ")


def signature(algorithm: str = "ed25519-sha256", identity: str = "acme.example") -> Signature:
    field = RawField("DKIM-Signature", b"")
    return Signature(
        field, "acme.example", "s1", algorithm, "relaxed/relaxed", ("from",), b"", b"", None, None, None, identity
    )


def key(*texts: str, algorithm: str = "ed25519-sha256", identity: str = "acme.example") -> RsaKey | Ed25519Key | str:
    return key_of(Found(texts), signature(algorithm, identity))


SOUND = Ed25519Key(POINT)
ANOTHER_KIND, NOT_FOR_MAIL = "its key is of another kind", "its key is not for mail"
NO_KEY, TWO_KEYS = "no key in its record", "more than one key in its record"
RECORDS = [
    (f"v=DKIM1; k=ed25519; p={P}", SOUND),
    (f"k=ed25519; p={P}", SOUND),
    (f"k=ed25519; p={P}; v=DKIM1", SOUND),
    (f"k=Ed25519; p={P[:9]} {P[9:]}; n=note", SOUND),
    (f"k=ed25519; p={P}; h=SHA1 : sha256", SOUND),
    (f"k=ed25519; p={P}; s=*", SOUND),
    (f"k=ed25519; p={P}; s=tlsrpt:Email", SOUND),
    (f"k=ed25519; p={P}; s=tlsrpt:*", SOUND),
    (f"k=ed25519; p={P}; t=", SOUND),
    (f"k=ed25519; p={P}; t=s", SOUND),
    (f"k=ed25519; p={P}; t=x:yes", SOUND),
    (f"k=ed25519; p={P}; t=y", Ed25519Key(POINT, testing=True)),
    (f"k=ed25519; p={P}; t=s : Y", Ed25519Key(POINT, testing=True)),
    (f"v=DKIM2; k=ed25519; p={P}", NO_KEY),
    (f"v=DKIM; k=ed25519; p={P}", NO_KEY),
    (f"v=; k=ed25519; p={P}", NO_KEY),
    (f"v=DKIM1; k=ed25519; P={P}", NO_KEY),
    ("", NO_KEY),
    ("k=ed25519; p=", "its key is revoked"),
    ("p=", "its key is revoked"),
    (f"p={P}", ANOTHER_KIND),
    (f"k=; p={P}", ANOTHER_KIND),
    (f"k=ed25519; p={P}; h=sha1", "its key is not for sha256"),
    (f"k=ed25519; p={P}; h=", "its key is not for sha256"),
    (f"k=ed25519; p={P}; s=tlsrpt", NOT_FOR_MAIL),
    (f"k=ed25519; p={P}; s=", NOT_FOR_MAIL),
    ("k=ed25519; p=!", "its key is no base64"),
    (f"k=ed25519; p={base64.b64encode(POINT[:31]).decode()}", "its key is unreadable"),
    (f"k=ed25519; p={base64.b64encode(POINT + b'0').decode()}", "its key is unreadable"),
]


@pytest.mark.parametrize(("text", "found"), RECORDS)
def test_a_record_says_what_its_key_is_for(text: str, found: Ed25519Key | str) -> None:
    assert key(text) == found


def test_only_a_key_that_says_so_is_bound_to_its_own_domain() -> None:
    below = "mail.acme.example"
    for flags in ("t=y:x", "t=ss", "n=s"):
        assert isinstance(key(f"k=ed25519; p={P}; {flags}", identity=below), Ed25519Key)
    for flags in ("t=s", "t=y:S"):
        assert key(f"k=ed25519; p={P}; {flags}", identity=below) == "its key is not for sub-domains"


def test_of_several_records_one_is_the_key() -> None:
    one, other = f"k=ed25519; p={P}", "k=ed25519; p="
    assert key("a note", one, "v=spf1 -all") == key(one, "a=b") == key(f"v=DKIM2; p={P}", one) == SOUND
    assert key(one, one) == key(one, other) == key(other, one, one) == TWO_KEYS
    assert key() == key("a note", "v=spf1 -all") == NO_KEY


def test_a_record_is_for_rsa_unless_it_names_another_kind() -> None:
    wanted = RsaKey(ODD_1024, 65537)
    assert (wanted.bits, wanted.testing) == (1024, False)
    for algorithm in ("rsa-sha256", "rsa-sha1"):
        assert key(RSA, algorithm=algorithm) == key(f"k=RSA; {RSA}", algorithm=algorithm) == wanted
    assert key(f"{RSA}; t=y", algorithm="rsa-sha256") == RsaKey(ODD_1024, 65537, testing=True)
    assert key(RSA) == key(f"k=ed25519; p={P}", algorithm="rsa-sha256") == ANOTHER_KIND
    assert key(f"{RSA}; h=sha256", algorithm="rsa-sha1") == "its key is not for sha1"
    assert key(f"{RSA}; h=sha1", algorithm="rsa-sha1") == wanted


def test_an_rsa_key_may_stand_there_without_its_kind() -> None:
    whole = base64.b64decode(RSA.removeprefix("p="))
    bare = whole[whole.index(b"\x00\x30\x81") + 1 :]
    assert key(f"p={base64.b64encode(bare).decode()}", algorithm="rsa-sha256") == RsaKey(ODD_1024, 65537)


@pytest.mark.parametrize("data", [b"a", b"\x30", b"\x30\x00", b"\x30\x03\x02\x01\x05", b"\x05\x00", POINT])
def test_what_is_no_rsa_key_is_unreadable(data: bytes) -> None:
    assert key(f"p={base64.b64encode(data).decode()}", algorithm="rsa-sha256") == "its key is unreadable"


def test_sizes_hold_to_the_bit() -> None:
    assert (ED25519_BYTES, ED25519_BITS, SOUND.bits) == (32, 256, 256)
    for modulus, exponent in ((ODD_1024, 3), (ODD_1024, 4), (ODD_1024, (1 << 64) - 1), (1 << 8191 | 1, 3), (THRICE, 3)):
        assert sized(modulus, exponent) == RsaKey(modulus, exponent)


ODD = [
    (ODD_1024, 0, 1024), (ODD_1024, 1, 1024), (ODD_1024, 2, 1024), (ODD_1024, 1 << 64, 1024),
    (1 << 8192 | 1, 3, 8193), (1 << 1023, 3, 1024), (THRICE * 2, 3, 1025), (0, 3, 0),
]  # fmt: skip


@pytest.mark.parametrize(("modulus", "exponent", "bits"), ODD, ids=range(len(ODD)))
def test_a_key_that_costs_too_much_or_protects_nothing_is_odd(modulus: int, exponent: int, bits: int) -> None:
    assert sized(modulus, exponent) == f"its key is odd ({bits} bit)"


def sized(modulus: int, exponent: int) -> RsaKey | Ed25519Key | str:
    return key(RsaPair(modulus, 0, 0, 0, exponent).record(), algorithm="rsa-sha256")
