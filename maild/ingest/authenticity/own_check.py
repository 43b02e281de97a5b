"""Our own check of a mail's signatures: `check(raw, header, structure, lookup)`, after what `structure` found.

Out: the best of them, and what became of each. Laws: at most MOST_ASKED keys are asked for, of domains that may speak
for the author only; the first that proves ends it. A signature that does not fit is as good as none (RFC 6376 6.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from maild.ingest.authenticity.answers import Lookup
from maild.ingest.authenticity.dkim import Checked, Fit, verify
from maild.ingest.authenticity.fields import RawHeader
from maild.ingest.authenticity.structure import Candidate, Structure
from maild.model import Proof

MOST_ASKED = 4


@dataclass(frozen=True, slots=True)
class Tried:
    """One signature that may speak for the author, and what became of it."""

    candidate: Candidate
    checked: Checked

    @property
    def domain(self) -> str:
        return self.candidate.signature.domain

    @property
    def weak(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.candidate.weak, *self.checked.weak)))

    @property
    def proof(self) -> Proof:
        """PENDING only where an answer could prove something."""
        if self.checked.fit is Fit.GOOD:
            return Proof.WEAK if self.weak else Proof.PROVEN
        return Proof.PENDING if self.checked.fit is Fit.UNKNOWN and not self.weak else Proof.NONE

    @property
    def evidence(self) -> str:
        signature, about = self.candidate.signature, self.candidate.lax if not self.weak else self.weak
        told = f"signature of {signature.domain} ({signature.selector}): {self.checked.fit}, {self.checked.why}"
        return "; ".join((told, *dict.fromkeys(about)))


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """`tried` are the signatures that may speak for the author, the best first; `dismissed` tells of those that may
    not. `fingerprints` are of all that may, tried or not."""

    tried: tuple[Tried, ...] = ()
    dismissed: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()

    @property
    def best(self) -> Tried | None:
        return max(self.tried, key=lambda one: _RANK[one.proof], default=None)

    @property
    def proof(self) -> Proof:
        return self.best.proof if self.best else Proof.NONE

    @property
    def strict(self) -> bool:
        """Good enough for a step that cannot be undone."""
        return any(one.proof is Proof.PROVEN and not one.candidate.lax for one in self.tried)

    @property
    def signature(self) -> str:
        """The fingerprint of the one that proves the author, or may yet do so; "" for none."""
        return self.best.candidate.signature.fingerprint if self.best and _RANK[self.proof] >= _WAITS else ""

    @property
    def beside(self) -> tuple[str, ...]:
        """The fingerprints of the others: any of them could have been the one, had it stood alone."""
        return tuple(one for one in self.fingerprints if one != self.signature) if self.signature else ()

    @property
    def evidence(self) -> tuple[str, ...]:
        return (*(one.evidence for one in self.tried), *self.dismissed)


# What waits may yet prove; what is weak may not.
_RANK = {Proof.FAILED: 0, Proof.NONE: 0, Proof.WEAK: 1, Proof.PENDING: 2, Proof.PROVEN: 3}
_WAITS = _RANK[Proof.PENDING]


def check(raw: bytes, header: RawHeader, structure: Structure, lookup: Lookup) -> OwnCheck:
    fingerprints = tuple(one.signature.fingerprint for one in structure.candidates)
    return OwnCheck(tuple(_tried(raw, header, structure, lookup)), structure.dismissed, fingerprints)


def _tried(raw: bytes, header: RawHeader, structure: Structure, lookup: Lookup) -> Iterator[Tried]:
    for candidate in structure.candidates[:MOST_ASKED]:
        tried = Tried(candidate, verify(raw, header, candidate.signature, lookup))
        yield tried
        if tried.proof is Proof.PROVEN:
            return
