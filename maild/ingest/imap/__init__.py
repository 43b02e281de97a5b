"""The IMAP edge: a thread per folder (`watcher`) reads it by its ledger (`reader`) over one connection (`session`),
logged in by password or token (`login`, `oauth`), and flags or moves what is kept (`finishing`)."""

from maild.ingest.imap.connection import Connection, connection_test
from maild.ingest.imap.ledger import Ledger
from maild.ingest.imap.login import Login, password_login, token_login
from maild.ingest.imap.oauth import Tokens
from maild.ingest.imap.place import UPTO_NOW
from maild.ingest.imap.session import TimeLimits
from maild.ingest.imap.sweep import sweep_from
from maild.ingest.imap.watcher import LONGEST_SILENCE, ImapWatcher, Pauses

__all__ = [
    "LONGEST_SILENCE",
    "UPTO_NOW",
    "Connection",
    "ImapWatcher",
    "Ledger",
    "Login",
    "Pauses",
    "TimeLimits",
    "Tokens",
    "connection_test",
    "password_login",
    "sweep_from",
    "token_login",
]
