"""What the border says about a mail's author: `vouched(header, border, author)`.

Laws: only what it says about exactly the author's domain counts; of two results that differ the worse; trouble that it
had is silence. What it says of signatures and servers is kept apart, as the one must bear what the other need not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from maild.cleaning import clean_header
from maild.ingest.authenticity.alignment import is_aligned
from maild.ingest.authenticity.borders import Border
from maild.ingest.authenticity.fields import RawHeader
from maild.ingest.authenticity.results import Results, read_results
from maild.ingest.authenticity.structure import domain_of
from maild.ingest.header.suffixes import registered_domain
from maild.model import Address, Proof

_FIELDS = ("received", "authentication-results")
_BAD = ("fail", "neutral", "policy")
_REFUSED = ("reject", "quarantine")


@dataclass(frozen=True, slots=True)
class Vouch:
    """FAILED: the author's domain has such mail refused; PROVEN: it is genuine; WEAK: it came by a server that the
    domain allows, and that is all; NONE: nothing that helps.

    `signers` are domains whose signatures it found good and that may speak for the author, `by_path` says that the mail
    came by a server of the author's (SPF), `denies` that it looked and found nothing good.
    """

    proof: Proof = Proof.NONE
    code: str = "unproven"
    text: str = ""
    signers: frozenset[str] = frozenset()
    by_path: bool = False
    denies: bool = False
    evidence: tuple[str, ...] = ()


SILENT = Vouch()


def vouched(header: RawHeader, border: Border | None, author: Address) -> Vouch:
    if border is None:
        return SILENT
    fields = [(field.name, field.text) for field in header.fields if field.name.lower() in _FIELDS]
    results = read_results(fields, border)
    if not isinstance(results, Results):
        return replace(SILENT, evidence=(results.why,) if results.why else ())
    domain = domain_of(author)
    said = _said(results, domain, border.server or "Microsoft 365")
    return replace(said, evidence=(f"Authentication-Results: {clean_header(results.header)}",))


def _said(results: Results, domain: str, who: str) -> Vouch:
    """The parts first, then what they come to."""
    found = Vouch(signers=_signers(results, "pass", domain), by_path=_came_by_them(results, domain))
    dmarc = _verdict_of_dmarc(results, domain)
    if dmarc == "refused":
        text = f"{who} says that {domain} has such mail refused (DMARC)"
        return replace(found, proof=Proof.FAILED, code="border-refused", text=text, denies=True)
    if dmarc == "pass":
        return replace(found, proof=Proof.PROVEN, code="border-dmarc", text=f"{who} says DMARC passed for {domain}")
    if dmarc != "fail" and found.signers:
        text = f"{who} says the signature of {min(found.signers)} is good"
        return replace(found, proof=Proof.PROVEN, code="border-dkim", text=text)
    denies = dmarc == "fail" or any(_signers(results, bad, domain) for bad in _BAD)
    if dmarc != "fail" and found.by_path:
        text = f"{who} says only that it came by a server of {domain} (SPF)"
        return replace(found, proof=Proof.WEAK, code="border-spf", text=text, denies=denies)
    return replace(found, text=f"{who} found no good signature of {domain}", denies=denies)


def _signers(results: Results, verdict: str, domain: str) -> frozenset[str]:
    """Domains that may speak for this one, whose signatures have this verdict. Google names only i=, which is d= or
    below it."""
    said = (one for one in results.of("dkim") if one.verdict == verdict)
    signers = {one.value("header.d") or one.value("header.i").rpartition("@")[2] for one in said}
    return frozenset(signer for signer in signers if signer and is_aligned(signer, domain))


def _came_by_them(results: Results, domain: str) -> bool:
    return any(one.verdict == "pass" and _is_theirs(one.value("smtp.mailfrom"), domain) for one in results.of("spf"))


def _verdict_of_dmarc(results: Results, domain: str) -> str:
    """pass, fail, refused (fail, and its policy wants it refused), or "" where nothing is said about this domain."""
    found = {
        "refused" if one.verdict == "fail" and one.policy in _REFUSED else one.verdict
        for one in results.of("dmarc")
        if one.value("header.from") == domain or (one.verdict == "fail" and not one.value("header.from"))
    }
    return next((verdict for verdict in ("refused", "fail") if verdict in found), "pass" if found == {"pass"} else "")


def _is_theirs(sender: str, domain: str) -> bool:
    """A server of the same organisation's (RFC 7489 3.1.2, relaxed)."""
    organisation = registered_domain(sender.rpartition("@")[2].strip("<>"))
    return bool(organisation) and organisation == registered_domain(domain)
