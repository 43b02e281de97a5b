"""What a type alone cannot say about mailboxes: how they are logged in to, which folders, what becomes of their mail.

In: the settings; out: problems with their place in maild.yaml. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from maild.ingest.header.hints import NOTED_IN
from maild.settings import ImapAccount, Settings
from maild.settings.here import is_loopback
from maild.settings.mailboxes import OAuth
from maild.yaml.file import Step
from maild.yaml.suggest import did_you_mean

Finding = tuple[str, tuple[Step, ...]]


def problems(settings: Settings) -> Iterator[Finding]:
    """Everything wrong with the mailboxes."""
    for number, account in enumerate(settings.imap):
        for check in (_login, _oauth, _folders, _after):
            for message, path in check(account):
                yield message, ("imap", number, *path)
    yield from _names(settings)
    yield from _headers(settings)
    yield from _twice(settings.imap)


def _login(account: ImapAccount) -> Iterator[Finding]:
    if account.oauth is None and account.password_file is None:
        yield "how to log in is missing: give `password_file`, or `oauth`", ()
    if account.oauth is not None and account.password_file is not None:
        yield "`password_file` and `oauth` exclude each other: take one away", ("password_file",)


def _oauth(account: ImapAccount) -> Iterator[Finding]:
    oauth = account.oauth
    if oauth is None:
        return
    for name in ("token_url", "authorize_url"):
        url = getattr(oauth, name)
        if (url or name == "token_url") and not is_private(url):
            yield f"`{url[:80]}` is no https address: a secret would cross the network readable", ("oauth", name)
    yield from ((told, ("oauth", name)) for told, name in _grant(oauth))


def _grant(oauth: OAuth) -> Iterator[tuple[str, str]]:
    if oauth.grant == "client_credentials" and oauth.client_secret_file is None:
        yield "client_credentials needs a `client_secret_file`", "grant"
    if oauth.client_secret_expires and oauth.client_secret_file is None:
        yield "there is no `client_secret_file` that could expire", "client_secret_expires"


def is_private(url: str) -> bool:
    """Whether what is sent there cannot be read on the way: https, or http to this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    except ValueError:
        return False


def _folders(account: ImapAccount) -> Iterator[Finding]:
    seen = [same(folder) for folder in account.folders]
    for number, folder in enumerate(account.folders):
        if same(folder) in seen[:number]:
            yield f"folder `{folder}` stands here twice: each is read once", ("folders", number)


def same(folder: str) -> str:
    # INBOX is one folder however it is written; all others are told apart by case (RFC 9051 5.1).
    return "INBOX" if folder.upper() == "INBOX" else folder


def _after(account: ImapAccount) -> Iterator[Finding]:
    if account.after == "move" and account.move_to is None:
        yield "`after: move` needs a `move_to`: the folder to move mails to", ("after",)
    if account.after != "move" and account.move_to is not None:
        yield "`move_to` counts with `after: move` only", ("move_to",)
    if account.move_to is not None and same(account.move_to) in map(same, account.folders):
        yield f"`{account.move_to}` is read itself: what is moved there would come in again", ("move_to",)


def _names(settings: Settings) -> Iterator[Finding]:
    names = [source.name for source in settings.maildirs]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield f"there is another Maildir `{name}`: names are unique", ("maildirs", number, "name")


def _twice(accounts: Sequence[ImapAccount]) -> Iterator[Finding]:
    """One folder read by two accounts would make each mail two deliveries."""
    seen: dict[tuple[str, int, str, str], str] = {}
    for number, account in enumerate(accounts):
        for place, folder in enumerate(account.folders):
            key = (account.host.lower(), account.port, account.user, same(folder))
            other = seen.setdefault(key, account.name)
            if other != account.name:
                yield f"account `{other}` reads this folder already", ("imap", number, "folders", place)


def _headers(settings: Settings) -> Iterator[Finding]:
    """Only what is read of a mail can name its desk."""
    known = (*NOTED_IN, "to", "cc")
    lists = [(("imap", number), one.recipient_headers) for number, one in enumerate(settings.imap)]
    lists += [(("maildirs", number), one.recipient_headers) for number, one in enumerate(settings.maildirs)]
    for path, headers in lists:
        for place, header in enumerate(headers):
            if header.lower() not in known:
                told = f"`{header}` is no header that names a recipient{did_you_mean(header.lower(), known)}"
                yield f"{told}; known are {', '.join(known)}", (*path, "recipient_headers", place)
