"""Which policy serves? Files are compiled here, in the main process only; everybody else loads it by its hash.

Law 13: a broken file never replaces what serves; the last good policy goes on, also after a restart, loudly: in the
log, in `maild status`, and by mail, once for each complaint and once when all is well again.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import structlog
from sqlalchemy import Connection

from maild.clock import system_clock
from maild.config import database_url, load_directory, load_policy
from maild.daemon.admin_mail import AdminMail
from maild.daemon.watching import Watch
from maild.decide.policy import Policy
from maild.directory import Directory
from maild.errors import ConfigError, Problem
from maild.notify.builtin import builtin_templates
from maild.settings import Settings
from maild.steps.house import House
from maild.steps.opening import closed_on_failure, current_policy, furnish, reloaded
from maild.steps.secret import fingerprint, read_secret
from maild.store import policies, register
from maild.store.engine import Store, open_store, require_schema
from maild.store.register import ImportRefused

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Files:
    """What the files say."""

    policy: Policy
    directory: Directory


class PolicyKeeper:
    """Takes policy from files into the database, and from the database into the house. From any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._watch = Watch(settings)
        self._admin = AdminMail(settings)
        self._taking = Lock()
        self._taken: Files | None = None
        self._mailed = set[str]()

    def open(self) -> House:
        """The house at start: with the files' policy, or the last good one if the files are broken."""
        store = open_store(database_url(self._settings))
        with closed_on_failure(store):
            require_schema(store)
            self._check_secret(store)
            self._take(store)
            house = furnish(self._settings, store, current_policy(store), system_clock)
            house.renderer.ready(but_for=builtin_templates())
            return house

    def reload(self, house: House) -> None:
        """Take the files as they are now."""
        self._take(house.store)

    def reload_if_changed(self, house: House) -> bool:
        """Take the files if they have changed since this node took them, and rest; whether anything new is in them."""
        return self._watch.has_news() and self._take(house.store, only_news=True)

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

    def _take(self, store: Store, *, only_news: bool = False) -> bool:
        """Files → database; what is wrong with them is said, and kept for `maild status`. True if they were taken.

        `only_news`: not what this node took last, which another node may have replaced since.
        """
        with self._taking:
            marks = self._watch.look()
            taken = self._taken_up(store, only_news)
            self._watch.took(marks)  # only now: had the database been away, the next look must still find them new
            return taken

    def _taken_up(self, store: Store, only_news: bool) -> bool:
        try:
            files = Files(load_policy(self._settings), load_directory(self._settings))
            if only_news and files == self._taken:
                return False
            self._write(store, files)
        except (ConfigError, ImportRefused) as error:
            self._taken = None
            self._complain(store, error)
            return False
        self._taken = files
        log.info("files taken", policy=files.policy.version[:12])
        return True

    def _write(self, store: Store, files: Files) -> None:
        """Both or neither. Raises ImportRefused where the directory does not fit what the register knows."""
        now = system_clock()

        def write(tx: Connection) -> None:
            policies.put(tx, files.policy, now)
            register.import_directory(tx, files.directory, now)
            if policies.complaint(tx) and policies.complain(tx, ""):
                self._admin.well(tx, files.policy, now)

        store.retrying(write)
        self._mailed.clear()

    def _complain(self, store: Store, error: ConfigError | ImportRefused) -> None:
        """The last good policy serves on, if there is one; else the error is the operator's to mend first."""
        with store.reading() as tx:
            serving, known = policies.current(tx), policies.complaint(tx)
        if serving is None:
            raise error
        problems = str(error)
        # Reasons of a refused import name people, which is nothing for a log.
        told = problems if isinstance(error, ConfigError) else "directory.yaml is refused: see `maild status`"
        log.error("policy not taken; the last good one serves on", problems=told)
        if problems != known:
            self._keep(store, problems, serving)

    def _keep(self, store: Store, problems: str, serving: Policy) -> None:
        """For `maild status`, and for the admin's mailbox unless it was told there already."""
        now = system_clock()

        def write(tx: Connection) -> None:
            if policies.complain(tx, problems) and problems not in self._mailed:
                self._admin.refused(tx, problems, serving, now)

        store.retrying(write)
        self._mailed.add(problems)
