"""Which mail is being worked on right now? Law 3's answer, published where it survives a killed process.

A `Watch` is entered around everything that one mail alone may be blamed for. `NO_WATCH` is for runs in
company of nobody: the command line.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from maild.model import InboxEntry


class Watch(Protocol):
    """Publishes an entry while its context is open."""

    def on(self, entry: InboxEntry) -> AbstractContextManager[None]:
        """The work inside is this entry's."""
        ...


class _NoWatch:
    def on(self, _entry: InboxEntry) -> AbstractContextManager[None]:
        return nullcontext()


NO_WATCH: Watch = _NoWatch()
