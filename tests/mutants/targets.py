"""Which modules are broken on purpose, and the tests that must notice.

The tests of a module are its own ones: they run once for each mutant, so they should take a few seconds at most. To add
a module, add a line.
"""

from __future__ import annotations

from typing import Final

GOAL: Final = 0.9
"""Share of the mutants of each module that its tests must kill."""

TARGETS: Final[dict[str, tuple[str, ...]]] = {
    "maild.decide.tokens": ("tests/decide/test_tokens.py",),
    "maild.ingest.header.addresses": ("tests/ingest/test_addresses.py", "tests/ingest/test_addresses_author.py"),
    "maild.ingest.header.author": ("tests/ingest/test_addresses_author.py",),
    "maild.ingest.header.lookalike": ("tests/ingest/test_lookalike.py",),
    "maild.ingest.header.scripts": ("tests/ingest/test_lookalike.py",),
    "maild.ingest.header.skeleton": ("tests/ingest/test_lookalike.py",),
    "maild.ingest.header.known_domains": ("tests/ingest/test_lookalike.py",),
}
