"""One IMAP connection to one folder: login in; UIDs, outlines and bytes out.

Laws: certificates are verified and every read has a time limit. The folder is opened with EXAMINE and read with
BODY.PEEK[]: nothing in it changes, and `\\Seen` means nothing to us; only `select` opens it for change, and only
what stands below it changes anything. UIDs are asked for one by one, never as ranges, and no word of a mail becomes
part of a command (RFC 9051 has no escape for CR and LF in a quoted string).
A session belongs to the thread that opened it; only `cut` and `moved_at` are for others.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError

from maild.errors import SourceUnavailable
from maild.ingest.imap.answers import Folder, Outline, folder_of, number, outlines_of, texts
from maild.settings import ImapAccount

# One answer to SEARCH is one line, and imaplib gives up on lines beyond a million bytes: 90,000 UIDs of ten digits.
WINDOW: Final = 50_000
# Who waits longer than this without a word cannot be told from who hangs.
TURN: Final = 29.0
UNREADABLE: Final = (IMAPClientError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds: to connect, and for each piece of an answer."""

    connect: float = 10.0
    read: float = 30.0


USUAL: Final = TimeLimits()


class ImapSession:
    """A connection; made by connecting, which raises OSError where that fails. All methods raise
    IMAPClientError or OSError; after an OSError or IMAPClientAbortError the session is of no more use."""

    def __init__(
        self,
        account: ImapAccount,
        folder: str,
        context: ssl.SSLContext | None = None,
        limits: TimeLimits = USUAL,
    ) -> None:
        """Connect. `context` replaces the system's trust in certificates (a private authority)."""
        self._folder = folder
        self.refusal = ""
        self.warnings: Callable[[], str] = str  # what the login has to say, such as that it runs out
        self.moved_at = time.monotonic()
        if account.tls and context is None:
            context = ssl.create_default_context()
        timeout = SocketTimeout(limits.connect, limits.read)
        self.client = IMAPClient(
            account.host, account.port, ssl=account.tls, ssl_context=context if account.tls else None, timeout=timeout
        )
        self.client.normalise_times = False
        # imapclient sends SEARCH in two pieces; the second would wait 40 ms for the first to be acknowledged.
        self.client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def examine(self, folder: str = "") -> Folder:
        """Open the folder, read only, or look at it anew. Raises SourceUnavailable without a UIDVALIDITY.

        With `folder`, look into another one for a while.
        """
        told = self.client.select_folder(folder or self._folder, readonly=True)
        self._moved()
        found = folder_of(told)
        if not found.uidvalidity and not folder:
            raise SourceUnavailable("the server gives the folder no UIDVALIDITY, so its mails cannot be told apart")
        return found

    def uidvalidity(self) -> int:
        """The folder's UIDVALIDITY as it is now. STATUS, because EXAMINE makes a server read the folder anew.

        RFC 9051 6.3.11 would rather have no STATUS of the open folder; where a server refuses it, EXAMINE serves.
        """
        try:
            told = self.client.folder_status(self._folder, ["UIDVALIDITY"])
        except IMAPClientAbortError:
            raise
        except UNREADABLE:
            told = {}
        self._moved()
        return number(told.get(b"UIDVALIDITY")) or self.examine().uidvalidity

    def uids_after(self, last: int, folder: Folder) -> Iterator[Sequence[int]]:
        """The UIDs beyond `last`, ascending, in groups; mails beyond the folder's `uidnext` are in the last group."""
        while folder.exists > WINDOW and last + WINDOW + 1 < folder.uidnext:
            yield self._search(f"{last + 1}:{last + WINDOW}", last)
            last += WINDOW
        yield self._search(f"{last + 1}:*", last)

    def highest(self) -> int:
        """The highest UID in the folder, 0 if it is empty."""
        return max(self._search("*", 0), default=0)

    def still_there(self, uids: Sequence[int]) -> frozenset[int]:
        """Which of these mails the folder still holds."""
        return frozenset(self._search(",".join(map(str, uids)), 0)).intersection(uids)

    def arrived_between(self, first: date, last: date) -> Sequence[int]:
        """UIDs of the mails the server took on these days; in which zone is the server's business."""
        return self._found(["SINCE", first, "BEFORE", last])

    def having(self, keyword: bytes, uids: Sequence[int]) -> frozenset[int]:
        """Which of these mails carry the keyword."""
        return frozenset(self._found(["UID", ",".join(map(str, uids)), "KEYWORD", keyword.decode()]))

    def _search(self, uids: str, beyond: int) -> Sequence[int]:
        # `n:*` always finds the last mail, even if its UID is below n (RFC 9051 6.4.8).
        return sorted(uid for uid in self._found(["UID", uids]) if uid > beyond)

    def _found(self, criteria: Sequence[str | date]) -> Sequence[int]:
        found = self.client.search(criteria)
        self._moved()
        return found

    def outlines(self, uids: Sequence[int]) -> dict[int, Outline]:
        """Size and time of arrival of these mails, as far as the server says."""
        try:
            # What the library would make of it is a matter of seconds: see `outlines_of`.
            answer, lines = self.client._imap.uid("FETCH", ",".join(map(str, uids)), "(RFC822.SIZE INTERNALDATE)")
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            answer, lines = "BAD", [str(error)]
        self._moved()
        if answer != "OK":
            self.refusal = str(lines[-1])
            return {}
        found = outlines_of(lines)
        return {uid: found[uid] for uid in uids if uid in found}

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The bytes of these mails. Those that are gone, or that the server refuses, are missing."""
        return texts(self._fetch(uids, "BODY.PEEK[]"), b"BODY[]")

    def beginning(self, uid: int, size: int) -> dict[int, bytes]:
        """The first `size` bytes of a mail; empty if it is gone or refused."""
        return texts(self._fetch([uid], f"BODY.PEEK[]<0.{size}>"), b"BODY[]<0>")

    def _fetch(self, uids: Sequence[int], item: str) -> Mapping[int, Mapping[bytes, object]]:
        try:
            return self.client.fetch(list(uids), [item])
        except IMAPClientAbortError:
            raise
        except UNREADABLE as error:
            # NO, BAD, or an answer that cannot be read: the connection goes on. `refusal` keeps the words.
            self.refusal = str(error)
            return {}
        finally:
            self._moved()

    @property
    def capabilities(self) -> tuple[str, ...]:
        return tuple(sorted(capability.decode("ascii", "replace") for capability in self.client.capabilities()))

    def offers(self, capability: str) -> bool:
        return self.client.has_capability(capability)

    def idle(self, seconds: float) -> None:
        """Wait until the server tells of a change (IDLE, RFC 2177), at most `seconds`; then look, whatever it told.

        A dead connection looks like an empty answer to `idle_check` (imapclient #565): `idle_done` notices it.
        """
        self.client.idle()
        end, quiet = time.monotonic() + seconds, True
        while quiet and (left := end - time.monotonic()) > 0:
            turn, begun = min(left, TURN), time.monotonic()
            told = self.client.idle_check(timeout=turn)
            quiet = not told and time.monotonic() - begun >= turn
            self._moved()
        self.client.idle_done()
        self._moved()

    def _moved(self) -> None:
        self.moved_at = time.monotonic()

    def select(self) -> Folder:
        """Open the folder for change. Raises IMAPClientError where the server says that it is read only."""
        try:
            found = folder_of(self.client.select_folder(self._folder))
        except IMAPClientReadOnlyError:
            # imaplib counts it among the broken connections.
            raise IMAPClientError("the server opens the folder for reading only") from None
        self._moved()
        return found

    def flag(self, uids: Sequence[int], flag: bytes) -> None:
        self.client.add_flags(list(uids), [flag], silent=True)
        self._moved()

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Needs MOVE (RFC 6851)."""
        self.client.move(list(uids), folder)
        self._moved()

    def copy(self, uids: Sequence[int], folder: str) -> None:
        """All of them, or none (RFC 9051 6.4.7)."""
        self.client.copy(list(uids), folder)
        self._moved()

    def delete(self, uids: Sequence[int]) -> None:
        """Needs UIDPLUS (RFC 4315): a plain EXPUNGE would take along what other people have marked."""
        self.flag(uids, rb"\Deleted")
        self.client.uid_expunge(list(uids))
        self._moved()

    def cut(self) -> None:
        """Break the connection from any thread: what the owner waits for ends at once, with an error."""
        with suppress(OSError):
            # Past SSLSocket.shutdown, which would take the TLS object away from under the owner.
            socket.socket.shutdown(self.client.socket(), socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection without a word; the owner's way."""
        with suppress(OSError):
            self.client.shutdown()
