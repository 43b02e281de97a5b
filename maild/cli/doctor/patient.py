"""What a check is given: settings, the database if it answers, the daemon if it runs here."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from maild.cli.house import require_database
from maild.clock import Clock, system_clock
from maild.config import database_url, load_policy
from maild.daemon.node import running
from maild.decide.policy import Policy
from maild.errors import MaildError
from maild.settings import Settings
from maild.store import policies
from maild.store.engine import Store, open_store


@dataclass(frozen=True)
class Patient:
    """`store` is None where the database does not answer, and `trouble` says why. `daemon`: its process here, or None.

    `deep`: also what takes long. `trust` is what certificates of others are held against. `via` is the server (host,
    port) that a probe is sent to, for `recipient` ("" for the first desk); it may take `patience` seconds to arrive.
    """

    settings: Settings
    store: Store | None = None
    trouble: str = ""
    daemon: int | None = None
    deep: bool = False
    clock: Clock = system_clock
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    via: tuple[str, int] | None = None
    recipient: str = ""
    patience: float = 90

    def policy(self) -> Policy:
        """The one that serves; without a database, the files. Raises MaildError."""
        if self.store is not None:
            with self.store.reading() as tx:
                serving = policies.current(tx)
            if serving is not None:
                return serving
        return load_policy(self.settings)


@contextmanager
def admitted(settings: Settings, *, deep: bool) -> Iterator[Patient]:
    """The patient, with the database opened if it can be. Never makes a database."""
    daemon = running(settings.state)
    try:
        require_database(settings)
        store = open_store(database_url(settings), pool_size=8)
    except MaildError as error:
        yield Patient(settings, None, str(error), daemon, deep)
        return
    try:
        yield Patient(settings, store, "", daemon, deep)
    finally:
        store.close()
