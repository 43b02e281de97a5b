"""The mailboxes this node reads: it owns an account or a Maildir, and then watches each of its folders in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from maild.daemon import maildirs
from maild.daemon.around import Surroundings
from maild.daemon.folder import FolderLedger, Teller, lease_of
from maild.daemon.logins import login_for
from maild.daemon.maildirs import Maildir
from maild.daemon.ownership import Thing
from maild.ingest.imap import UPTO_NOW, ImapWatcher, Login, sweep_from
from maild.model import Page
from maild.settings import ImapAccount
from maild.store import mailbox_states
from maild.store.ledger import FolderId

DAY = timedelta(days=1)


@dataclass
class Mailbox:
    """One account: its watchers, one for each folder, while the account is ours."""

    account: ImapAccount
    around: Surroundings
    watchers: list[ImapWatcher] = field(default_factory=list)

    def begin(self) -> None:
        self._order_sweep()
        login = login_for(self.account, self.around.settings.state, self.around.house.clock)
        self.watchers = [self._watcher(folder, login) for folder in self.account.folders]
        for watcher in self.watchers:
            watcher.start()

    def end(self) -> None:
        ending, self.watchers = self.watchers, []
        for watcher in ending:
            watcher.wake()
        for watcher in ending:
            watcher.close()

    def _watcher(self, folder: str, login: Login) -> ImapWatcher:
        around, account = self.around, self.account
        sweeps = account.after == "move" and folder == account.folders[0]
        return ImapWatcher(
            account,
            folder,
            login,
            self._ledger(folder, finishes=account.after != "leave"),
            clock=around.house.clock,
            on_state=Teller(around.house, around.node),
            size_limit=around.settings.limits.message_size,
            moved=self._ledger(account.move_to, finishes=False) if sweeps and account.move_to else None,
        )

    def _order_sweep(self) -> None:
        """After a restore: what was moved away since the backup is in the folder it was moved to."""
        source = self._ledger(self.account.folders[0], finishes=False)
        at = source.position()
        if at is None or at.rescan_upto < UPTO_NOW or not self.account.move_to:
            return
        since = source.looked_at() or at.began_at or self.around.house.clock()
        self._ledger(self.account.move_to, finishes=False).store(Page(sweep_from(since - DAY), {}))

    def _ledger(self, folder: str, *, finishes: bool) -> FolderLedger:
        around, of = self.around, FolderId(self.account.name, folder)
        return FolderLedger(around.house, of, around.node, finishes, around.full, around.wake)


class Mailboxes:
    """All accounts and Maildirs of maild.yaml, each read by the one node that owns it."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._boxes = [Mailbox(account, around) for account in around.settings.imap]
        self._maildirs = [Maildir(source, around) for source in around.settings.maildirs]

    def things(self) -> Iterator[Thing]:
        """What is to be owned."""
        yield from (Thing(lease_of(box.account.name), box.begin, box.end) for box in self._boxes)
        yield from (Thing(maildirs.lease_of(one.source.name), one.begin, one.end) for one in self._maildirs)

    def forget_others(self) -> None:
        """How mailboxes do that are no longer in maild.yaml is nobody's worry. Raises StoreUnavailable."""
        known = {FolderId(one.name, folder) for one in self._around.settings.imap for folder in one.folders}
        known |= {FolderId(one.name, maildirs.FOLDER) for one in self._around.settings.maildirs}
        self._around.house.store.retrying(partial(mailbox_states.forget_others, configured=known))

    def imap_parts(self) -> Iterator[tuple[str, float]]:
        """The threads that read mailboxes now, each with when it last moved (monotonic seconds)."""
        watchers = [watcher for box in self._boxes for watcher in box.watchers]
        yield from ((watcher.name, watcher.moved_at) for watcher in watchers)

    def maildir_parts(self) -> Iterator[tuple[str, float]]:
        """The same for Maildirs."""
        yield from ((one.watcher.name, one.watcher.moved_at) for one in self._maildirs if one.watcher)
