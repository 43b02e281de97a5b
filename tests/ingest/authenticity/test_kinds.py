"""Genuine mail of many mail systems, as each border hands it on: its header is read, and the level is right."""

from __future__ import annotations

from itertools import product

import pytest

from maild.ingest.authenticity.answers import Answer, Found, Nothing
from maild.ingest.authenticity.borders import border_of
from maild.ingest.authenticity.fields import header_of
from maild.ingest.authenticity.prove import prove
from maild.ingest.authenticity.results import Results, read_results
from maild.ingest.parse import parse
from maild.model import Authenticity
from tests.builders import an_envelope
from tests.ingest.authenticity.forgery import OWN
from tests.ingest.authenticity.kinds import FRONTS, KINDS, NOW, Front, Kind, arrived, key_of, level, opendmarc

CASES = list(product(KINDS, FRONTS))
NAMES = [f"{kind.name} at {front.name}" for kind, front in CASES]
KEYS = dict(key_of(domain) for kind in KINDS for domain, _ in kind.signers)


def lookup(name: str) -> Answer:
    return Found((KEYS[name],)) if name in KEYS else Nothing()


def proof_of(kind: Kind, front: Front | None) -> Authenticity:
    raw = arrived(kind, front)
    envelope = an_envelope(received_at=NOW, border=front.note if front else "")
    return prove(raw, parse(raw), envelope, OWN, lookup, NOW)


def test_there_are_twenty_kinds_and_more() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 20


@pytest.mark.parametrize(("kind", "front"), CASES, ids=NAMES)
def test_what_the_border_wrote_is_read_word_by_word(kind: Kind, front: Front) -> None:
    border = border_of(front.note)
    assert border is not None
    fields = [(field.name, field.text) for field in header_of(arrived(kind, front)).fields]
    found = read_results(fields, border)
    assert isinstance(found, Results), found
    dmarc = {(one.verdict, one.value("header.from")) for one in found.of("dmarc")}
    expected = {"google": set(), "rspamd": {("none", "")}, "microsoft365": {("bestguesspass", kind.domain)}}
    told = expected.get(front.name) if kind.dmarc == "none" else None
    assert dmarc == ({(kind.dmarc, kind.domain)} if told is None else told)
    if kind.dmarc == "fail":
        assert [one.policy for one in found.of("dmarc")] == [kind.policy]
    if front.writes is not opendmarc:
        (spf,) = found.of("spf")
        assert spf.verdict == "pass" and spf.value("smtp.mailfrom").endswith(kind.sender_domain)
    if front.name in ("google", "rspamd") and kind.signers:
        said = [one.value("header.d") or one.value("header.i").removeprefix("@") for one in found.of("dkim")]
        assert said == [domain for domain, _ in kind.signers]
        assert {one.value("header.s") for one in found.of("dkim")} == {"s1"}


@pytest.mark.parametrize(("kind", "front"), CASES, ids=NAMES)
def test_genuine_mail_is_at_its_level_behind_each_border(kind: Kind, front: Front) -> None:
    proof = proof_of(kind, front)
    assert proof.proof is level(kind, front), (proof.text, proof.evidence)


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_genuine_mail_is_at_its_level_without_a_border(kind: Kind) -> None:
    proof = proof_of(kind, None)
    assert proof.proof is level(kind, None), (proof.text, proof.evidence)
