"""What the border's word about an author comes to."""

from __future__ import annotations

import pytest

from maild.ingest.authenticity.borders import border_of
from maild.ingest.authenticity.fields import header_of
from maild.ingest.authenticity.vouching import SILENT, Vouch, vouched
from maild.model import Address, Proof

ADA = Address("Ada", "ada@acme.example")
BELOW = Address("Ada", "ada@mail.acme.example")
HOP = "Received: from mail.acme.example by mx.desk.example with ESMTPS id o1\r\n"
SIGNER = frozenset({"acme.example"})
GOOD_KEY = "dkim=pass header.d=acme.example"
NOT_GOOD = "mx.desk.example found no good signature of acme.example"
SIGNED = "mx.desk.example says the signature of acme.example is good"
PASSED = "mx.desk.example says DMARC passed for acme.example"
REFUSED = "mx.desk.example says that acme.example has such mail refused (DMARC)"
ONLY_PATH = "mx.desk.example says only that it came by a server of acme.example (SPF)"
FAIL = "dmarc=fail (p=none) header.from=acme.example"


def says(results: str, author: Address = ADA, note: str = "own:mx.desk.example") -> Vouch:
    raw = f"Authentication-Results: mx.desk.example; {results}\r\n{HOP}From: Ada <ada@acme.example>\r\n\r\n"
    return vouched(header_of(raw.encode()), border_of(note), author)


def word(proof: Proof, code: str, text: str, **more) -> Vouch:
    return Vouch(proof, code, text, **more)


NOTHING = word(Proof.NONE, "unproven", NOT_GOOD)
DENIED = word(Proof.NONE, "unproven", NOT_GOOD, denies=True)
KEYED = word(Proof.PROVEN, "border-dkim", SIGNED, signers=SIGNER)
BY_DMARC = word(Proof.PROVEN, "border-dmarc", PASSED)
BY_PATH = word(Proof.WEAK, "border-spf", ONLY_PATH, by_path=True)
FORGED = word(Proof.FAILED, "border-refused", REFUSED, denies=True)
WORDS = [
    ("none", NOTHING),
    ("dmarc=pass header.from=acme.example", BY_DMARC),
    ("dmarc=pass header.from=evil.example", NOTHING),
    ("dmarc=pass", NOTHING),
    ("dmarc=pass header.from=acme.example; dmarc=none header.from=acme.example", NOTHING),
    ("dmarc=pass header.from=acme.example; " + FAIL, DENIED),
    ("dmarc=fail (p=reject) header.from=acme.example", FORGED),
    ("dmarc=fail (p=quarantine) header.from=acme.example", FORGED),
    ("dmarc=fail (p=reject)", FORGED),
    ("dmarc=pass (p=reject) header.from=acme.example", BY_DMARC),
    (f"dmarc=fail (p=reject) header.from=acme.example; {FAIL}", FORGED),
    ("dmarc=fail (p=reject) header.from=evil.example", NOTHING),
    (FAIL, DENIED),
    ("dmarc=temperror header.from=acme.example", NOTHING),
    (GOOD_KEY, KEYED),
    ("dkim=pass header.i=@acme.example", KEYED),
    ("dkim=pass header.i=ada@acme.example", KEYED),
    ("dkim=pass header.d=evil.example", NOTHING),
    ("dkim=pass", NOTHING),
    (f"{GOOD_KEY}; {FAIL}", word(Proof.NONE, "unproven", NOT_GOOD, signers=SIGNER, denies=True)),
    (f"{GOOD_KEY}; dmarc=pass header.from=acme.example", word(Proof.PROVEN, "border-dmarc", PASSED, signers=SIGNER)),
    ("dkim=fail header.d=acme.example", DENIED),
    ("dkim=neutral header.d=acme.example", DENIED),
    ("dkim=policy header.d=acme.example", DENIED),
    ("dkim=temperror header.d=acme.example", NOTHING),
    ("dkim=fail header.d=evil.example", NOTHING),
    ("dkim=fail header.d=acme.example; " + GOOD_KEY, KEYED),
    ("spf=pass smtp.mailfrom=ada@acme.example", BY_PATH),
    ("spf=pass smtp.mailfrom=<ada@acme.example>", BY_PATH),
    ("spf=pass smtp.mailfrom=bounces.acme.example", BY_PATH),
    ("spf=fail smtp.mailfrom=ada@acme.example", NOTHING),
    ("spf=pass smtp.mailfrom=ada@evil.example", NOTHING),
    ("spf=pass", NOTHING),
    (f"spf=pass smtp.mailfrom=ada@acme.example; {FAIL}",
     word(Proof.NONE, "unproven", NOT_GOOD, by_path=True, denies=True)),
    ("spf=pass smtp.mailfrom=ada@acme.example; dkim=fail header.d=acme.example",
     word(Proof.WEAK, "border-spf", ONLY_PATH, by_path=True, denies=True)),
]  # fmt: skip


@pytest.mark.parametrize(("results", "expected"), WORDS)
def test_only_what_is_said_about_exactly_the_author_counts(results: str, expected: Vouch) -> None:
    found = says(results)
    assert found.evidence == (f"Authentication-Results: mx.desk.example; {results}",)
    assert (found.proof, found.code, found.text) == (expected.proof, expected.code, expected.text)
    assert (found.signers, found.by_path, found.denies) == (expected.signers, expected.by_path, expected.denies)


def test_of_several_good_signatures_one_is_named_and_all_are_kept() -> None:
    found = says("dkim=pass header.d=mail.acme.example; " + GOOD_KEY, BELOW)
    assert found.signers == {"acme.example", "mail.acme.example"}
    assert found.text == "mx.desk.example says the signature of acme.example is good"


def test_a_server_of_the_same_organisation_is_theirs_and_one_of_a_public_suffix_nobodys() -> None:
    assert says("spf=pass smtp.mailfrom=x@other.acme.example", BELOW).by_path
    assert not says("spf=pass smtp.mailfrom=x@example", Address("", "ada@example")).by_path


def test_who_is_no_border_says_nothing_and_who_is_not_believed_is_heard() -> None:
    assert says(GOOD_KEY, note="") == SILENT == Vouch()
    assert (SILENT.proof, SILENT.code, SILENT.text, SILENT.denies) == (Proof.NONE, "unproven", "", False)
    twice = says(f"{GOOD_KEY}\r\nAuthentication-Results: mx.desk.example; none")
    assert (twice.proof, twice.text) == (Proof.NONE, "")
    assert twice.evidence == ("2 headers speak in the border's name: none of them is believed",)
    assert says(GOOD_KEY, note="own:mx.other.example") == SILENT


def test_microsoft_is_named_by_its_product() -> None:
    hop = "Received: from mail.acme.example by AM9.eurprd05.prod.outlook.com with HTTPS\r\n"
    raw = f"Authentication-Results: dmarc=pass header.from=acme.example\r\n{hop}From: <ada@acme.example>\r\n\r\n"
    found = vouched(header_of(raw.encode()), border_of("microsoft365"), ADA)
    assert found.text == "Microsoft 365 says DMARC passed for acme.example"
