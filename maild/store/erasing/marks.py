"""Addresses and words by hashes under the instance's secret: who was erased is known again, and cannot be read again.

Law: without the secret nobody can try addresses out; with it, and only then, "is it this one?" has an answer. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator

DOMAIN = "erased.invalid"
"""RFC 2606, 2: no mail ever goes there."""
_PREFIX = "erased-"
_LENGTH = 32


def mark(secret: bytes, word: str, purpose: str = "address") -> str:
    """The hash of an address (or of a text, whatever its white space and case)."""
    folded = " ".join(word.split()).lower()
    return hmac.new(secret, f"maild erased {purpose}\0{folded}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def tombstone(secret: bytes, address: str) -> str:
    """The address that stands where the person's stood: the same for the same person, and nobody's."""
    return f"{_PREFIX}{mark(secret, address)[:_LENGTH]}@{DOMAIN}"


def is_tombstone(address: str) -> bool:
    return address.startswith(_PREFIX) and address.endswith(f"@{DOMAIN}")


def words_with(secret: bytes, texts: Iterable[str], wanted: Iterable[tuple[int, str]]) -> Iterator[str]:
    """The words that have these lengths and marks, wherever they stand in the texts: for an old backup."""
    pairs = frozenset(wanted)
    lengths = sorted({length for length, _ in pairs})
    for text in texts:
        folded = " ".join(text.replace(">", " ").split())
        for length in lengths:
            for start in range(len(folded) - length + 1):
                word = folded[start : start + length]
                if (length, mark(secret, word, "text")) in pairs:
                    yield word
