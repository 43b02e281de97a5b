"""A look at a mailbox for `maild doctor`: log in, open the folder, read nothing, change nothing."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from itertools import chain

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from maild.errors import SourceUnavailable
from maild.ingest.imap.answers import Folder, words
from maild.ingest.imap.login import Login, require_private_line
from maild.ingest.imap.session import USUAL, ImapSession, TimeLimits
from maild.settings import ImapAccount


@dataclass(frozen=True, slots=True)
class Connection:
    """What a test of the connection found. `folder_error` and `move_error` say why a folder cannot be opened, "" if it
    can. `uids` (ascending) are all mails of the folder, for the tally. `pushes`: IDLE. `moves` is how `after: move`
    would be done here: "move", "copy-and-expunge" or "copy" (the mail stays, too)."""

    capabilities: tuple[str, ...]
    folder_error: str = ""
    move_error: str = ""
    uidvalidity: int = 0
    uids: tuple[int, ...] = ()
    pushes: bool = False
    moves: str = "copy"
    warning: str = ""

    @property
    def mails(self) -> int:
        return len(self.uids)


def connection_test(
    account: ImapAccount,
    folder: str,
    login: Login,
    context: ssl.SSLContext | None = None,
    limits: TimeLimits = USUAL,
) -> Connection:
    """Raises ConfigError for an unsafe account; else what a watcher meets: OSError, LoginError, SourceUnavailable."""
    require_private_line(account)
    session = ImapSession(account, folder, context, limits)
    try:
        login(session)
        return _looked(session, account)
    finally:
        session.close()


def _looked(session: ImapSession, account: ImapAccount) -> Connection:
    moving = account.after == "move" and account.move_to
    move_error = _opened(session, account.move_to)[1] if moving and account.move_to else ""
    folder, error = _opened(session)
    uids = tuple(chain.from_iterable(session.uids_after(0, folder))) if folder else ()
    return Connection(
        capabilities=session.capabilities,
        folder_error=error,
        move_error=move_error,
        uidvalidity=folder.uidvalidity if folder else 0,
        uids=uids,
        pushes=session.offers("IDLE"),
        moves=_moves(session),
        warning=session.warnings(),
    )


def _opened(session: ImapSession, folder: str = "") -> tuple[Folder | None, str]:
    try:
        return session.examine(folder), ""
    except IMAPClientAbortError:
        raise
    except (IMAPClientError, SourceUnavailable) as error:
        return None, words(error)


def _moves(session: ImapSession) -> str:
    if session.offers("MOVE"):
        return "move"
    return "copy-and-expunge" if session.offers("UIDPLUS") else "copy"
