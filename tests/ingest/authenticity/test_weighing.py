"""What the border says and what our own check found become one proof, with a sentence for it: cell by cell."""

from __future__ import annotations

from itertools import pairwise

import pytest

from maild.ingest.authenticity.dkim import Checked, Fit
from maild.ingest.authenticity.fields import RawField
from maild.ingest.authenticity.own_check import MOST_ASKED, OwnCheck, Tried
from maild.ingest.authenticity.signatures import Signature
from maild.ingest.authenticity.structure import Candidate
from maild.ingest.authenticity.vouching import Vouch
from maild.ingest.authenticity.weighing import OWN_PENDING, Evidence, guarded, weigh
from maild.model import Address, Authenticity, Means, Proof

ADA = Address("Ada", "ada@acme.example")
DOMAIN = "acme.example"


def tried(
    fit: Fit = Fit.GOOD, why: str = "2048 bit", weak: tuple[str, ...] = (), lax: tuple[str, ...] = (), late: str = ""
) -> Tried:
    """A signature, with what its structure (`weak`) and its key (`late`) leave open."""
    signature = Signature(
        RawField("DKIM-Signature", b""), DOMAIN, "s1", "rsa-sha256", "relaxed/relaxed", ("from",), b"", fit.encode(),
        None, None, None, DOMAIN,
    )  # fmt: skip
    return Tried(Candidate(signature, weak, lax), Checked(fit, why, (late,) if late else (), 2048))


GOOD, BAD, SILENT = tried(), tried(Fit.BAD, "its text was changed"), tried(Fit.UNKNOWN, "no answer")
WEAK, LATE = tried(weak=("SHA-1", "no Date", "SHA-1")), tried(late="a key of 512 bit")
LAX, OTHER = tried(lax=("not signed within a day",)), "fingerprint of another"


def own(*found: Tried, dismissed: tuple[str, ...] = ()) -> OwnCheck:
    prints = (*(one.candidate.signature.fingerprint for one in found), OTHER)
    return OwnCheck(found, dismissed, prints)


def known(one: Tried) -> tuple[str, tuple[str, ...]]:
    return one.candidate.signature.fingerprint, (OTHER,)


def weighed(check: OwnCheck, vouch: Vouch | None = None, *, unclear: bool = False, doubt: str = "") -> Authenticity:
    return weigh(Evidence(ADA, check, vouch or Vouch(), unclear, doubt))


SIGNED = f"signature of {DOMAIN} (s1): "
ALONE = [
    (own(), Authenticity(text="not signed, and no server vouches for it")),
    (
        own(dismissed=("it has expired",)),
        Authenticity(text="no signature that speaks for the sender", evidence=("it has expired",)),
    ),
    (
        own(GOOD),
        Authenticity(Proof.PROVEN, Means.SIGNATURE, "dkim", f"signed by {DOMAIN} (2048 bit)", True,
                     (f"{SIGNED}good, 2048 bit",), *known(GOOD)),
    ),
    (
        own(LAX),
        Authenticity(Proof.PROVEN, Means.SIGNATURE, "dkim", f"signed by {DOMAIN} (2048 bit)", False,
                     (f"{SIGNED}good, 2048 bit; not signed within a day",), *known(LAX)),
    ),
    (
        own(WEAK),
        Authenticity(Proof.WEAK, Means.SIGNATURE, "dkim-weak", f"signed by {DOMAIN}, but: SHA-1, no Date", False,
                     (f"{SIGNED}good, 2048 bit; SHA-1; no Date",)),
    ),
    (
        own(SILENT),
        Authenticity(Proof.PENDING, Means.SIGNATURE, "dkim-pending",
                     f"the key of {DOMAIN}'s signature could not be looked up yet", False,
                     (f"{SIGNED}unknown, no answer",), *known(SILENT)),
    ),
    (
        own(BAD),
        Authenticity(Proof.NONE, Means.NOTHING, "dkim-bad",
                     f"the signature of {DOMAIN} does not count: its text was changed", False,
                     (f"{SIGNED}bad, its text was changed",)),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("check", "expected"), ALONE)
def test_where_no_border_speaks_our_own_check_does(check: OwnCheck, expected: Authenticity) -> None:
    assert weighed(check) == expected


DMARC = Vouch(Proof.PROVEN, "border-dmarc", "mx says DMARC passed", by_path=True, evidence=("the header",))
KEYED = Vouch(Proof.PROVEN, "border-dkim", "mx says it is signed", signers=frozenset({DOMAIN}))
MUTE = Vouch(Proof.PROVEN, "border-dmarc", "mx says DMARC passed")
PATH = Vouch(Proof.WEAK, "border-spf", "mx says SPF only", by_path=True)
PATH_DENIES = Vouch(Proof.WEAK, "border-spf", "mx says SPF only", by_path=True, denies=True)
DENIES = Vouch(Proof.NONE, "unproven", "mx found no good signature", denies=True)
FAILED = Vouch(Proof.FAILED, "border-refused", "mx says it is refused", denies=True)
OPEN = f"the signature of {DOMAIN} leaves too much open: "
CHANGED = f"the signature of {DOMAIN} does not count: its text was changed"
TOGETHER = [
    (FAILED, own(GOOD), Proof.FAILED, "border-refused", "mx says it is refused"),
    (DMARC, own(), Proof.PROVEN, "border-dmarc", "mx says DMARC passed"),
    (DMARC, own(GOOD), Proof.PROVEN, "border-dmarc", "mx says DMARC passed"),
    (DMARC, own(BAD), Proof.PROVEN, "border-dmarc", "mx says DMARC passed"),
    (DMARC, own(WEAK), Proof.WEAK, "disagree", f"mx says DMARC passed, but {OPEN}SHA-1"),
    (DMARC, own(LATE), Proof.WEAK, "disagree", f"mx says DMARC passed, but {OPEN}a key of 512 bit"),
    (DMARC, own(WEAK, GOOD), Proof.PROVEN, "border-dmarc", "mx says DMARC passed"),
    (DMARC, own(tried(Fit.BAD, "x", ("SHA-1",))), Proof.PROVEN, "border-dmarc", "mx says DMARC passed"),
    (DMARC, own(tried(Fit.UNKNOWN, "x", ("SHA-1",))), Proof.WEAK, "disagree", f"mx says DMARC passed, but {OPEN}SHA-1"),
    (KEYED, own(GOOD), Proof.PROVEN, "border-dkim", "mx says it is signed"),
    (KEYED, own(SILENT), Proof.PROVEN, "border-dkim", "mx says it is signed"),
    (KEYED, own(BAD), Proof.NONE, "disagree", f"mx says it is signed, but {CHANGED}"),
    (KEYED, own(BAD, GOOD), Proof.PROVEN, "border-dkim", "mx says it is signed"),
    (KEYED, own(), Proof.WEAK, "disagree", "mx says it is signed, but no signature of the mail bears that out"),
    (MUTE, own(), Proof.PROVEN, "border-dmarc", "mx says DMARC passed"),
    (PATH, own(), Proof.WEAK, "border-spf", "mx says SPF only"),
    (PATH, own(BAD), Proof.WEAK, "border-spf", "mx says SPF only"),
    (PATH, own(WEAK), Proof.WEAK, "border-spf", "mx says SPF only"),
    (PATH, own(GOOD), Proof.PROVEN, "dkim", f"signed by {DOMAIN} (2048 bit)"),
    (PATH, own(SILENT), Proof.PENDING, "dkim-pending", f"the key of {DOMAIN}'s signature could not be looked up yet"),
    (PATH_DENIES, own(), Proof.WEAK, "border-spf", "mx says SPF only"),
    (PATH_DENIES, own(GOOD), Proof.WEAK, "disagree", f"mx says SPF only, but signed by {DOMAIN} (2048 bit)"),
    (DENIES, own(GOOD), Proof.NONE, "disagree", f"mx found no good signature, but signed by {DOMAIN} (2048 bit)"),
    (DENIES, own(), Proof.NONE, "unproven", "not signed, and no server vouches for it"),
    (DENIES, own(BAD), Proof.NONE, "dkim-bad", CHANGED),
]


@pytest.mark.parametrize(("vouch", "check", "proof", "code", "text"), TOGETHER)
def test_of_two_that_disagree_the_lower_counts_and_says_so(
    vouch: Vouch, check: OwnCheck, proof: Proof, code: str, text: str
) -> None:
    found = weighed(check, vouch)
    assert (found.proof, found.code, found.text) == (proof, code, text)
    assert found.evidence == (*vouch.evidence, *check.evidence)
    by_border = code not in ("dkim", "dkim-pending", "dkim-bad") and text != "not signed, and no server vouches for it"
    assert (found.means is Means.BORDER) is by_border


def test_what_the_border_proves_is_strict_only_by_a_signature_and_known_by_it() -> None:
    found = weighed(own(GOOD), KEYED)
    assert (found.strict, found.signature, found.beside) == (True, *known(GOOD))
    assert not weighed(own(LAX), KEYED).strict
    assert (weighed(own(), DMARC).strict, weighed(own(), DMARC).signature) == (False, "")


def test_a_border_is_not_believed_about_a_mail_that_reads_in_two_ways() -> None:
    found = weighed(own(), DMARC, doubt="two From fields")
    text = "mx says DMARC passed, but its header can be read in two ways: two From fields"
    assert (found.proof, found.code, found.text) == (Proof.WEAK, "disagree", text)


def test_a_signature_that_could_not_be_read_may_be_the_one_the_border_means() -> None:
    assert weighed(own(), MUTE, unclear=True).proof is Proof.WEAK
    assert weighed(own(), DMARC, unclear=True).proof is Proof.PROVEN


US = Address("Boss", "boss@desk.example")


def test_mail_of_our_own_proves_itself_or_waits_or_is_forged() -> None:
    proven = Authenticity(Proof.PROVEN, Means.LOGIN, "login", "logged in", strict=True)
    assert guarded(proven, US) is proven
    pending = Authenticity(Proof.PENDING, Means.SIGNATURE, "dkim-pending", "no answer")
    assert guarded(pending, US) == Authenticity(Proof.PENDING, Means.SIGNATURE, OWN_PENDING, "no answer")
    assert OWN_PENDING == "own-domain-pending"
    text = "it claims to be from our own desk.example, and nothing proves it"
    for proof in (Proof.NONE, Proof.WEAK, Proof.FAILED):
        found = guarded(Authenticity(proof, Means.BORDER, "x", "y", strict=True, evidence=("z",)), US)
        assert found == Authenticity(Proof.FAILED, Means.BORDER, "own-domain", text, evidence=("z",))


@pytest.mark.parametrize(("worse", "better"), list(pairwise((BAD, WEAK, SILENT, GOOD))))
def test_the_best_signature_is_the_one_that_proves_most(worse: Tried, better: Tried) -> None:
    assert own(worse, better).best is own(better, worse).best is better
    assert own(tried(Fit.UNKNOWN, "x", ("SHA-1",)), BAD).proof is Proof.NONE
    assert MOST_ASKED == 4
