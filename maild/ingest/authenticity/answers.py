"""What the DNS says about one name, as values: `Lookup` is a function from a name to its `Answer`.

Pure code is given a Lookup; the one that asks the network is `dns.Resolver`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Found:
    """The TXT records of a name, the pieces of each joined."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no such record: an answer for good."""

    why: str = "no such record"


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody could say; asking again may help. `why` is in our own words."""

    why: str


Answer: TypeAlias = Found | Nothing | NoAnswer
Lookup: TypeAlias = Callable[[str], Answer]
