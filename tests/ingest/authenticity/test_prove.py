"""What the proof of one mail says, to people and to logs; what comes first, and what disagrees."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from maild.ingest.authenticity.answers import Answer, Found, NoAnswer, Nothing
from maild.ingest.authenticity.own_check import MOST_ASKED
from maild.ingest.authenticity.prove import is_login_of, prove
from maild.ingest.parse import parse
from maild.model import Address, Authenticity, Means, Proof
from tests.builders import an_envelope
from tests.ingest.authenticity.signing import How, ed25519, rsa, signed

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OWN = frozenset({"desk.example", "support@desk.example", "help@shared.example"})
MAIL = (
    b"From: Ada <ada@acme.example>\r\nTo: support@desk.example\r\nSubject: Printer\r\n"
    b"Date: Fri, 20 Nov 2026 11:59:00 +0000\r\nMessage-ID: <m1@acme.example>\r\n"
    b"Content-Type: text/plain\r\nMIME-Version: 1.0\r\n\r\nPlease come.\r\n"
)
HOW = How(signed_at=int(NOW.timestamp()))
BORDER = "own:mx.desk.example"
RECEIVED = b"Received: from mail.acme.example by mx.desk.example with ESMTPS id o1; Fri, 20 Nov 2026 11:59:02 +0000\r\n"


def silent(name: str) -> Answer:
    return NoAnswer("the servers fail")


def key(name: str) -> Answer:
    return Found((ed25519().record(),)) if name == "s1._domainkey.acme.example" else Nothing()


def proof(raw: bytes, lookup: Callable[[str], Answer] = key, **envelope: Any) -> Authenticity:
    return prove(raw, parse(raw), an_envelope(received_at=NOW, **envelope), OWN, lookup, NOW)


def says(results: str) -> bytes:
    return b"Authentication-Results: mx.desk.example; " + results.encode() + b"\r\n" + RECEIVED


def test_a_signed_mail_says_who_signed_it() -> None:
    found = proof(signed(MAIL, HOW))
    assert (found.proof, found.means, found.code, found.strict) == (Proof.PROVEN, Means.SIGNATURE, "dkim", True)
    assert found.text == "signed by acme.example (256 bit)"
    assert found.evidence == ("signature of acme.example (s1): good, 256 bit",)


def test_a_signature_is_known_again_on_another_mail_and_those_beside_it_too() -> None:
    one, two = signed(MAIL, HOW), signed(MAIL, replace(HOW, selector="s2", key=ed25519(2)))
    again, both = b"X-Trace: 7\r\n" + one, two[: -len(MAIL)] + one
    first, second, together = proof(one), proof(again), proof(both)
    assert first.signature == second.signature == together.signature and len(first.signature) == 64
    assert first.beside == () and together.beside == (proof(two, silent).signature,) != (first.signature,)
    assert proof(MAIL).signature == proof(one.replace(b"come", b"go")).signature == ""


def test_the_border_s_word_rests_on_the_signature_that_bears_it_out() -> None:
    raw = signed(MAIL, HOW)
    found = proof(says("dkim=pass header.d=acme.example") + raw, border=BORDER)
    assert (found.means, found.strict, found.signature) == (Means.BORDER, True, proof(raw).signature)


def test_an_unsigned_mail_says_that_nothing_vouches_for_it() -> None:
    assert proof(MAIL) == Authenticity(text="not signed, and no server vouches for it")


def test_a_mail_without_a_certain_author_has_failed_whatever_is_signed() -> None:
    found = proof(signed(MAIL.replace(b"Ada <ada@acme.example>", b"a@acme.example, b@acme.example"), HOW))
    assert (found.proof, found.code) == (Proof.FAILED, "no-author")


def test_a_signature_that_leaves_something_open_says_what() -> None:
    found = proof(b"Subject: DELETE it\r\n" + signed(MAIL, HOW))
    assert (found.proof, found.code) == (Proof.WEAK, "dkim-weak")
    assert found.text == "signed by acme.example, but: Subject is not signed, more than one Subject"


def test_a_changed_mail_says_that_it_was_changed() -> None:
    found = proof(signed(MAIL, HOW).replace(b"Please come", b"Please pay"))
    assert (found.proof, found.code) == (Proof.NONE, "dkim-bad")
    assert found.text == "the signature of acme.example does not count: its text was changed"


def test_trouble_of_the_dns_leaves_it_pending() -> None:
    found = proof(signed(MAIL, HOW), silent)
    assert (found.proof, found.code, found.strict) == (Proof.PENDING, "dkim-pending", False)


def test_nothing_waits_for_an_answer_that_could_prove_nothing() -> None:
    assert proof(signed(MAIL, replace(HOW, length=3)), silent).proof is Proof.NONE


def test_one_good_signature_is_enough_whatever_stands_beside_it() -> None:
    raw = signed(signed(MAIL, HOW), replace(HOW, selector="gone"))
    assert proof(raw).proof is Proof.PROVEN
    stranger = signed(signed(MAIL, HOW), replace(HOW, domain="relay.example"))
    found = proof(stranger)
    assert found.proof is Proof.PROVEN
    assert found.evidence[1] == "the signature of relay.example does not speak for acme.example"


def test_only_keys_of_domains_that_may_speak_for_the_author_are_asked_for_and_few() -> None:
    asked: list[str] = []

    def noting(name: str) -> Answer:
        asked.append(name)
        return Nothing()

    raw = signed(MAIL, replace(HOW, domain="tracker.example"))
    for number in range(7):
        raw = signed(raw, replace(HOW, selector=f"s{number}"))
    proof(raw, noting)
    assert len(asked) == MOST_ASKED
    assert all(name.endswith("._domainkey.acme.example") for name in asked)


def test_no_more_keys_are_asked_for_than_it_takes() -> None:
    asked: list[str] = []

    def noting(name: str) -> Answer:
        asked.append(name)
        return Found((ed25519().record(),))

    assert proof(signed(signed(MAIL, HOW), HOW), noting).proof is Proof.PROVEN
    assert len(asked) == 1


LOGINS = [
    ("ada@acme.example", "ada@acme.example", True),
    ("Ada@ACME.example", "ada@acme.example", True),
    ("ada", "ada@acme.example", False),
    ("support", "support@desk.example", True),
    ("Support", "support@desk.example", True),
    ("support", "support@shared.example", False),
    ("help", "help@shared.example", False),
    ("grace", "support@desk.example", False),
    ("", "@desk.example", False),
    ("", "ada@acme.example", False),
    ("desk.example", "support@desk.example", False),
]


@pytest.mark.parametrize(("login", "author", "may"), LOGINS)
def test_a_login_proves_the_address_it_belongs_to(login: str, author: str, may: bool) -> None:
    assert is_login_of(Address("", author), login, OWN) == may


def test_a_login_counts_whatever_the_mail_says_about_itself() -> None:
    found = proof(says("dmarc=fail (p=reject dis=reject) header.from=acme.example") + MAIL, login="ada@acme.example")
    assert (found.proof, found.means, found.strict) == (Proof.PROVEN, Means.LOGIN, True)


def test_a_source_that_is_taken_at_its_word_proves_every_author_and_nothing_grave() -> None:
    found = proof(MAIL, border="bare")
    assert (found.proof, found.means, found.strict) == (Proof.PROVEN, Means.SOURCE, False)


OURS = MAIL.replace(b"ada@acme.example", b"boss@desk.example")


@pytest.mark.parametrize(
    ("envelope", "level"),
    [
        ({}, Proof.NONE),
        ({"border": BORDER}, Proof.FAILED),
        ({"login": "grace"}, Proof.FAILED),
        ({"login": "boss"}, Proof.PROVEN),
    ],
)
def test_mail_of_our_own_domain_proves_itself_where_it_could_have(envelope: dict[str, str], level: Proof) -> None:
    assert proof(OURS, **envelope).proof is level


def test_an_address_of_ours_at_somebody_elses_domain_is_guarded_alone() -> None:
    at_host = MAIL.replace(b"ada@acme.example", b"help@shared.example")
    assert proof(at_host, border=BORDER).code == "own-domain"
    assert proof(at_host.replace(b"help@", b"else@"), border=BORDER).proof is Proof.NONE


def test_our_own_signed_mail_waits_for_the_dns_and_does_not_fail() -> None:
    raw = signed(OURS, replace(HOW, domain="desk.example"))
    assert proof(raw, silent, border=BORDER).proof is Proof.PENDING
    assert proof(raw, lambda name: Found((ed25519().record(),)), border=BORDER).proof is Proof.PROVEN


DMARC = "dmarc=pass (p=reject dis=none) header.from=acme.example"
PATH = "spf=pass smtp.mailfrom=ada@acme.example; "
KEYED = "dkim=pass header.d=acme.example; "
SIGNED = signed(MAIL, HOW)
CHANGED = SIGNED.replace(b"Please come", b"Please pay")
OPEN = signed(MAIL, replace(HOW, length=3)) + b"Please DELETE it.\r\n"
BORDERS = {
    "passed by signature": (KEYED + DMARC, SIGNED, Proof.PROVEN, True),
    "passed by path, unsigned": (PATH + DMARC, MAIL, Proof.PROVEN, False),
    "passed, nobody says how, unsigned": (DMARC, MAIL, Proof.PROVEN, False),
    "passed by signature, none there": (KEYED + DMARC, MAIL, Proof.WEAK, False),
    "passed by signature, ours says changed": (KEYED + DMARC, CHANGED, Proof.NONE, False),
    "passed by path, the text changed": (PATH + DMARC, CHANGED, Proof.PROVEN, False),
    "passed, the signature leaves the end open": (KEYED + DMARC, OPEN, Proof.WEAK, False),
    "passed by path, the signature leaves the end open": (PATH + DMARC, OPEN, Proof.WEAK, False),
    "passed for another author": (DMARC.replace("acme", "evil"), MAIL, Proof.NONE, False),
    "passed for a domain above": (DMARC.replace("acme.", ""), MAIL, Proof.NONE, False),
    "dkim only": (KEYED + "dmarc=none", SIGNED, Proof.PROVEN, True),
    "dkim of another domain": ("dkim=pass header.d=evil.example", MAIL, Proof.NONE, False),
    "spf only": (PATH + "dmarc=none", MAIL, Proof.WEAK, False),
    "spf of another domain": ("spf=pass smtp.mailfrom=x@evil.example", MAIL, Proof.NONE, False),
    "refused": ("dmarc=fail (p=reject dis=reject) header.from=acme.example", SIGNED, Proof.FAILED, False),
    "failed without a policy, ours says good": (
        "dmarc=fail (p=none dis=none) header.from=acme.example",
        SIGNED,
        Proof.NONE,
        False,
    ),
    "its signature failed, ours says good": ("dkim=fail header.d=acme.example", SIGNED, Proof.NONE, False),
    "the border had trouble, ours says good": ("dmarc=temperror header.from=acme.example", SIGNED, Proof.PROVEN, True),
    "says nothing, ours says good": ("none", SIGNED, Proof.PROVEN, True),
    "no results, ours says good": ("", SIGNED, Proof.PROVEN, True),
}


@pytest.mark.parametrize("what", BORDERS)
def test_the_border_and_our_own_check_make_one_proof(what: str) -> None:
    results, mail, level, strict = BORDERS[what]
    found = proof((says(results) if results else RECEIVED) + mail, border=BORDER)
    assert (found.proof, found.strict) == (level, strict), found


def test_the_border_is_named_in_words() -> None:
    found = proof(says(PATH + DMARC) + MAIL, border=BORDER)
    assert (found.means, found.text) == (Means.BORDER, "mx.desk.example says DMARC passed for acme.example")


def test_while_the_dns_is_silent_the_border_stands_alone() -> None:
    found = proof(says(KEYED + DMARC) + SIGNED, silent, border=BORDER)
    assert (found.proof, found.strict) == (Proof.PROVEN, False)
    assert proof(says(KEYED + DMARC) + OPEN, silent, border=BORDER).proof is Proof.WEAK
    small = signed(MAIL, replace(HOW, key=rsa(512)))
    assert proof(says(KEYED + DMARC) + small, silent, border=BORDER).proof is Proof.WEAK


def test_nobody_is_believed_where_no_border_is_named() -> None:
    assert proof(says(PATH + DMARC) + MAIL).proof is Proof.NONE


def test_a_large_mail_with_a_small_key_costs_little() -> None:
    raw = signed(MAIL + b"QUJD" * 19 + b"\r\n", replace(HOW, key=rsa(1024))) + b"QUJDQUJD\r\n" * 400_000
    message = parse(raw)
    begun = time.monotonic()
    found = prove(raw, message, an_envelope(received_at=NOW), OWN, lambda name: Found((rsa(1024).record(),)), NOW)
    assert time.monotonic() - begun < 1
    assert found.code == "dkim-bad"


def test_proof_of_an_unsigned_mail_costs_next_to_nothing() -> None:
    message, envelope = parse(MAIL), an_envelope(received_at=NOW)
    rounds = []
    for _ in range(5):
        begun = time.perf_counter()
        for _ in range(100):
            prove(MAIL, message, envelope, OWN, key, NOW)
        rounds.append(time.perf_counter() - begun)
    assert min(rounds) / 100 < 200e-6
