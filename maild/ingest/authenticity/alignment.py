"""Whether a domain may speak for an author: `is_aligned(signer, author)`.

Laws: it may if it is the author's own domain, or one above it down to what one organisation can register
(RFC 7489 3.2); never a sub-domain, a sibling or a public suffix.
"""

from __future__ import annotations

from maild.ingest.header.suffixes import registered_domain


def is_aligned(signer: str, author: str) -> bool:
    """Both are domains in lower-case A-labels."""
    if signer != author and not author.endswith(f".{signer}"):
        return False
    registered = registered_domain(author)
    return bool(registered) and (signer == registered or signer.endswith(f".{registered}"))
