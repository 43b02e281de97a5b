"""What becomes of a mail on its server once it is kept (`after`): nothing, a flag, or another folder.

In: the ledger's list of mails to finish; out: the same list, shorter. Laws: only mails of that list are touched, only
after their commit, only under the UIDVALIDITY they were read with. A plain EXPUNGE is never sent: it would delete what
other people have marked. Everything may be cut anywhere and repeated:

* A mail that is no longer in the folder is finished.
* UID MOVE (RFC 6851) leaves each mail in one place or the other.
* Without it a mail is flagged first, then copied, then deleted by UID EXPUNGE (RFC 4315); where that is missing, too,
  the copied mail stays, flagged. One that carries the flag and is not finished may have been copied before the line
  was cut: the other folder is asked for a mail of the same arrival, size and first bytes, and only without one is it
  copied again. A second copy is left to servers without MOVE that take no keywords, or give copies another date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from maild.clock import Clock
from maild.ingest.batches import groups
from maild.ingest.imap.answers import Folder, Outline, words
from maild.ingest.imap.ledger import Ledger
from maild.ingest.imap.session import ImapSession
from maild.settings import ImapAccount

FLAG: Final = b"$Maild"
AT_ONCE: Final = 100
# So many mails refused one after the other are no matter of the mails.
REFUSALS: Final = 3
PAUSE: Final = timedelta(minutes=5)
NEVER: Final = datetime.min.replace(tzinfo=UTC)
COMPARED: Final = 4096
OUTLINES_AT_ONCE: Final = 500


class Print(NamedTuple):
    """What tells one mail from another: arrival, size and first bytes."""

    outline: Outline
    beginning: bytes


class Finisher:
    """Flags or moves what is kept. `warning` is in the server's words, "" while all is well. Used by one thread."""

    def __init__(self, account: ImapAccount, ledger: Ledger, clock: Clock) -> None:
        self._account = account
        self._to = account.move_to or ""
        self._ledger = ledger
        self._clock = clock
        self._refused: set[int] = set()
        self._not_before = self._forget_at = NEVER
        self._worked = False
        self.warning = ""

    def finish(self, session: ImapSession) -> bool:
        """Finish some mails. True if the folder was opened for change: then look at it again, and go on.

        Errors are those of a broken session and of the ledger; what the server refuses becomes `warning`.
        """
        uids = self._due()
        if not uids:
            return False
        try:
            self._finish(session, uids)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            self._failed(error)
        else:
            self.warning = self.warning if self._refused else ""
        return True

    def _due(self) -> Sequence[int]:
        """The oldest mails to finish, without those refused within the last minutes."""
        if self._account.after == "leave" or self._clock() < self._not_before:
            return ()
        if self._clock() >= self._forget_at:
            self._refused.clear()
        found = self._ledger.to_finish(AT_ONCE + len(self._refused))
        return [uid for uid in found if uid not in self._refused][:AT_ONCE]

    def _failed(self, error: Exception) -> None:
        what = "flagged" if self._account.after == "flag" else f"moved to {self._to}"
        self.warning = f"mails are kept, but not {what}: {words(error)}"
        self._forget_at = self._clock() + PAUSE
        if not self._worked:
            self._not_before = self._forget_at

    def _finish(self, session: ImapSession, uids: Sequence[int]) -> None:
        self._worked = False
        folder = self._open(session)
        if folder is None:
            return
        there = sorted(session.still_there(uids))
        if len(there) < len(uids):
            self._done([uid for uid in uids if uid not in there])
        if there and self._account.after == "flag":
            self._flag(session, folder, there)
        elif there and session.offers("MOVE"):
            self._each(there, lambda some: session.move(some, self._to))
        elif there:
            self._copy(session, folder, there)

    def _open(self, session: ImapSession) -> Folder | None:
        """The folder, for change; None if its UIDs are not the ledger's: then a look comes first."""
        folder, position = session.select(), self._ledger.position()
        return folder if position and position.uidvalidity == folder.uidvalidity else None

    def _flag(self, session: ImapSession, folder: Folder, uids: Sequence[int]) -> None:
        if not folder.permits(FLAG):
            raise IMAPClientError(f"the server takes no keyword such as {FLAG.decode()} in this folder")
        self._each(uids, lambda some: session.flag(some, FLAG))

    def _copy(self, session: ImapSession, folder: Folder, uids: Sequence[int]) -> None:
        marks = folder.permits(FLAG)
        doubtful = sorted(session.having(FLAG, uids)) if marks else []
        copied = self._copied(session, doubtful) if doubtful else frozenset()
        if doubtful and self._open(session) is None:
            return
        if copied:
            self._each(sorted(copied), lambda some: leave(session, some))
        rest = [uid for uid in uids if uid not in copied]
        if rest and marks:
            session.flag(rest, FLAG)
        if rest:
            self._each(rest, lambda some: self._carry(session, some))

    def _carry(self, session: ImapSession, uids: Sequence[int]) -> None:
        session.copy(uids, self._to)
        leave(session, uids)

    def _copied(self, session: ImapSession, doubtful: Sequence[int]) -> frozenset[int]:
        """Which of these mails are in the other folder, too; each mail there stands for one of them."""
        prints = fingerprints(session, doubtful)
        wanted = frozenset(print_.outline for print_ in prints.values())
        days = [outline.arrived.date() for outline in wanted if outline.arrived]
        if not days:
            return frozenset()
        session.examine(self._to)
        # SEARCH knows days only, in the server's zone.
        near = session.arrived_between(min(days) - timedelta(days=1), max(days) + timedelta(days=2))
        theirs = Counter(fingerprints(session, near, wanted).values())
        found = set()
        for uid, print_ in prints.items():
            if theirs[print_] > 0:
                theirs[print_] -= 1
                found.add(uid)
        return frozenset(found)

    def _done(self, uids: Sequence[int]) -> None:
        self._ledger.finished(uids)
        self._worked = True

    def _each(self, uids: Sequence[int], act: Callable[[Sequence[int]], None]) -> None:
        """Act on all at once, or on each alone where the server says no; what worked is finished."""
        try:
            act(uids)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            if len(uids) == 1:
                self._refused.add(uids[0])
                raise
            self._one_by_one(uids, act, error)
        else:
            self._done(uids)

    def _one_by_one(self, uids: Sequence[int], act: Callable[[Sequence[int]], None], error: Exception) -> None:
        streak = 0
        for uid in uids:
            try:
                act([uid])
            except IMAPClientAbortError:
                raise
            except IMAPClientError as told:
                self._refused.add(uid)
                error, streak = told, streak + 1
                if streak >= REFUSALS:
                    break
            else:
                streak = 0
                self._done([uid])
        raise error


def fingerprints(
    session: ImapSession, uids: Sequence[int], wanted: frozenset[Outline] = frozenset()
) -> dict[int, Print]:
    """What tells mails of the open folder apart; with `wanted`, only of mails that look so from outside."""
    found: dict[int, Print] = {}
    for some in groups(sorted(uids), OUTLINES_AT_ONCE):
        for uid, outline in session.outlines(some).items():
            if outline.arrived and (not wanted or outline in wanted):
                text = session.beginning(uid, COMPARED).get(uid)
                found |= {} if text is None else {uid: Print(outline, text)}
    return found


def leave(session: ImapSession, uids: Sequence[int]) -> None:
    """Take copied mails out of the folder, where the server can take out just these; else they stay."""
    if session.offers("UIDPLUS"):
        session.delete(uids)
