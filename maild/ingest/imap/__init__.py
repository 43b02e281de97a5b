"""The IMAP edge: a thread per account (`watcher`) reads a folder by its cursor (`reader`) over one line (`session`)."""

from maild.ingest.imap.reader import Cursor
from maild.ingest.imap.watcher import AccountState, ImapWatcher, Pauses

__all__ = ["AccountState", "Cursor", "ImapWatcher", "Pauses"]
