"""What is decided about a mail's header before any signature is computed: whether it is signed, and read in one way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from maild.ingest.authenticity.answers import Answer, Nothing
from maild.ingest.authenticity.fields import header_of
from maild.ingest.authenticity.prove import prove
from maild.ingest.mime.limits import HEADER_BLOCK
from maild.model import Address, Authenticity, Means, Proof
from tests.builders import ADA, a_message, an_envelope

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OWN = frozenset({"desk.example"})
FROM = b"From: Ada <ada@acme.example>\r\n"
SIGNED = b"DKIM-Signature: v=1\r\n"
UNSIGNED_TEXT = "not signed, and no server vouches for it"
UNREADABLE = "a signature does not count: no a="


def nobody(name: str) -> Answer:
    return Nothing()


def proof(raw: bytes, author: Address | None = ADA, **envelope: Any) -> Authenticity:
    message = a_message(sender=author)
    return prove(raw, message, an_envelope(received_at=NOW, **envelope), OWN, nobody, NOW)


GLANCES = [
    (SIGNED + FROM + b"\r\ntext", True),
    (FROM + SIGNED + b"\r\ntext", True),
    (FROM + SIGNED.lower() + b"\r\n", True),
    (SIGNED + FROM, True),
    (b"\r\n\r\n" + SIGNED + FROM + b"\r\ntext", True),
    (b"\n" + SIGNED + FROM + b"\r\ntext", True),
    (b"\r" + SIGNED + FROM + b"\r\ntext", True),
    ((SIGNED + FROM).replace(b"\r\n", b"\n") + b"\ntext\n\nmore", True),
    (FROM + b"\r\n" + SIGNED, False),
    (FROM + b"\r\n" + SIGNED + b"\r\n\r\n", False),
    (FROM.replace(b"\r\n", b"\n") + b"\n" + SIGNED + b"\n\n", False),
    (FROM.replace(b"\r\n", b"\n") + b"\n" + SIGNED, False),
    (FROM, False),
    (b"\n\n" + FROM + b"\r\n" + SIGNED, False),
    (b"\r\n" + FROM + b"\r\n" + SIGNED, False),
    (FROM.replace(b"\r\n", b"\n") + b"\n" + SIGNED + b"\n\nmore\n\n", False),
    (FROM + b"\r\n" + SIGNED + b"\r\nmore\r\n\r\nmore\n\nmore", False),
    (FROM + b"X: DKIM-Signatur\r\n\r\ntext", False),
    (FROM + b"X: " + b"a" * HEADER_BLOCK + b"\r\n" + SIGNED, False),
]


@pytest.mark.parametrize(("raw", "is_signed"), GLANCES)
def test_a_signature_counts_where_the_header_is_and_without_one_nothing_is_looked_at(
    raw: bytes, is_signed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[bytes] = []
    monkeypatch.setattr(
        "maild.ingest.authenticity.prove.header_of", lambda raw: looked_at.append(raw) or header_of(raw)
    )
    found = proof(raw)
    assert looked_at == ([raw] if is_signed else [])
    assert found.text == ("no signature that speaks for the sender" if is_signed else UNSIGNED_TEXT)
    assert found.evidence == ((UNREADABLE,) if is_signed else ())


def test_a_header_that_reads_in_two_ways_dismisses_its_signatures() -> None:
    twice = proof(SIGNED + FROM + FROM + b"\r\n")
    assert (twice.proof, twice.evidence) == (Proof.NONE, ("signatures do not count: 2 From fields",))
    border = "own:mx.desk.example"
    results = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=acme.example\r\n"
    unsigned = proof(results + FROM + FROM + b"\r\n", border=border)
    assert unsigned.proof is Proof.WEAK
    assert unsigned.text.endswith("but its header can be read in two ways: 2 From fields")
    assert unsigned.evidence == ("Authentication-Results: mx.desk.example; dmarc=pass header.from=acme.example",)


def test_the_ways_that_need_no_signature_are_named() -> None:
    text = "its From names nobody for sure"
    assert proof(FROM, None) == Authenticity(Proof.FAILED, Means.NOTHING, "no-author", text)
    login = proof(FROM, login="ada@acme.example")
    assert login == Authenticity(
        Proof.PROVEN, Means.LOGIN, "login", "its sender logged in", True, ("login of ada@acme.example",)
    )
    source = proof(FROM, border="bare")
    told = "it came from a source that is taken at its word"
    assert source == Authenticity(Proof.PROVEN, Means.SOURCE, "source", told)


def test_a_login_is_quoted_up_to_two_hundred_letters() -> None:
    long = Address("", "a" * 300 + "@desk.example")
    assert proof(FROM, long, login="a" * 300).evidence == ("login of " + "a" * 200,)
