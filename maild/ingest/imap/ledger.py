"""The ledger of one folder, as the reader of it sees it; `daemon` keeps it in the database.

Law: a page is stored whole or not at all, mail and ledger in one transaction (law 1), and only while this node still
owns the account.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from maild.model import Missed, Page, Position, Tally


class Ledger(Protocol):
    """Everything raises TemporaryFailure where the database does not answer, and has then stored nothing."""

    def position(self) -> Position | None:
        """How far the folder has been read; None before the first look."""

    def missed(self) -> Sequence[Missed]:
        """The mails that are missed under the position's UIDVALIDITY, by UID."""

    def store(self, page: Page) -> None:
        """Keep the mails and move the position. Mails whose UID or bytes are in the ledger already are not kept twice.

        Raises LeaseLost if another node owns the account by now.
        """

    def to_finish(self, limit: int) -> Sequence[int]:
        """UIDs, under the position's UIDVALIDITY, of kept mails that are not flagged or moved yet; the oldest first."""

    def finished(self, uids: Sequence[int]) -> None:
        """These are flagged or moved now, or no longer there. Raises LeaseLost."""

    def tally(self, uidvalidity: int, uids: Sequence[int]) -> Tally:
        """The UIDs on the server held against the ledger; it is stored as the folder's last count."""
