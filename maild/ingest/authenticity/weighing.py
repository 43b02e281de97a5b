"""What the border says and what our own check found become one proof: `weigh(...)`, and `guarded` for our own domains.

Laws: of two that disagree the lower counts, and says so; nobody's silence and no error raises anything. The border is
believed about a mail's signatures only as far as their structure holds: it, too, calls a mail good that has a second
Subject on top (reliability L6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from maild.ingest.authenticity.dkim import Fit
from maild.ingest.authenticity.own_check import OwnCheck, Tried
from maild.ingest.authenticity.structure import domain_of
from maild.ingest.authenticity.vouching import Vouch
from maild.model import Address, Authenticity, Means, Proof

OWN_PENDING = "own-domain-pending"
"""The code of a pending proof that, if it never comes, is a failed one."""
UNSIGNED = "not signed, and no server vouches for it"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All there is about one mail. `unclear`: a signature that could not be checked may speak for the author; `doubt`
    is why its header may be read in another way, "" for a sound one."""

    author: Address
    own: OwnCheck
    vouch: Vouch
    unclear: bool
    doubt: str


def weigh(found: Evidence) -> Authenticity:
    lines = (*found.vouch.evidence, *found.own.evidence)
    return replace(_weighed(found), evidence=lines)


def _weighed(found: Evidence) -> Authenticity:
    vouch, own = found.vouch, found.own
    if vouch.proof is Proof.FAILED:
        return Authenticity(Proof.FAILED, Means.BORDER, vouch.code, vouch.text)
    if vouch.proof is Proof.PROVEN:
        return _vouched(found)
    # It looked at the signatures, too: what we find good and it does not is no proof.
    if vouch.denies and own.proof is not Proof.NONE:
        return Authenticity(vouch.proof, Means.BORDER, "disagree", f"{vouch.text}, but {_own(own).text}")
    if vouch.proof is Proof.WEAK and own.proof not in (Proof.PROVEN, Proof.PENDING):
        return Authenticity(Proof.WEAK, Means.BORDER, vouch.code, vouch.text)
    return _own(own)


def _own(own: OwnCheck) -> Authenticity:
    best = own.best
    if best is None:
        return Authenticity(text="no signature that speaks for the sender" if own.dismissed else UNSIGNED)
    code, told = _TOLD[own.proof]
    means = Means.NOTHING if own.proof is Proof.NONE else Means.SIGNATURE
    return Authenticity(own.proof, means, code, told(best), own.strict, (), own.signature, own.beside)


def _told_bad(best: Tried) -> str:
    return f"the signature of {best.domain} does not count: {best.checked.why}"


def _told_weak(best: Tried) -> str:
    return f"signed by {best.domain}, but: {', '.join(dict.fromkeys(best.weak))}"


_TOLD: dict[Proof, tuple[str, Callable[[Tried], str]]] = {
    Proof.NONE: ("dkim-bad", _told_bad),
    Proof.PENDING: ("dkim-pending", lambda best: f"the key of {best.domain}'s signature could not be looked up yet"),
    Proof.WEAK: ("dkim-weak", _told_weak),
    Proof.PROVEN: ("dkim", lambda best: f"signed by {best.domain} ({best.checked.bits} bit)"),
}


def _vouched(found: Evidence) -> Authenticity:
    """The border says that it is proven."""
    vouch, objection = found.vouch, _objection(found)
    if objection:
        proof, why = objection
        return Authenticity(proof, Means.BORDER, "disagree", f"{vouch.text}, but {why}")
    own = found.own
    return Authenticity(Proof.PROVEN, Means.BORDER, vouch.code, vouch.text, own.strict, (), own.signature, own.beside)


def _objection(found: Evidence) -> tuple[Proof, str] | None:
    """What speaks against believing the border, and what is left then."""
    own, vouch = found.own, found.vouch
    if found.doubt:
        return Proof.WEAK, f"its header can be read in two ways: {found.doubt}"
    weak = [one for one in own.tried if one.checked.fit is not Fit.BAD and one.weak]
    if any(_counts(one) for one in own.tried):
        return None
    if weak:
        return Proof.WEAK, f"the signature of {weak[0].domain} leaves too much open: {weak[0].weak[0]}"
    if vouch.by_path:
        return None
    if own.tried:
        return Proof.NONE, _told_bad(own.tried[0])
    if vouch.signers or found.unclear:
        return Proof.WEAK, "no signature of the mail bears that out"
    return None


def _counts(one: Tried) -> bool:
    return one.proof in (Proof.PROVEN, Proof.PENDING)


def guarded(proof: Authenticity, author: Address) -> Authenticity:
    """Mail of our own domain proves itself, or is forged (reliability D24); while that is pending, its code says so."""
    if proof.proof is Proof.PROVEN:
        return proof
    if proof.proof is Proof.PENDING:
        return replace(proof, code=OWN_PENDING)
    text = f"it claims to be from our own {domain_of(author)}, and nothing proves it"
    return replace(proof, proof=Proof.FAILED, code="own-domain", text=text, strict=False)
