"""One signature, one key: what fits, what does not, and that nothing a stranger writes stops the reader."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable

import dkim as library
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.authenticity.answers import Answer, Found, NoAnswer, Nothing
from maild.ingest.authenticity.body import PIECE, body_digest
from maild.ingest.authenticity.dkim import Checked, Fit, verify
from maild.ingest.authenticity.fields import header_of
from maild.ingest.authenticity.signatures import read_signature
from tests.ingest.authenticity.signing import EdPair, How, RsaPair, body_of, ed25519, rsa, signed

MAIL = (
    b"From: Ada <ada@acme.example>\r\nTo: support@desk.example\r\nSubject: The  printer\r\n is on fire\r\n"
    b"Date: Fri, 20 Nov 2026 11:59:00 +0000\r\nMessage-ID: <m1@acme.example>\r\n\r\n"
    b"Dear  all, \r\n\r\n\tplease come. \r\n\r\n\r\n"
)


def checked(raw: bytes, answer: Answer) -> Checked:
    header = header_of(raw)
    signature = read_signature(header.named("dkim-signature")[0])
    assert not isinstance(signature, str), signature
    return verify(raw, header, signature, lambda name: answer)


KEYS: dict[str, Callable[[], RsaPair | EdPair]] = {
    "rsa 2048": lambda: rsa(2048),
    "rsa 1024": lambda: rsa(1024),
    "ed25519": ed25519,
}


@pytest.mark.parametrize("canonical", ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"])
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("name", KEYS)
def test_a_sound_signature_fits(name: str, line_end: bytes, canonical: str) -> None:
    mail = MAIL.replace(b"\r\n", line_end)
    key = KEYS[name]()
    raw = signed(mail, How(key=key, canonical=canonical))
    assert checked(raw, Found((key.record(),))) == Checked(Fit.GOOD, f"{key.bits} bit", (), key.bits)


def test_the_library_agrees_with_the_signer_of_these_tests() -> None:
    for canonical in ("relaxed/relaxed", "simple/simple"):
        raw = signed(MAIL, How(key=rsa(1024), canonical=canonical))
        assert library.verify(raw, dnsfunc=lambda name, timeout: rsa(1024).record().encode())


CHANGES = {
    "a word of the text": (b"please", b"do not", "its text was changed"),
    "the subject": (b"on fire", b"all right", "its header was changed"),
    "the author": (b"Ada <ada@", b"Ada <bob@", "its header was changed"),
    "the signature": (b"bh=", b"q=dns/txt; bh=", "its header was changed"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen(what: str) -> None:
    before, after, why = CHANGES[what]
    raw = signed(MAIL, How())
    assert before in raw
    result = checked(raw.replace(before, after, 1), Found((ed25519().record(),)))
    assert result.fit is Fit.BAD
    assert result.why.startswith(why)


@pytest.mark.parametrize("what", ["the modulus added", "a zero in front"])
def test_one_rsa_signature_cannot_be_written_in_two_ways(what: str) -> None:
    pair, raw = rsa(1024), signed(MAIL, How(key=rsa(1024)))
    signature = read_signature(header_of(raw).named("dkim-signature")[0])
    assert not isinstance(signature, str)
    number = int.from_bytes(signature.proof, "big") + (pair.modulus if what == "the modulus added" else 0)
    other = raw.replace(base64.b64encode(signature.proof), base64.b64encode(number.to_bytes(129, "big")))
    assert library.verify(other, dnsfunc=lambda name, timeout: pair.record().encode()), "the library lets it pass"
    result = checked(other, Found((pair.record(),)))
    assert (result.fit, result.why) == (Fit.BAD, "it is longer, shorter or greater than its key allows")


def test_eight_bit_letters_and_an_empty_text_are_signed_as_they_are() -> None:
    for body in ("Grüße\r\n".encode(), "Grüße\r\n".encode("latin-1"), b"", b"\r\n\r\n", b"no line end"):
        mail = MAIL.partition(b"\r\n\r\n")[0] + b"\r\nX-Name: " + "Jürgen".encode("latin-1") + b"\r\n\r\n" + body
        for canonical in ("relaxed/relaxed", "simple/simple"):
            raw = signed(mail, How(canonical=canonical, headers=("from", "x-name")))
            assert checked(raw, Found((ed25519().record(),))).fit is Fit.GOOD, (body, canonical)


def record(key: RsaPair | EdPair, **changes: str) -> str:
    tags = dict(tag.strip().split("=", 1) for tag in key.record().split(";")) | changes
    return "; ".join(f"{name}={value}" for name, value in tags.items())


OTHER = base64.b64encode(bytes(ed25519(7).key.verify_key)).decode()
RECORDS = {
    "a key for mail": (record(ed25519(), s="email", h="sha1:sha256", n="a note"), Fit.GOOD, "256 bit"),
    "a key for all": (record(ed25519(), s="*"), Fit.GOOD, "256 bit"),
    "another key": (record(ed25519(), p=OTHER), Fit.BAD, "its header was changed, or it was made with another key"),
    "a revoked key": (record(ed25519(), p=""), Fit.BAD, "its key is revoked"),
    "a key of another kind": (record(ed25519(), k="rsa"), Fit.BAD, "its key is of another kind"),
    "a key for another hash": (record(ed25519(), h="sha1"), Fit.BAD, "its key is not for sha256"),
    "a key for something else": (record(ed25519(), s="tlsrpt"), Fit.BAD, "its key is not for mail"),
    "a key of a later version": (record(ed25519(), v="DKIM2"), Fit.BAD, "no key in its record"),
    "a key too short": (record(ed25519(), p="AAAA"), Fit.BAD, "its key is unreadable"),
    "no base64": (record(ed25519(), p="!!"), Fit.BAD, "its key is no base64"),
    "two p=": (record(ed25519()) + "; p=AA", Fit.BAD, "no key in its record"),
    "no tags": ("hello", Fit.BAD, "no key in its record"),
    "nothing": ("", Fit.BAD, "no key in its record"),
    "an unknown kind": (record(ed25519(), k="dsa"), Fit.BAD, "its key is of another kind"),
}


@pytest.mark.parametrize("what", RECORDS)
def test_a_key_counts_for_what_its_record_says(what: str) -> None:
    text, fit, why = RECORDS[what]
    result = checked(signed(MAIL, How()), Found((text,)))
    assert (result.fit, result.why) == (fit, why)


def test_two_keys_under_one_name_are_none() -> None:
    both = Found((ed25519().record(), ed25519(7).record()))
    assert checked(signed(MAIL, How()), both).why == "more than one key in its record"
    assert checked(signed(MAIL, How()), Found(("a site's own note", ed25519().record()))).fit is Fit.GOOD


def test_a_small_key_and_a_domain_that_tests_fit_and_prove_nothing() -> None:
    small = checked(signed(MAIL, How(key=rsa(512))), Found((rsa(512).record(),)))
    assert (small.fit, small.weak, small.bits) == (Fit.GOOD, ("a key of 512 bit",), 512)
    testing = checked(signed(MAIL, How()), Found((ed25519().record("t=y; "),)))
    assert (testing.fit, testing.weak) == (Fit.GOOD, ("its domain is only testing",))


def test_a_key_for_its_own_domain_only_signs_for_no_sub_domain() -> None:
    strict = Found((ed25519().record("t=s; "),))
    assert checked(signed(MAIL, How(more="i=@acme.example; ")), strict).fit is Fit.GOOD
    assert checked(signed(MAIL, How(more="i=ada@mail.acme.example; ")), strict).why == "its key is not for sub-domains"


def test_without_a_key_nothing_fits_and_without_an_answer_nothing_is_said() -> None:
    raw = signed(MAIL, How())
    assert checked(raw, Nothing()).fit is Fit.BAD
    assert checked(raw, NoAnswer("none within 3 s")).fit is Fit.UNKNOWN


def test_a_changed_text_is_seen_without_a_key() -> None:
    raw = signed(MAIL, How()).replace(b"please", b"do not")
    assert checked(raw, NoAnswer("none within 3 s")).why == "its text was changed"


def odd_key(modulus: int, exponent: int) -> Found:
    return Found((RsaPair(modulus, 0, 0, 0, exponent).record(),))


ODD_KEYS: dict[str, Callable[[], tuple[int, int]]] = {
    "20,000 bit": lambda: (1 << 20_000 | 1, 65537),
    "everybody can sign": lambda: (rsa(1024).modulus, 1),
    "an endless exponent": lambda: (rsa(1024).modulus, 1 << 1000 | 1),
    "an even modulus": lambda: (1 << 1024, 3),
    "two bit": lambda: (3, 3),
    "nothing": lambda: (0, 3),
}


@pytest.mark.parametrize("what", ODD_KEYS)
def test_a_key_that_costs_or_gives_too_much_is_refused_at_once(what: str) -> None:
    modulus, exponent = ODD_KEYS[what]()
    begun = time.monotonic()
    result = checked(signed(MAIL, How(key=rsa(1024))), odd_key(modulus, exponent))
    assert result.fit is Fit.BAD
    assert result.why.startswith(("its key is odd", "it cannot be computed", "it is longer, shorter or greater"))
    assert time.monotonic() - begun < 1


@given(st.binary(max_size=400), st.sampled_from(["rsa", "ed25519"]))
def test_no_key_a_stranger_publishes_stops_the_reader(data: bytes, kind: str) -> None:
    raw = signed(MAIL, How(key=rsa(1024))) if kind == "rsa" else signed(MAIL, How())
    assert checked(raw, Found((f"k={kind}; p={base64.b64encode(data).decode()}",))).fit is Fit.BAD


@given(st.text(alphabet="vkpthns=;:*y DKIM1 rsaed25519sha256\n\x00ü", max_size=80))
def test_no_record_a_stranger_publishes_stops_the_reader(text: str) -> None:
    assert checked(signed(MAIL, How()), Found((text,))).fit is Fit.BAD


PIECES = st.lists(st.sampled_from([b" ", b"\t", b"\n", b"\r\n", b"\r", b"a", b"bc", b"\xff", b"  "]), max_size=40)


@given(PIECES, st.booleans())
def test_the_body_is_made_canonical_as_two_others_do_it(pieces: list[bytes], relaxed: bool) -> None:
    body = b"".join(pieces) + b"\r\n"
    form = "relaxed" if relaxed else "simple"
    mine = body_digest(body, 0, "sha256", relaxed=relaxed, length=None)

    assert mine == hashlib.sha256(body_of(body.replace(b"\r\n", b"\n"), form)).digest()
    policy = library.CanonicalizationPolicy.from_c_value(f"simple/{form}".encode())
    whole = library.rfc822_parse(b"A: b\r\n\r\n" + body)[1]
    assert mine == hashlib.sha256(policy.canonicalize_body(whole)).digest()


def test_a_space_at_the_end_of_a_text_without_a_line_end_is_none() -> None:
    with_space = body_digest(b"some text ", 0, "sha256", relaxed=True, length=None)
    assert with_space == body_digest(b"some text\r\n", 0, "sha256", relaxed=True, length=None)


@pytest.mark.parametrize("relaxed", [True, False])
def test_a_long_body_is_the_same_body_in_pieces(relaxed: bool) -> None:

    line = b"some  words \r\n"
    body = (
        line * (PIECE // len(line)) + b"\r\n" * 20 + b" " * 100 + b"x\r\n" + line * (PIECE // len(line)) + b"\r\n" * 9
    )
    wanted = hashlib.sha256(body_of(body.replace(b"\r\n", b"\n"), "relaxed" if relaxed else "simple")).digest()
    assert body_digest(body, 0, "sha256", relaxed=relaxed, length=None) == wanted


def test_what_is_signed_to_a_length_must_be_as_long() -> None:
    assert body_digest(b"abc\r\n", 0, "sha256", relaxed=True, length=6) == b""
    for body in (b"abcdef\r\n", b"abcxyz\r\n"):
        assert body_digest(body, 0, "sha256", relaxed=True, length=3) == hashlib.sha256(b"abc").digest()


@pytest.mark.parametrize(
    "body", [b" " * 3_000_000 + b"x\r\n", b"\n" * 3_000_000, b"\r\n \r\n" * 600_000 + b"x", b"a \t b" * 600_000]
)
def test_no_body_takes_long(body: bytes) -> None:
    begun = time.monotonic()
    body_digest(body, 0, "sha256", relaxed=True, length=None)
    assert time.monotonic() - begun < 1


def test_a_field_made_to_take_long_is_no_signature() -> None:
    raw = signed(MAIL, How())
    header = header_of(raw.replace(b"b=", b"b" + b"\r\n " * 2000 + b"=", 1))
    assert read_signature(header.named("dkim-signature")[0]) == "too long to be a signature"
