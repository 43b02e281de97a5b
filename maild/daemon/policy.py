"""Which policy serves? Files are compiled here, in the main process only; everybody else loads it by its hash.

Law 13: a broken file never replaces what serves; the last good policy goes on, also after a restart, loudly.
"""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from maild.clock import system_clock
from maild.config import database_url, load_directory, load_policy
from maild.decide.policy import Policy
from maild.directory import Directory
from maild.errors import ConfigError, Problem
from maild.settings import Settings
from maild.steps.house import House
from maild.steps.opening import closed_on_failure, current_policy, furnish, reloaded
from maild.steps.secret import fingerprint, read_secret
from maild.store import policies, register
from maild.store.engine import Store, open_store, require_schema
from maild.store.register import ImportRefused

log = structlog.get_logger()


class PolicyKeeper:
    """Takes policy from files into the database, and from the database into the house."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def open(self) -> House:
        """The house at start: with the files' policy, or the last good one if the files are broken."""
        store = open_store(database_url(self._settings))
        with closed_on_failure(store):
            require_schema(store)
            self._check_secret(store)
            self._take(store)
            return furnish(self._settings, store, current_policy(store), system_clock)

    def reload(self, house: House) -> None:
        """Take the files as they are now."""
        self._take(house.store)

    def follow(self, house: House) -> House:
        """The house with the version that is current in the database."""
        return reloaded(house, self._settings)

    def _check_secret(self, store: Store) -> None:
        """A reply address made by one node is read by another: they must sign alike."""
        mine = fingerprint(read_secret(self._settings.state))
        if not store.retrying(lambda tx: policies.same_secret(tx, mine)):
            advice = (
                "is not the one this database was first used with: copy `secret` from the first node's state folder"
            )
            raise ConfigError(Problem(str(self._settings.state / "secret"), 0, 0, advice))

    def _take(self, store: Store) -> None:
        """Files → database. What is wrong with them is said, and kept for `maild status`."""
        try:
            policy, directory = load_policy(self._settings), load_directory(self._settings)
            self._write(store, policy, directory)
        except (ConfigError, ImportRefused) as error:
            self._complain(store, error)

    def _write(self, store: Store, policy: Policy, directory: Directory) -> None:
        """Both or neither. Raises ImportRefused where the directory does not fit what the register knows."""
        now = system_clock()

        def write(tx: Connection) -> None:
            policies.put(tx, policy, now)
            policies.complain(tx, "")
            register.import_directory(tx, directory, now)

        store.retrying(write)

    def _complain(self, store: Store, error: ConfigError | ImportRefused) -> None:
        """The last good policy serves on, if there is one; else the error is the operator's to mend first."""
        with store.reading() as tx:
            if policies.current(tx) is None:
                raise error
        problems = str(error)
        # Reasons of a refused import name people, which is nothing for a log.
        told = problems if isinstance(error, ConfigError) else "directory.yaml is refused: see `maild status`"
        log.error("policy not taken; the last good one serves on", problems=told)
        store.retrying(lambda tx: policies.complain(tx, problems))
