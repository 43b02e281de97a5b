"""Storing one page while the next is fetched: pages in, in their order; durable one by one.

Laws: one page is in flight at most, and never is a later one stored before it. What went wrong with it is raised by the
next `store` or `settle`, which has then stored nothing: the reader begins again where the ledger is. Whoever goes on to
anything else than fetching settles first.
"""

from __future__ import annotations

import threading

from maild.ingest.imap.ledger import Ledger
from maild.model import Page


class Behind:
    """Stores pages in threads of its own. Used by one thread."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None

    def store(self, page: Page) -> None:
        """Begin to store this page, once the one before is stored. Raises what that one met."""
        self.settle()
        thread = threading.Thread(target=self._store, args=(page,), name="imap-page", daemon=True)
        thread.start()
        self._thread = thread

    def settle(self) -> None:
        """Wait until nothing is in flight. Raises what the last page met, once."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _store(self, page: Page) -> None:
        try:
            self._ledger.store(page)
        except BaseException as error:  # noqa: BLE001  whatever it is, the page is not stored: the reader raises it
            self._error = error
