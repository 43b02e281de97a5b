"""What proves that a mail is really from the address in its From: one of the two axes of trust (law 8).

Computed by `ingest.authenticity` from the mail's bytes, what is known of its transport, and DNS answers; an error only
lowers it. The other axis is the register (`people`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Proof(StrEnum):
    """How well the From address is proven, the worst first.

    FAILED: it is not from there (DMARC says reject, our own domain from outside, a From that names nobody for sure).
    PENDING: DNS gave no answer yet. WEAK: something speaks for it, but not enough to act upon.
    """

    FAILED = "failed"
    NONE = "none"
    PENDING = "pending"
    WEAK = "weak"
    PROVEN = "proven"


class Means(StrEnum):
    """What the proof rests on. FORM: a form named the sender, and nobody proved anything."""

    NOTHING = "nothing"
    BORDER = "border"
    SIGNATURE = "signature"
    LOGIN = "login"
    SOURCE = "source"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Authenticity:
    """The proof of one mail's From, and what it rests on.

    `code` may stand in logs, `text` is one sentence for people ("signed by acme.example, 2048 bit"). `strict`: good
    enough for steps that cannot be undone. `evidence` are the lines a reader can check it by: the header that was
    believed, the key that was found, each signature and why it does not count. `signature` is the fingerprint of the
    signature that it rests on, "" for none; `beside` are those of the mail's other signatures for the same author.
    """

    proof: Proof = Proof.NONE
    means: Means = Means.NOTHING
    code: str = "unproven"
    text: str = "nothing proves the sender"
    strict: bool = False
    evidence: tuple[str, ...] = ()
    signature: str = ""
    beside: tuple[str, ...] = ()


UNPROVEN: Final = Authenticity()
