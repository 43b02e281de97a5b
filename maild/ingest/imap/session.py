"""One IMAP connection to one folder: login in; UIDs, sizes and bytes out.

Laws: certificates are verified and every read has a time limit. The folder is opened with EXAMINE and read with
BODY.PEEK[]: nothing in it changes, and `\\Seen` means nothing to us. UIDs are asked for one by one, never as ranges,
and no word of a mail becomes part of a command (RFC 9051 has no escape for CR and LF in a quoted string).
A session belongs to the thread that opened it; only `cut` may be called from another one.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from maild.errors import ConfigError, Problem, SourceUnavailable
from maild.settings import ImapAccount

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 30.0
# One answer to SEARCH is one line, and imaplib gives up on lines beyond a million bytes.
WINDOW: Final = 50_000
# Refusals that say nothing of the credentials (RFC 5530 3).
TRY_LATER: Final = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Folder:
    """What EXAMINE says of the folder. `uidnext` is 0 where the server does not tell (RFC 9051 2.3.1.1)."""

    uidvalidity: int
    uidnext: int


def require_private_line(account: ImapAccount) -> None:
    """Without TLS only this machine itself may be talked to; anything else is a ConfigError."""
    if account.tls or is_loopback(account.host):
        return
    told = f"imap account {account.name}: without tls the password would cross the network readable; set `tls: true`"
    raise ConfigError(Problem("maild.yaml", 0, 0, told))


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ImapSession:
    """A connection; made by connecting, which raises OSError where that fails. All methods raise
    IMAPClientError or OSError; after an OSError or IMAPClientAbortError the session is of no more use."""

    def __init__(self, account: ImapAccount, context: ssl.SSLContext | None = None) -> None:
        """Connect. `context` replaces the system's trust in certificates (a private authority)."""
        self._folder = account.folders[0]
        self._user = account.user
        self.refusal = ""
        if account.tls and context is None:
            context = ssl.create_default_context()
        timeout = SocketTimeout(CONNECT_SECONDS, READ_SECONDS)
        self._client = IMAPClient(
            account.host, account.port, ssl=account.tls, ssl_context=context if account.tls else None, timeout=timeout
        )
        self._client.normalise_times = False

    def login(self, password: str) -> None:
        """Raises LoginError, in the server's words, only if the server does not want these credentials.

        PLAIN where it is offered, because LOGIN knows ASCII only.
        """
        try:
            if self._client.has_capability("AUTH=PLAIN"):
                self._client.plain_login(self._user, password)
            else:
                self._client.login(quoted(self._user), password)
        except LoginError as error:
            # imapclient says LoginError, too, when the connection broke meanwhile.
            if isinstance(error.__context__, IMAPClientAbortError) or TRY_LATER.search(str(error)):
                raise SourceUnavailable(str(error)) from None
            raise

    def examine(self) -> Folder:
        """Open the folder, read only, or look at it anew. Raises SourceUnavailable without a UIDVALIDITY."""
        told = self._client.select_folder(self._folder, readonly=True)
        folder = Folder(number(told.get(b"UIDVALIDITY")), number(told.get(b"UIDNEXT")))
        if not folder.uidvalidity:
            raise SourceUnavailable("the server gives the folder no UIDVALIDITY, so its mails cannot be told apart")
        return folder

    def uids_after(self, last: int, uidnext: int) -> Iterator[Sequence[int]]:
        """The UIDs beyond `last`, ascending, in groups; mails beyond `uidnext` are in the last group."""
        while last + WINDOW + 1 < uidnext:
            yield self._search(f"{last + 1}:{last + WINDOW}", last)
            last += WINDOW
        yield self._search(f"{last + 1}:*", last)

    def highest(self) -> int:
        """The highest UID in the folder, 0 if it is empty."""
        return max(self._search("*", 0), default=0)

    def still_there(self, uids: Sequence[int]) -> frozenset[int]:
        """Which of these mails the folder still holds."""
        return frozenset(self._search(",".join(map(str, uids)), 0)).intersection(uids)

    def _search(self, uids: str, beyond: int) -> Sequence[int]:
        # `n:*` always finds the last mail, even if its UID is below n (RFC 9051 6.4.8).
        return sorted(uid for uid in self._client.search(["UID", uids]) if uid > beyond)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Bytes of these mails, as far as the server says."""
        answer = self._fetch(uids, "RFC822.SIZE")
        return {uid: number(items.get(b"RFC822.SIZE")) for uid, items in answer.items()}

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The bytes of these mails. Those that are gone, or that the server refuses, are missing."""
        return texts(self._fetch(uids, "BODY.PEEK[]"), b"BODY[]")

    def beginning(self, uid: int, size: int) -> dict[int, bytes]:
        """The first `size` bytes of a mail; empty if it is gone or refused."""
        return texts(self._fetch([uid], f"BODY.PEEK[]<0.{size}>"), b"BODY[]<0>")

    def _fetch(self, uids: Sequence[int], item: str) -> dict[int, dict[bytes, object]]:
        try:
            return self._client.fetch(list(uids), [item])
        except IMAPClientAbortError:
            raise
        except (IMAPClientError, ValueError, LookupError) as error:
            # NO, BAD, or an answer that cannot be read: the connection goes on. `refusal` keeps the words.
            self.refusal = str(error)
            return {}

    @property
    def pushes(self) -> bool:
        """Whether the server tells of new mail by itself (IDLE, RFC 2177)."""
        return self._client.has_capability("IDLE")

    def idle(self, seconds: float) -> None:
        """Wait until the server tells of a change, at most `seconds`.

        A dead connection looks like an empty answer to `idle_check` (imapclient #565): `idle_done` notices it.
        """
        self._client.idle()
        self._client.idle_check(timeout=seconds)
        self._client.idle_done()

    def cut(self) -> None:
        """Break the connection from any thread: what the owner waits for ends at once, with an error."""
        with suppress(OSError):
            # Past SSLSocket.shutdown, which would take the TLS object away from under the owner.
            socket.socket.shutdown(self._client.socket(), socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection without a word; the owner's way."""
        with suppress(OSError):
            self._client.shutdown()


def texts(answer: dict[int, dict[bytes, object]], item: bytes) -> dict[int, bytes]:
    # An unasked-for FETCH (flags changed) has no body, and a server may answer NIL: both count as missing.
    found = ((uid, items.get(item)) for uid, items in answer.items())
    return {uid: text for uid, text in found if isinstance(text, bytes)}


def number(value: object) -> int:
    return value if isinstance(value, int) else 0


def quoted(user: str) -> str:
    # imaplib quotes the password of LOGIN, but not the user.
    return '"{}"'.format(user.replace("\\", "\\\\").replace('"', '\\"'))


def words(error: Exception, *secrets: str) -> str:
    """What went wrong, in the server's words: one line without control characters, secrets and addresses."""
    told = str(error) or type(error).__name__
    if told.startswith(("b'", 'b"')):
        told = told[2:-1]
    for secret in filter(None, secrets):
        told = told.replace(secret, "…")
    told = re.sub(r"[^\s<>()]{1,64}@[^\s<>()]{1,255}", "…", told)
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", told[:1000]).split())[:200]
