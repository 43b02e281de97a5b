"""What this node says of itself, for `maild status`: written when it changes, and over when it is.

In: for each part a function that says what is wrong, "" for nothing; out: rows of `store.troubles`. For a tick, in a
thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from maild.clock import Clock
from maild.store import troubles
from maild.store.engine import Store

SECONDS = 5.0


class Telling:
    """`parts` are asked in each round: `room`, `stuck`, `relay`, and what `also` adds to them."""

    def __init__(self, store: Store, node: str, clock: Clock, parts: Mapping[str, Callable[[], str]]) -> None:
        self._store = store
        self._node = node
        self._clock = clock
        self._parts = dict(parts)
        self._told: dict[str, str] | None = None

    def also(self, parts: Mapping[str, Callable[[], str]]) -> None:
        """More parts, to be added before the first round."""
        self._parts.update(parts)

    def tell(self) -> None:
        """The first round also clears what an earlier life of this node has left. Raises TemporaryFailure."""
        asked = ((part, ask()) for part, ask in self._parts.items())
        wrong = {part: words for part, words in asked if words}
        if wrong == self._told:
            return
        self._store.retrying(lambda tx: troubles.tell(tx, self._node, wrong, self._clock()))
        self._told = wrong
