"""Whether a domain may speak for an author: `is_aligned(signer, author)`.

Laws: it may if it is the author's own domain, or one above it down to what one organisation can register
(RFC 7489 3.2); never a sub-domain, a sibling or a public suffix. The list of public suffixes is the one that comes
with its package: loaded once, when it is first needed (a fifth of a second).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_aligned(signer: str, author: str) -> bool:
    """Both are domains in lower-case A-labels."""
    if signer != author and not author.endswith(f".{signer}"):
        return False
    registered = organisational_domain(author)
    return bool(registered) and (signer == registered or signer.endswith(f".{registered}"))


@lru_cache(maxsize=4096)
def organisational_domain(domain: str) -> str:
    """What is registered of it ("acme.co.uk"); "" for a public suffix and for what is no host name."""
    if domain.startswith("["):
        return ""
    return _suffixes().privatesuffix(domain) or ""


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
