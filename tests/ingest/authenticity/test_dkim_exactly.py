"""What is said of one signature, to the word; and that an RSA signature has one form only (RFC 8017 5.2.2, 8.2.2)."""

from __future__ import annotations

import base64
from itertools import count

import dkim as library
import pytest

from maild.ingest.authenticity.answers import Answer, Found, NoAnswer, Nothing
from maild.ingest.authenticity.dkim import Checked, Fit, verify
from maild.ingest.authenticity.fields import header_of
from maild.ingest.authenticity.signatures import Signature, read_signature
from tests.ingest.authenticity.signing import How, RsaPair, ed25519, rsa, signed

MAIL = b"From: Ada <ada@acme.example>\r\nTo: support@desk.example\r\n\r\nPlease come.\r\n"
HOW = How(key=rsa(1024), headers=("from", "to"))
NOT_ITS_FORM = "it is longer, shorter or greater than its key allows"
CHANGED = "its header was changed, or it was made with another key"


def read(raw: bytes) -> Signature:
    signature = read_signature(header_of(raw).named("dkim-signature")[0])
    assert isinstance(signature, Signature), signature
    return signature


def checked(raw: bytes, answer: Answer) -> Checked:
    return verify(raw, header_of(raw), read(raw), lambda name: answer)


def with_proof(raw: bytes, proof: bytes) -> bytes:
    return raw.replace(base64.b64encode(read(raw).proof), base64.b64encode(proof))


def test_the_key_is_asked_for_by_its_name_in_the_dns() -> None:
    raw, asked = signed(MAIL, HOW), list[str]()

    def lookup(name: str) -> Answer:
        asked.append(name)
        return Nothing()

    assert verify(raw, header_of(raw), read(raw), lookup) == Checked(Fit.BAD, "no key: no such record", (), 0)
    assert asked == ["s1._domainkey.acme.example"]


def test_what_the_dns_does_not_say_is_told() -> None:
    raw = signed(MAIL, HOW)
    assert checked(raw, NoAnswer("none within 3 s")) == Checked(
        Fit.UNKNOWN, "no answer from the DNS: none within 3 s", (), 0
    )
    assert checked(raw, Found(("p=",))) == Checked(Fit.BAD, "its key is revoked", (), 0)
    assert [str(fit) for fit in Fit] == ["good", "bad", "unknown"]


@pytest.mark.parametrize("canonical", ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"])
def test_sha1_is_computed_as_it_was_signed(canonical: str) -> None:
    raw = signed(MAIL, How(key=rsa(1024), hashed="sha1", headers=("from", "to"), canonical=canonical))
    answer = Found((rsa(1024).record(),))
    assert checked(raw, answer) == Checked(Fit.GOOD, "1024 bit", (), 1024)
    assert checked(raw.replace(b"come", b"go"), answer) == Checked(Fit.BAD, "its text was changed")
    assert checked(raw.replace(b"Ada", b"Bob"), answer) == Checked(Fit.BAD, CHANGED, (), 1024)


def test_l_is_held_against_the_text_it_covers() -> None:
    raw = signed(MAIL, How(headers=("from", "to"), length=6))
    answer = Found((ed25519().record(),))
    assert checked(raw.replace(b" come", b" go"), answer).fit is Fit.GOOD
    assert checked(raw.replace(b"Please", b"Do not"), answer).why == "its text was changed"


def test_a_small_key_of_a_domain_that_tests_is_weak_in_two_ways() -> None:
    for bits, weak in ((1022, ("a key of 1022 bit",)), (1024, ())):
        raw = signed(MAIL, How(key=rsa(bits), headers=("from", "to")))
        assert checked(raw, Found((rsa(bits).record(),))) == Checked(Fit.GOOD, f"{bits} bit", weak, bits)
        testing = checked(raw, Found((rsa(bits).record("t=y; "),)))
        assert testing.weak == (*weak, "its domain is only testing")


def test_a_signature_with_the_modulus_added_is_another_and_none() -> None:
    pair = rsa(1024)
    for number in count():
        raw = signed(MAIL, How(key=pair, headers=("from", "to"), signed_at=number))
        greater = int.from_bytes(read(raw).proof, "big") + pair.modulus
        if greater < 1 << 1024:
            break
    other = with_proof(raw, greater.to_bytes(128, "big"))
    assert checked(raw, Found((pair.record(),))).fit is Fit.GOOD
    assert library.verify(other, dnsfunc=lambda name, timeout: pair.record().encode()), "the library lets it pass"
    assert checked(other, Found((pair.record(),))) == Checked(Fit.BAD, NOT_ITS_FORM, (), 1024)


def forms() -> list[tuple[int, int, int, str]]:
    """A modulus, a signature as a number and its length in bytes; and what is said of it."""
    of_1024, of_1025, of_1017 = rsa(1024).modulus, 1 << 1024 | 1, 1 << 1016 | 1
    return [
        (of_1024, of_1024 - 1, 128, CHANGED),
        (of_1024, of_1024, 128, NOT_ITS_FORM),
        (of_1024, 1, 127, NOT_ITS_FORM),
        (of_1024, 1, 128, CHANGED),
        (of_1024, 1, 129, NOT_ITS_FORM),
        (of_1025, 1, 128, NOT_ITS_FORM),
        (of_1025, 1, 129, CHANGED),
        (of_1017, 1, 127, NOT_ITS_FORM),
        (of_1017, 1, 128, CHANGED),
    ]


def test_an_rsa_signature_is_as_long_as_its_key_and_smaller() -> None:
    raw = signed(MAIL, HOW)
    for modulus, number, size, why in forms():
        answer = Found((RsaPair(modulus, 0, 0, 0).record(),))
        found = checked(with_proof(raw, number.to_bytes(size, "big")), answer)
        assert found == Checked(Fit.BAD, why, (), modulus.bit_length()), (number, size)


def test_what_the_library_stumbles_over_proves_nothing() -> None:
    tiny = RsaPair(1 << 255 | 1, 0, 0, 0)
    raw = with_proof(signed(MAIL, HOW), bytes(31) + b"\1")
    assert checked(raw, Found((tiny.record(),))) == Checked(Fit.BAD, "it cannot be computed (KeyFormatError)", (), 256)


def test_an_ed25519_signature_that_is_cut_off_is_none() -> None:
    raw = signed(MAIL, How(headers=("from", "to")))
    answer = Found((ed25519().record(),))
    assert checked(raw, answer) == Checked(Fit.GOOD, "256 bit", (), 256)
    for proof in (read(raw).proof[:-1], read(raw).proof + b"\0"):
        assert checked(with_proof(raw, proof), answer).fit is Fit.BAD
