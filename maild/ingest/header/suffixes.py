"""What of a domain can be registered by somebody? The list of public suffixes, loaded once in a process.

The list is the one that comes with its package (a fifth of a second to load): a daemon loads it before it forks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=4096)
def registered_domain(domain: str) -> str:
    """`acme.co.uk` of `mx.acme.co.uk`; "" for a public suffix and for what is no host name. In lower-case A-labels."""
    if domain.startswith("["):
        return ""
    return _suffixes().privatesuffix(domain) or ""


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
